import { balanceKeyText } from '../balances.store.ts'
import { type Refusal, refuse } from '../errors.ts'
import { findBadReason } from '../reasons/reasons.ts'
import { decideMove, decideRemoval, type SerialMove } from '../serials/serials.ts'
import { type BetweenCommand, type BetweenPlaces, betweenPlacesKind } from './between-places.ts'
import { findBadQuantity } from './quantities.ts'

/**
 * Units of a transfer's line that have arrived (`quantity`, of which `damaged` are held) or never will (`lost`,
 * written off where they were in transit). At least one of both. With `atCode` they have arrived elsewhere than they
 * were expected, such as back where they came from. Answers the figures of where they arrived.
 */
export type TransferReceiveCommand = BetweenCommand & {
  kind: 'transfer-receive'
  viaCode: string
  toCode: string
  atCode?: string | undefined
  damaged: number
  lost: number
}

export const transferReceive = betweenPlacesKind<TransferReceiveCommand, 'via' | 'to' | 'at'>({
  codes: ({ viaCode, toCode, atCode }) => ({ via: viaCode, to: toCode, at: atCode ?? toCode }),
  options: ({ damaged, lost }) => ({ damaged, lost }),
  findBad: ({ quantity, damaged, lost }) =>
    findBadQuantity('transfer', 'not-negative', quantity) ??
    findBadQuantity('transfer', 'not-negative', damaged) ??
    findBadQuantity('transfer', 'not-negative', lost) ??
    findBadQuantity('transfer', 'positive', quantity + lost) ??
    (damaged > quantity
      ? refuse('damaged-beyond-received', 'damaged', `${damaged} damaged of ${quantity} received.`)
      : undefined),
  reasons: ({ lost }) => lost > 0,
  decide: (command, at) => {
    const { quantity, damaged, lost } = command
    const { reasons } = at.ledger.directory
    const badReason = lost > 0 ? findBadReason(reasons, command.reason, 'out') : undefined
    if (badReason !== undefined) return badReason
    const tooFew = at.findTooFewIncoming('to', quantity + lost)
    if (tooFew !== undefined) return tooFew
    const units = decideUnits(command, at)
    if ('kind' in units) return units
    const [here, waiting] = [at.key('at'), at.incomingKey('to')]
    const isOneBalance = balanceKeyText(here) === balanceKeyText(waiting)
    const arrived = { onHandDelta: quantity, heldDelta: damaged }
    const received = isOneBalance
      ? [at.move('transfer-in', here, { ...arrived, incomingDelta: -quantity })]
      : [at.move('transfer-in', here, arrived), at.move('expect', waiting, { incomingDelta: -quantity })]
    const movements = [
      ...(quantity > 0
        ? [at.move('transfer-out', at.key('via'), { onHandDelta: -quantity }), ...received]
        : []),
      ...(lost > 0
        ? [
            at.move('adjust', at.key('via'), { onHandDelta: -lost }),
            at.move('expect', waiting, { incomingDelta: -lost }),
          ]
        : []),
    ]
    return at.decided('at', movements, units)
  },
})

/** The single units: here, here but held, or gone for good. */
function decideUnits(
  { serials = [], damagedSerials = [], lostSerials = [] }: TransferReceiveCommand,
  at: BetweenPlaces<'via' | 'to' | 'at'>,
): SerialMove[] | Refusal {
  const { locationId } = at.key('at')
  const damaged = new Set(damagedSerials)
  const whole = serials.filter((serial) => !damaged.has(serial))
  const via = at.serialPlace('via')
  const arrived = decideMove(whole, via, { locationId })
  if ('kind' in arrived) return arrived
  const held = decideMove(damagedSerials, via, { locationId, state: 'held' })
  if ('kind' in held) return held
  const gone = decideRemoval(lostSerials, via)
  if (gone.kind === 'refused') return gone
  return gone.held > 0
    ? refuse('serial-not-in-stock', 'lostSerials', 'A serial of these is held in transit; unhold it first.')
    : [...arrived, ...held, ...gone.moves]
}
