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
    const isTold = (row: ReservationRow) => row.lotId === returned.lotId
    const own = work.rows.filter(({ itemId }) => itemId === part.itemId).reverse()
    own.sort((a, b) => Number(isTold(b)) - Number(isTold(a)))
    const taken: InLot[] = []
    for (const row of own) {
      const some = Math.min(left, row.shipped - row.returned)
      if (some <= 0) continue
      left -= some
      work.take(row, 'return', some)
      taken.push({ lotId: row.lotId, units: some })
    }
    const awaited = part.missing - missing
    // What has not come is off the lots that the ledger has it back in, and comes in there.
    const [stays, off] = split(taken, fresh * part.unitsEach + Math.min(0, awaited))
    const into = own.find((row) => row.returned > 0)
    const late = awaited > 0 && into !== undefined ? [{ lotId: into.lotId, units: awaited }] : []
    const at = ({ lotId }: InLot) => ({
      ...base,
      itemId: part.itemId,
      locationId: returned.locationId,
      lotId,
    })
    const adjust = (lot: InLot, onHandDelta: number) =>
      extra.push(movementOf({ ...at(lot), reason: KIT_PART_AWAITED }, 'adjust', { onHandDelta }))
    for (const lot of off) adjust(lot, -lot.units)
    for (const lot of late) adjust(lot, lot.units)
    const came = wanted - part.inLedger
    for (const lot of came > 0 ? [...stays, ...late] : []) {
      if (returned.condition === 'damaged') extra.push(movementOf(at(lot), 'hold', { heldDelta: lot.units }))
      if (returned.condition === 'disposed') extra.push(writeOff(at(lot), lot.units))
    }
    // What its channel had put back lies where its rows have it.
    let putBack = part.back - came
    let before = part.cameBack - part.back
    for (const row of [...rows].reverse().filter(({ itemId }) => itemId === part.itemId)) {
      const skipped = Math.min(before, row.returned)
      before -= skipped
      const some = Math.min(putBack, row.returned - skipped)
      putBack -= some
      if (some > 0) extra.push(...whereItLies(some, row, returned, base))
    }
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

type InLot = { lotId: string; units: number }

/** The first so many units, and the rest. */
function split(lots: readonly InLot[], units: number): [InLot[], InLot[]] {
  let left = units
  const parts = lots.map(({ lotId, units: all }) => {
    const some = Math.min(left, all)
    left -= some
    return { lotId, some, rest: all - some }
  })
  const isAny = ({ units }: InLot) => units > 0
  return [
    parts.map(({ lotId, some }) => ({ lotId, units: some })).filter(isAny),
    parts.map(({ lotId, rest }) => ({ lotId, units: rest })).filter(isAny),
  ]
}
