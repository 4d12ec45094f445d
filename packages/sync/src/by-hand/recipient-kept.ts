import { nowOf, type SyncContext } from '../context.ts'

/** To whom an order goes is forgotten so long after it has ended. */
const KEPT_MS = 30 * 86_400_000

export function purgeDateOf(context: SyncContext): Date {
  return new Date(nowOf(context).getTime() + KEPT_MS)
}
