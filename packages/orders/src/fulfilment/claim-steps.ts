import {
  assert,
  type LotBook,
  type OpenClaim,
  openOf,
  type Part,
  type ReservationRow,
  UNALLOCATED_LOT,
} from '@plimsoll/stock'

/** Which lots units of one item left from, as a warehouse said it. */
export type ToldLots = readonly { itemId: string; lotId: string; units: number }[]

/**
 * How units leave one location: from the lots that were told, else from those chosen before, else as `lots` picks.
 * `byParcels`: base units of an item that are known to have left a location in parcels before.
 */
export type Leaving = {
  locationId: string
  told: ToldLots
  lots: LotBook | undefined
  byParcels(itemId: string, locationId: string): number
  /** Base units of an item that other shipments are to send from a location: they are not taken for this one. */
  pinnedAt(itemId: string, locationId: string): number
}

/**
 * Whole units of an owner leave from one location, whatever its rows said of where they were reserved. Units that were taken to
 * have left elsewhere (a channel had said so, and not from where) are put back there first; units that nobody holds any
 * more are reserved first. Pure but for the claim.
 * @param units in the owner's units
 * @param known of those, so many count as shipped already
 */
export function leave(
  claim: OpenClaim,
  parts: readonly Part[],
  units: number,
  known: number,
  { locationId, told, lots, byParcels, pinnedAt }: Leaving,
): void {
  for (const { itemId, unitsEach } of parts) {
    const [like] = claim.rows.filter((row) => row.itemId === itemId)
    assert(like !== undefined, 'what leaves was reserved once')
    // What counts as shipped and was in no parcel: a channel said so.
    const assumedAt = (at: string) => {
      const there = claim.rows.filter((row) => row.itemId === itemId && row.locationId === at)
      return Math.max(0, there.reduce((sum, row) => sum + row.shipped, 0) - byParcels(itemId, at))
    }
    const fromHere = Math.min(known * unitsEach, assumedAt(locationId))
    let misplaced = known * unitsEach - fromHere
    for (const row of claim.rows.filter((each) => each.itemId === itemId && each.locationId !== locationId)) {
      const back = Math.min(misplaced, row.shipped - row.returned, assumedAt(row.locationId))
      if (back <= 0) continue
      misplaced -= back
      claim.take(row, 'unship', back)
      claim.relocate(row, locationId, back)
    }
    const toLeave = units * unitsEach - fromHere - misplaced
    gather(claim, like, locationId, { units: toLeave, pinnedAt })
    takeFrom(claim, { itemId, locationId }, toLeave, { told, lots })
  }
}

/** Sees to it that so many open units lie at a location: from the owner's rows elsewhere, else reserved anew. */
function gather(
  claim: OpenClaim,
  like: ReservationRow,
  locationId: string,
  { units, pinnedAt }: { units: number; pinnedAt: Leaving['pinnedAt'] },
): void {
  const own = () => claim.rows.filter((row) => row.itemId === like.itemId)
  let missing = units - openAt(own(), locationId)
  for (const row of own().filter((each) => each.locationId !== locationId)) {
    const free = openAt(own(), row.locationId) - pinnedAt(row.itemId, row.locationId)
    const moved = Math.min(missing, Math.max(0, free), openOf(row))
    if (moved <= 0) continue
    missing -= moved
    claim.relocate(row, locationId, moved)
  }
  if (missing > 0) claim.take(claim.rowAt(like, locationId), 'reserve', missing)
}

function takeFrom(
  claim: OpenClaim,
  place: { itemId: string; locationId: string },
  units: number,
  { told, lots }: Pick<Leaving, 'told' | 'lots'>,
): void {
  let left = units
  const here = () =>
    claim.rows.filter((row) => row.itemId === place.itemId && row.locationId === place.locationId)
  for (const each of told.filter(({ itemId }) => itemId === place.itemId)) {
    let ofLot = Math.min(left, each.units)
    left -= ofLot
    const same = here().find((row) => row.lotId === each.lotId)
    const already = Math.min(ofLot, same === undefined ? 0 : openOf(same))
    if (same !== undefined && already > 0) claim.take(same, 'ship', already)
    ofLot -= already
    for (const row of here().filter(({ lotId }) => lotId !== each.lotId)) {
      const moved = Math.min(ofLot, openOf(row))
      if (moved <= 0) continue
      ofLot -= moved
      claim.take(claim.allocate(row, each.lotId, moved), 'ship', moved)
    }
    assert(ofLot === 0, 'so many units were gathered here')
  }
  const isFree = (row: ReservationRow) => row.lotId === UNALLOCATED_LOT
  for (const row of [...here().filter((each) => !isFree(each)), ...here().filter(isFree)]) {
    const shipped = Math.min(left, openOf(row))
    if (shipped <= 0) continue
    left -= shipped
    const picks = isFree(row) ? (lots?.pick(row, shipped, 0) ?? []) : []
    for (const { lotId, units: picked } of picks)
      claim.take(claim.allocate(row, lotId, picked, 'lot-assumed'), 'ship', picked, 'lot-assumed')
    const rest = shipped - picks.reduce((sum, pick) => sum + pick.units, 0)
    if (rest > 0) claim.take(row, 'ship', rest)
  }
  assert(left === 0, 'so many units were gathered here')
}

/**
 * Whole units of an owner that are in no shipment come to lie at one location: of each part what is there already first, then
 * from wherever the rest is.
 * @param committedAt base units of an item at a location that are in shipments: they stay where they are
 */
export function moveOpen(
  claim: OpenClaim,
  parts: readonly Part[],
  units: number,
  { to, committedAt }: { to: string; committedAt(itemId: string, locationId: string): number },
): void {
  for (const { itemId, unitsEach } of parts) {
    const own = claim.rows.filter((row) => row.itemId === itemId)
    const freeAt = (at: string) => Math.max(0, openAt(own, at) - committedAt(itemId, at))
    let left = Math.max(0, units * unitsEach - freeAt(to))
    const elsewhere = [...new Set(own.map(({ locationId }) => locationId))].filter((at) => at !== to)
    for (const at of elsewhere) {
      let free = freeAt(at)
      for (const row of own.filter(({ locationId }) => locationId === at)) {
        const moved = Math.min(left, free, openOf(row))
        if (moved <= 0) continue
        left -= moved
        free -= moved
        claim.relocate(row, to, moved)
      }
    }
    assert(left === 0, 'what is routed is open and in no other shipment')
  }
}

function openAt(rows: readonly ReservationRow[], locationId: string): number {
  return rows.reduce((sum, row) => sum + (row.locationId === locationId ? openOf(row) : 0), 0)
}
