import { balanceKeyText } from '../balances.store.ts'
import { type Refusal, refuse } from '../errors.ts'
import { refuseLot } from '../lots/lots.ts'
import { decideArrival, type SerialMove } from '../serials/serials.ts'
import { type BetweenCommand, type BetweenPlaces, betweenPlacesKind } from './between-places.ts'
import { findBadQuantity } from './quantities.ts'
import { findForceWithoutReason, type LotOfReceipt, lotDetailsOf } from './receive.ts'
import { findBadUnitCost, findCostWithoutCurrency } from './unit-cost.ts'

/**
 * Units that have arrived, at least 1, of which `damaged` are held. `expected` of them were on their way; the others
 * come on top. Like any receipt it may make the lot that it names, and says what units cost.
 */
export type ArriveCommand = BetweenCommand &
  LotOfReceipt & {
    kind: 'arrive'
    locationCode: string
    expected: number
    damaged: number
    /** What one base unit cost: whole ten-thousandths of the organization's currency. */
    unitCost?: number | undefined
  }

export const arrive = betweenPlacesKind<ArriveCommand, 'at'>({
  codes: ({ locationCode }) => ({ at: locationCode }),
  options: ({ expected, damaged, force, unitCost }) => ({
    expected,
    damaged,
    force: force === true ? true : undefined,
    unitCost,
  }),
  findBad: (command) => {
    const { kind, quantity, expected, damaged } = command
    return (
      findBadQuantity(kind, 'positive', quantity) ??
      findBadQuantity(kind, 'not-negative', expected) ??
      findBadQuantity(kind, 'not-negative', damaged) ??
      (damaged > quantity
        ? refuse('damaged-beyond-received', 'damaged', `${damaged} damaged of ${quantity} received.`)
        : undefined) ??
      findForceWithoutReason(command) ??
      findBadUnitCost(command)
    )
  },
  lotDetails: lotDetailsOf,
  costs: ({ unitCost }) => unitCost !== undefined,
  decide: (command, at) => {
    const { quantity, expected, damaged, unitCost } = command
    const refused = at.findTooFewIncoming('at', expected) ?? findBadArrival(command, at)
    if (refused !== undefined) return refused
    const units = decideUnits(command, at.serialPlace('at'))
    if ('kind' in units) return units
    const [here, waiting] = [at.key('at'), at.incomingKey('at')]
    const isOneBalance = balanceKeyText(here) === balanceKeyText(waiting)
    const arrived = { onHandDelta: quantity, heldDelta: damaged }
    const taken = at.move('arrive', here, isOneBalance ? { ...arrived, incomingDelta: -expected } : arrived)
    return at.decided(
      'at',
      [
        { ...taken, unitCost },
        ...(expected > 0 && !isOneBalance ? [at.move('arrive', waiting, { incomingDelta: -expected })] : []),
      ],
      units,
    )
  },
})

function findBadArrival(
  { unitCost, force }: ArriveCommand,
  { ledger, lot, key }: BetweenPlaces<'at'>,
): Refusal | undefined {
  const noCurrency = findCostWithoutCurrency({ unitCost }, ledger.directory)
  if (noCurrency !== undefined) return noCurrency
  return lot.lot === undefined || force === true
    ? undefined
    : refuseLot(lot.lot, ledger.dayAt(key('at').locationId), 0)
}

function decideUnits(
  { serials = [], damagedSerials = [] }: ArriveCommand,
  place: Parameters<typeof decideArrival>[1],
): SerialMove[] | Refusal {
  const damaged = new Set(damagedSerials)
  const whole = decideArrival(
    serials.filter((serial) => !damaged.has(serial)),
    place,
    { kind: 'received', state: 'in-stock' },
  )
  if ('kind' in whole) return whole
  const held = decideArrival(damagedSerials, place, { kind: 'received', state: 'held' })
  return 'kind' in held ? held : [...whole, ...held]
}
