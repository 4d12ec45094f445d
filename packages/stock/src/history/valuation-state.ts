import { z } from 'zod'
import { type CostPool, emptyPool, METHODS, type Method } from './cost-pool.ts'
import { type MethodState, newState } from './valuation.ts'

/** What reading an item has come to, as it is stored: amounts as decimal text, since JSON numbers are not exact. */

const amount = z.string().regex(/^-?\d+$/)
const storedMethod = z.object({
  pools: z.record(
    z.string(),
    z.object({
      layers: z.array(z.tuple([z.int(), amount.nullable()])),
      owed: z.tuple([z.int(), amount]),
      last: z.tuple([z.int(), amount]).nullable(),
    }),
  ),
  issued: amount,
  received: amount,
  left: z.array(z.tuple([z.string(), z.int(), amount, z.int()])),
})
const storedState = z.object({ average: storedMethod, fifo: storedMethod })
export type StoredState = z.infer<typeof storedState>
type StoredMethod = z.infer<typeof storedMethod>

/** One item by both methods: reading movements once serves both. */
export type ItemState = Record<Method, MethodState>

export function newItemState(): ItemState {
  return { average: newState(), fifo: newState() }
}

export function toStoredItem(state: ItemState): StoredState {
  return { average: toStored(state.average), fifo: toStored(state.fifo) }
}

export function fromStoredItem(stored: unknown): ItemState {
  const state = storedState.parse(stored)
  return { average: fromStored(state.average), fifo: fromStored(state.fifo) }
}

export function toStored(state: MethodState): StoredMethod {
  return {
    pools: Object.fromEntries(
      [...state.pools].map(([place, pool]) => [
        place,
        {
          layers: pool.layers.map(({ units, cost }) => [units, cost === undefined ? null : String(cost)]),
          owed: [pool.owed.units, String(pool.owed.cost)],
          last: pool.last === undefined ? null : [pool.last.units, String(pool.last.cost)],
        },
      ]),
    ),
    issued: String(state.issuedCost),
    received: String(state.receivedCost),
    left: [...state.left].map(([key, { units, cost, month }]) => [key, units, String(cost), month]),
  }
}

export function fromStored(stored: StoredMethod): MethodState {
  return {
    pools: new Map(Object.entries(stored.pools).map(([place, pool]) => [place, toPool(pool)])),
    issuedCost: BigInt(stored.issued),
    receivedCost: BigInt(stored.received),
    left: new Map(
      stored.left.map(([key, units, cost, month]) => [key, { units, cost: BigInt(cost), month }]),
    ),
  }
}

function toPool({ layers, owed, last }: StoredMethod['pools'][string]): CostPool {
  const pool: CostPool = {
    ...emptyPool(),
    layers: layers.map(([units, cost]) => ({ units, cost: cost === null ? undefined : BigInt(cost) })),
    owed: { units: owed[0], cost: BigInt(owed[1]) },
    last: last === null ? undefined : { units: last[0], cost: BigInt(last[1]) },
  }
  for (const { units, cost } of pool.layers) {
    if (cost === undefined) continue
    pool.pricedUnits += units
    pool.cost += cost
  }
  return pool
}

/** The state in which units lie of whose past nothing is known but that they are there. */
export function unpricedState(places: readonly { locationId: string; onHand: number }[]): ItemState {
  const state = newItemState()
  for (const method of METHODS) {
    for (const { locationId, onHand } of places) {
      const pool = state[method].pools.get(locationId) ?? emptyPool()
      if (onHand > 0) pool.layers.push({ units: onHand, cost: undefined })
      if (onHand < 0) pool.owed = { units: pool.owed.units - onHand, cost: 0n }
      state[method].pools.set(locationId, pool)
    }
  }
  return state
}
