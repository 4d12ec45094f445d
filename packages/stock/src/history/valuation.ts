import type { MovementKind } from '@plimsoll/database'
import {
  averageCostOf,
  type CostPool,
  emptyPool,
  type Issued,
  issueFrom,
  type Method,
  receiveInto,
  roundedShare,
} from './cost-pool.ts'

/**
 * What stock cost, per item and location, worked out from movements in the order of recording and from the costs that
 * stand beside them. Amounts are whole ten-thousandths of the currency's unit. Nothing here changes a quantity.
 */

/** What valuation reads of a movement. */
export type ValuedMovement = {
  movementId: string
  locationId: string
  kind: MovementKind
  onHandDelta: number
  commandKey: string
  referenceId: string | null
  /** Ten-thousandths per base unit; null: none was given. */
  unitCost: number | null
}

/** What left under a reference and has not come back: for returns and for the far end of a transfer. */
type Left = { units: number; cost: bigint; month: number }

/** What reading has come to, of one item by one method. */
export type MethodState = {
  pools: Map<string, CostPool>
  /** Everything that ever left for good: sold, lost, used up. */
  issuedCost: bigint
  /** Everything that ever came in from outside. */
  receivedCost: bigint
  left: Map<string, Left>
}

export function newState(): MethodState {
  return { pools: new Map(), issuedCost: 0n, receivedCost: 0n, left: new Map() }
}

/** What went out is remembered for a year: a return later than that takes the present average. */
export const REMEMBERED_MONTHS = 12

/**
 * Reads one more movement. Received units take their own cost; without one they take the present average, as upward
 * adjustments do. Returns take the cost that they left with, transfers carry theirs. Issued units take what they cost
 * by the method; beyond what is there they take the last known cost, and the difference to the real one is issued
 * once it is known. What came in is always what went out and what remains, to the last ten-thousandth.
 * @param month counts months, so that what is remembered can be forgotten
 */
export function readMovement(
  state: MethodState,
  method: Method,
  movement: ValuedMovement,
  month: number,
): void {
  const units = movement.onHandDelta
  if (units === 0) return
  const pool = state.pools.get(movement.locationId) ?? emptyPool()
  state.pools.set(movement.locationId, pool)
  if (units < 0) issue(state, pool, method, movement, -units, month)
  else receive(state, pool, method, movement, units)
}

function issue(
  state: MethodState,
  pool: CostPool,
  method: Method,
  movement: ValuedMovement,
  units: number,
  month: number,
): void {
  const issued = issueFrom(pool, method, units)
  // On its way to another place: it has not left the brand.
  if (movement.kind !== 'transfer-out') state.issuedCost += issued.cost
  // A return that was none is gone again, as it was.
  if (movement.kind === 'transfer-out' || isOfSale(movement)) remember(state, movement, issued, units, month)
}

function receive(
  state: MethodState,
  pool: CostPool,
  method: Method,
  movement: ValuedMovement,
  units: number,
): void {
  // A shipment that was none is taken back, as what came back is.
  if (movement.kind === 'transfer-in' || isOfSale(movement)) {
    const back = takeBack(state, movement, units)
    const missing = units - back.units
    if (back.units > 0) {
      // What comes back was counted as gone; what arrives was only on its way.
      if (isOfSale(movement)) state.issuedCost -= back.cost
      state.issuedCost += receiveInto(pool, method, back.units, back.cost)
    }
    if (missing > 0) receiveAtAverage(state, pool, method, missing)
    return
  }
  if (movement.unitCost === null) {
    receiveAtAverage(state, pool, method, units)
    return
  }
  const cost = BigInt(units) * BigInt(movement.unitCost)
  state.receivedCost += cost
  state.issuedCost += receiveInto(pool, method, units, cost)
}

/** Units that nobody named a cost of: at the present average of the place, unpriced while none is known. */
function receiveAtAverage(state: MethodState, pool: CostPool, method: Method, units: number): void {
  const cost = averageCostOf(pool, units)
  if (cost !== undefined) state.receivedCost += cost
  state.issuedCost += receiveInto(pool, method, units, cost)
}

function isOfSale({ kind }: ValuedMovement): boolean {
  return kind === 'ship' || kind === 'return'
}

function keyOf(movement: ValuedMovement): string {
  const way = isOfSale(movement) ? 'sold' : 'moved'
  return `${way} ${movement.referenceId ?? movement.commandKey}`
}

function remember(
  state: MethodState,
  movement: ValuedMovement,
  issued: Issued,
  units: number,
  month: number,
): void {
  const key = keyOf(movement)
  const before = state.left.get(key)
  state.left.delete(key)
  state.left.set(key, {
    units: (before?.units ?? 0) + units,
    cost: (before?.cost ?? 0n) + issued.cost,
    month,
  })
}

/** Takes units back that left under the same reference, at their average; all of them take all of their cost. */
function takeBack(
  state: MethodState,
  movement: ValuedMovement,
  units: number,
): { units: number; cost: bigint } {
  const key = keyOf(movement)
  const left = state.left.get(key)
  if (left === undefined) return { units: 0, cost: 0n }
  const taken = Math.min(units, left.units)
  const cost = taken === left.units ? left.cost : roundedShare(left.cost, taken, left.units)
  if (taken === left.units) state.left.delete(key)
  else state.left.set(key, { ...left, units: left.units - taken, cost: left.cost - cost })
  return { units: taken, cost }
}

/** At the start of a month: what was sold long ago is forgotten. What is on its way never is. */
export function forgetOld(state: MethodState, month: number): void {
  for (const [key, left] of state.left) {
    if (key.startsWith('sold ') && left.month <= month - REMEMBERED_MONTHS) state.left.delete(key)
  }
}

/** Cost of what is on its way between places. */
export function inTransitCost(state: MethodState): bigint {
  let cost = 0n
  for (const [key, left] of state.left) if (key.startsWith('moved ')) cost += left.cost
  return cost
}
