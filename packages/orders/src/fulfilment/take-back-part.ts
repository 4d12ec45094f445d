import {
  type ClaimBase,
  claimOf,
  movementOf,
  type NewMovement,
  openClaim,
  type ReservationRow,
} from '@plimsoll/stock'
import type { KnownLine } from '../order-change.ts'
import { type ReturnedUnits, whereItLies, writeOff } from './returned-units.ts'
import { partsOf } from './settle-line.ts'
import type { TakenBackLine } from './take-back.ts'

/** Of one part of a kit that an order line sold, base units: how many came back, and how many that the line counts as back did not. */
export type PartBack = { itemId: string; cameBack: number; missing: number }

/** The reason of movements that keep what has not come of a kit out of stock, and of those that bring it in. */
export const KIT_PART_AWAITED = 'kit-part-awaited'

/**
 * Units of one part of a kit that came back. The line counts in whole kits: with the first part of one it is back, and what has not
 * come of it is taken off again until it does. What the channel had put back before is in the ledger, and is not put back again. Pure.
 * @param known of the line's parts, those of which anything came
 */
export function takeBackPart(
  line: KnownLine,
  rows: readonly ReservationRow[],
  known: readonly PartBack[],
  returned: ReturnedUnits,
  { base, uuid }: { base: ClaimBase; uuid(): string },
): TakenBackLine & { parts: PartBack[] } {
  const claim = claimOf(rows)
  const parts = partsOf(rows).map((part) => {
    const before = known.find(({ itemId }) => itemId === part.itemId)
    const { cameBack = 0, missing = 0 } = before ?? {}
    const out = part.itemId === returned.itemId ? claim.shipped * part.unitsEach - cameBack : 0
    const back = Math.max(0, Math.min(returned.units, out))
    const inLedger = claim.returned * part.unitsEach - missing
    return { ...part, back, cameBack: cameBack + back, inLedger, missing }
  })
  const back = parts.reduce((sum, part) => sum + part.back, 0)
  if (back === 0) return { line, units: 0, movements: [], changed: [], parts: [] }
  const takenBack = Math.max(
    line.takenBack,
    ...parts.map(({ cameBack, unitsEach }) => Math.ceil(cameBack / unitsEach)),
  )
  const fresh = Math.max(0, takenBack - claim.returned)
  const work = openClaim(rows, base, uuid)
  const extra: NewMovement[] = []
  const after: PartBack[] = []
  for (const part of parts) {
    const wanted = part.back > 0 ? Math.max(part.inLedger, part.cameBack) : part.inLedger
    const missing = (claim.returned + fresh) * part.unitsEach - wanted
    after.push({ itemId: part.itemId, cameBack: part.cameBack, missing })
    let left = fresh * part.unitsEach
    let lotId = returned.lotId
    const isTold = (row: ReservationRow) => row.lotId === returned.lotId
    const own = work.rows.filter(({ itemId }) => itemId === part.itemId).reverse()
    for (const row of own.sort((a, b) => Number(isTold(b)) - Number(isTold(a)))) {
      lotId ??= row.lotId
      const some = Math.min(left, row.shipped - row.returned)
      if (some <= 0) continue
      left -= some
      work.take(row, 'return', some)
    }
    const at = { ...base, itemId: part.itemId, locationId: returned.locationId, lotId: lotId ?? '' }
    const awaited = part.missing - missing
    if (awaited !== 0)
      extra.push(movementOf({ ...at, reason: KIT_PART_AWAITED }, 'adjust', { onHandDelta: awaited }))
    const came = wanted - part.inLedger
    const putBack = part.back - came
    const [last] = own
    if (returned.condition === 'damaged' && came > 0) extra.push(movementOf(at, 'hold', { heldDelta: came }))
    if (returned.condition === 'disposed' && came > 0) extra.push(writeOff(at, came))
    if (putBack > 0 && last !== undefined) extra.push(...whereItLies(putBack, last, returned, base))
  }
  const { movements, changed } = work.done()
  return {
    line: { ...line, takenBack, returned: Math.max(line.returned, takenBack) },
    units: back,
    movements: [...movements.map((movement) => ({ ...movement, locationId: returned.locationId })), ...extra],
    changed,
    parts: after.filter(({ cameBack, missing }) => cameBack > 0 || missing > 0),
  }
}
