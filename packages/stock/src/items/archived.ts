import { type Refusal, refuse } from '../errors.ts'

/**
 * What an archived item still takes. Nothing new comes in and nothing new is promised; what is open may be ended and
 * what is there may be counted down, or an archived item could never be emptied. What the world did already (a sale of
 * a channel, goods that come back, out of a transfer, or stand in the yard since their inbound shipment came) is recorded
 * all the same: refused, they would be there and uncounted.
 *
 * @param change what is to be done: a movement's kind, `reserve` standing for a strict one; `onHandDelta` in base
 *   units, of a count the difference that it makes
 * @returns the refusal, or undefined where it may be done
 */
export function refuseArchived(
  item: { sku: string; archivedAt: Date | null },
  change: { kind: string; onHandDelta: number },
): Refusal | undefined {
  if (item.archivedAt === null || !isNew(change)) return undefined
  return refuse('item-archived', 'sku', `The item "${item.sku}" is archived, so it takes no ${change.kind}.`)
}

function isNew({ kind, onHandDelta }: { kind: string; onHandDelta: number }): boolean {
  if (kind === 'reserve' || kind === 'expect') return true
  return onHandDelta > 0 && !HAS_HAPPENED.has(kind)
}

const HAS_HAPPENED: ReadonlySet<string> = new Set(['return', 'transfer-in', 'arrive'])
