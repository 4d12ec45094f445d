import { type Refusal, refuse } from './errors.ts'
import { afterMovement, availableOf, type Balance, movementOf, type NewMovement } from './movements.ts'
import { openOf, type Reservation } from './reservations.ts'

/**
 * What a person or an API client asks of the ledger. `key` makes it exactly once (I3).
 * `receive`, `hold`, `unhold`, `reserve`, `release`: quantity ≥ 1; `adjust`: signed, not 0;
 * `count`: the counted figure, ≥ 0. All in base units.
 */
export type StockCommand =
  | (CommandHead & {
      kind: 'receive' | 'adjust' | 'count' | 'hold' | 'unhold' | 'reserve'
      sku: string
      locationCode: string
    })
  | (CommandHead & { kind: 'release'; reservationId: string })

type CommandHead = {
  key: string
  actor: string
  quantity: number
  reason: string | null
  /** When it happened; undefined: now. */
  effectiveAt: Date | undefined
}

export type MovementBase = Parameters<typeof movementOf>[0]

/** Refuses what no ledger state could accept, before anything is read. */
export function findBadQuantity(kind: StockCommand['kind'], quantity: number): Refusal | undefined {
  if (!Number.isInteger(quantity)) {
    return refuse('quantity-not-whole', 'quantity', `${quantity} is not a whole number of base units.`)
  }
  if (!Number.isSafeInteger(quantity)) {
    return refuse('quantity-out-of-range', 'quantity', `${quantity} is larger than a stock count may be.`)
  }
  switch (kind) {
    case 'adjust':
      return quantity === 0
        ? refuse('quantity-zero', 'quantity', 'An adjustment of 0 changes nothing.')
        : undefined
    case 'count':
      return quantity < 0
        ? refuse('quantity-negative', 'quantity', `${quantity} units cannot have been counted.`)
        : undefined
    case 'receive':
    case 'hold':
    case 'unhold':
    case 'reserve':
    case 'release':
      return quantity < 1
        ? refuse('quantity-not-positive', 'quantity', `${quantity} units cannot be used with ${kind}.`)
        : undefined
    default: {
      const never: never = kind
      return never
    }
  }
}

/** Decides one command against the balance at its location, as it is after all earlier ones of the batch. */
export function decideStockCommand(
  kind: Exclude<StockCommand['kind'], 'release'>,
  quantity: number,
  balance: Balance,
  base: MovementBase,
): { kind: 'movements'; movements: NewMovement[] } | Refusal {
  const move = (...movements: NewMovement[]) => {
    // Refused here, as one command: the database's own check would take the whole batch with it.
    const after = movements.reduce(afterMovement, balance)
    const figures = [after.onHand, after.reserved, after.held, availableOf(after)]
    const deltas = movements.map((movement) => movement.onHandDelta)
    return [...figures, ...deltas].every(Number.isSafeInteger)
      ? { kind: 'movements' as const, movements }
      : refuse('quantity-out-of-range', 'quantity', 'The count would be larger than a stock count may be.')
  }
  switch (kind) {
    case 'receive':
      return move(movementOf(base, 'receive', { onHandDelta: quantity }))
    case 'adjust':
      return move(movementOf(base, 'adjust', { onHandDelta: quantity }))
    case 'count': {
      const difference = quantity - balance.onHand
      // A count that agrees is no movement: the ledger has nothing to record.
      return difference === 0 ? move() : move(movementOf(base, 'count', { onHandDelta: difference }))
    }
    case 'hold':
      return move(movementOf(base, 'hold', { heldDelta: quantity }))
    case 'unhold':
      if (quantity > balance.held) {
        return refuse('insufficient-held', 'quantity', `${quantity} units asked, ${balance.held} are held.`)
      }
      return move(movementOf(base, 'unhold', { heldDelta: -quantity }))
    case 'reserve': {
      const available = availableOf(balance)
      if (quantity > available) {
        return refuse(
          'insufficient-stock',
          'quantity',
          `${quantity} units asked, ${available} are available.`,
        )
      }
      return move(movementOf(base, 'reserve', { reservedDelta: quantity }))
    }
    default: {
      const never: never = kind
      return never
    }
  }
}

/** Decides how a strict reservation gives units back. */
export function decideRelease(
  reservation: Reservation,
  quantity: number,
  base: MovementBase,
): { kind: 'movements'; movements: NewMovement[] } | Refusal {
  const open = openOf(reservation)
  if (quantity > open) {
    return refuse('insufficient-open', 'quantity', `${quantity} units asked, ${open} are still reserved.`)
  }
  return { kind: 'movements', movements: [movementOf(base, 'release', { reservedDelta: -quantity })] }
}
