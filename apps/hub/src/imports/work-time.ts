import { nowOf, type SyncContext } from '@plimsoll/sync'

/** A job that its holder has not touched for so long may be taken over. A chunk takes a tenth of it at most. */
const HELD_MS = 15_000

export function heldUntil(context: SyncContext): Date {
  return new Date(nowOf(context).getTime() + HELD_MS)
}

export type Progress = {
  doing: 'check' | 'apply'
  rows: number
  /** Known once the file has been checked. */
  rowsTotal: number | undefined
}
export type OnProgress = (progress: Progress) => void
