import { refuse } from '../errors.ts'
import { type LotDetails, refuseLot } from '../lots/lots.ts'
import { decideArrival } from '../serials/serials.ts'
import { type PlaceCommand, placeKind } from './at-place.ts'
import { findBadUnitCost, findCostWithoutCurrency } from './unit-cost.ts'

/**
 * Units that came in, at least 1. A lot that is not known yet is made of what is told of it; what is told of a known one
 * must agree with it.
 */
export type ReceiveCommand = PlaceCommand &
  LotOfReceipt & {
    kind: 'receive'
    /** `held`: kept back (damaged, to be inspected) until they are unheld; sellable by default. */
    into?: 'sellable' | 'held' | undefined
    /** What one base unit cost: whole ten-thousandths of the organization's currency. */
    unitCost?: number | undefined
  }

/** What a receipt says of a lot that is not known yet. */
export type LotOfReceipt = {
  /** The last day on which the lot may leave, such as `2026-05-01`. */
  expiresOn?: string | undefined
  manufacturedOn?: string | undefined
  supplierLot?: string | undefined
  /** Takes units of a lot that may not leave; needs a reason. */
  force?: boolean | undefined
}

export const receive = placeKind<ReceiveCommand>({
  rule: 'positive',
  lots: 'named',
  serials: 'named',
  lotDetails: lotDetailsOf,
  options: ({ into, force, unitCost }) => ({ into, force: force === true ? true : undefined, unitCost }),
  findBad: (command) => findForceWithoutReason(command) ?? findBadUnitCost(command),
  costs: ({ unitCost }) => unitCost !== undefined,
  decide: ({ quantity, into, force, unitCost }, at) => {
    const noCurrency = findCostWithoutCurrency({ unitCost }, at.ledger.directory)
    if (noCurrency !== undefined) return noCurrency
    const { lot } = at.lot
    const refused = lot === undefined ? undefined : refuseLot(lot, at.ledger.dayAt(at.key.locationId), 0)
    if (refused !== undefined && force !== true) return refused
    const state = into === 'held' ? 'held' : 'in-stock'
    const serials =
      at.serials === undefined ? [] : decideArrival(at.serials, at.serialPlace, { kind: 'received', state })
    if ('kind' in serials) return serials
    const delta = { onHandDelta: quantity, ...(into === 'held' && { heldDelta: quantity }) }
    return at.decided([{ ...at.move('receive', delta), unitCost }], serials)
  },
})

export function lotDetailsOf({ expiresOn, manufacturedOn, supplierLot }: LotOfReceipt): LotDetails {
  return { expiresOn, manufacturedOn, supplierLot }
}

/** Whoever overrides a refusal says why. */
export function findForceWithoutReason(command: { force?: boolean | undefined; reason: string | null }) {
  const isSaid = command.reason !== null && command.reason.trim() !== ''
  return command.force === true && !isSaid
    ? refuse('reason-missing', 'reason', 'What is forced needs a reason.')
    : undefined
}
