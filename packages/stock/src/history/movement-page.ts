import type { MovementKind } from '@plimsoll/database'
import type { Balance } from '../movements.ts'
import type { ClosedMonth } from './months.store.ts'
import { startOfMonth } from './months.ts'

/** A movement as it is listed, with the figures of what was asked about (item, location, lot) right after it. */
export type MovementEntry = {
  movementId: string
  locationId: string
  lotId: string
  kind: MovementKind
  onHandDelta: number
  reservedDelta: number
  heldDelta: number
  incomingDelta: number
  commandKey: string
  referenceKind: string | null
  referenceId: string | null
  reason: string | null
  actor: string
  effectiveAt: Date
  recordedAt: Date
  after: Balance
}

export type MovementQuestion = {
  locationId?: string | undefined
  lotId?: string | undefined
  kind?: MovementKind | undefined
  /** Recorded from this moment on. */
  from?: Date | undefined
  /** Recorded at this moment or before. */
  to?: Date | undefined
  /** Of a page before: `next` of its answer. */
  cursor?: MovementPosition | undefined
  limit: number
}

/** Where a page ends. The moment is PostgreSQL's own text, since it keeps microseconds. */
export type MovementPosition = { recordedAt: string; movementId: string }

const POSITION =
  /^(\d{4,}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})?\+00)~([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/

export function toCursor({ recordedAt, movementId }: MovementPosition): string {
  return Buffer.from(`${recordedAt}~${movementId}`).toString('base64url')
}

/** @returns undefined for what is no cursor of ours */
export function fromCursor(cursor: string): MovementPosition | undefined {
  const found = POSITION.exec(Buffer.from(cursor, 'base64url').toString())
  const [, recordedAt, movementId] = found ?? []
  if (recordedAt === undefined || movementId === undefined) return undefined
  return Number.isNaN(Date.parse(recordedAt.replace(' ', 'T').replace('+00', 'Z')))
    ? undefined
    : { recordedAt, movementId }
}

/**
 * How far back movements can be listed without a gap before `top`: to the end of the last month that lies in a file.
 * Totals that run across a gap would be wrong.
 */
export function floorOf(months: readonly ClosedMonth[], top: Date): Date | undefined {
  const gap = months.findLast(
    ({ month, isArchived, movements }) => isArchived && movements > 0 && startOfMonth(month, 1) <= top,
  )
  return gap === undefined ? undefined : startOfMonth(gap.month, 1)
}

/**
 * The figures after each row of a page, newest first.
 * @param top figures after the newest row
 * @param entries deltas of all movements of what was asked about, from the newest row of the page to its oldest
 */
export function runBackward(
  top: Balance,
  entries: readonly Pick<MovementEntry, 'onHandDelta' | 'reservedDelta' | 'heldDelta' | 'incomingDelta'>[],
): Balance[] {
  let after = top
  return entries.map((entry) => {
    const here = after
    after = {
      onHand: here.onHand - entry.onHandDelta,
      reserved: here.reserved - entry.reservedDelta,
      held: here.held - entry.heldDelta,
      incoming: here.incoming - entry.incomingDelta,
    }
    return here
  })
}
