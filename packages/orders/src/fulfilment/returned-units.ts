import { type ClaimBase, movementOf, type NewMovement } from '@plimsoll/stock'

/** Units of one item that came back, inspected. */
export type ReturnedUnits = {
  itemId: string
  /** Base units. */
  units: number
  /** Where they came in. */
  locationId: string
  /** `sellable`: on hand; `damaged`: on hand and held; `disposed`: gone, though its order has them back. */
  condition: 'sellable' | 'damaged' | 'disposed'
  /** The lot that was told; undefined: the one that left last. */
  lotId: string | undefined
}

type Place = { itemId: string; locationId: string; lotId: string }

/** Takes units off that have come back and were thrown away. Pure. */
export function writeOff(at: ClaimBase & Place, units: number): NewMovement {
  return movementOf(at, 'adjust', { onHandDelta: -units })
}

/**
 * Brings units that their channel had put back into the ledger, by a refund, to where and how they really came. Pure.
 * @param lies where the channel's word has put them: the place that they left from
 */
export function whereItLies(
  units: number,
  lies: Place,
  { locationId, condition, lotId }: ReturnedUnits,
  base: ClaimBase,
): NewMovement[] {
  const there = { ...base, itemId: lies.itemId, locationId: lies.locationId, lotId: lies.lotId }
  if (condition === 'disposed') return [writeOff(there, units)]
  const here = { ...there, locationId, lotId: lotId ?? lies.lotId }
  const isElsewhere = here.locationId !== there.locationId || here.lotId !== there.lotId
  return [
    ...(isElsewhere ? [writeOff(there, units), movementOf(here, 'adjust', { onHandDelta: units })] : []),
    ...(condition === 'damaged' ? [movementOf(here, 'hold', { heldDelta: units })] : []),
  ]
}
