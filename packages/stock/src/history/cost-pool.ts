import { assert } from '../assert.ts'

export type Method = 'average' | 'fifo'
export const METHODS: readonly Method[] = ['average', 'fifo']

/** Units that came in together, with what all of those left cost; undefined: nobody has said yet. */
export type Layer = { units: number; cost: bigint | undefined }

/** What lies at one place, oldest first. By weighted average there is one priced layer, after those without a price. */
export type CostPool = {
  layers: Layer[]
  /** Of the priced layers together. */
  pricedUnits: number
  cost: bigint
  /** Units that were issued before they were there, and the cost that they were issued at. */
  owed: { units: number; cost: bigint }
  /** The last known price, as a fraction: kept when the pool runs empty. */
  last: { units: number; cost: bigint } | undefined
}

export type Issued = { cost: bigint }

export function emptyPool(): CostPool {
  return { layers: [], pricedUnits: 0, cost: 0n, owed: { units: 0, cost: 0n }, last: undefined }
}

/** Units on hand at the place; negative where more was issued than came in. */
export function unitsOf(pool: CostPool): number {
  return pool.layers.reduce((sum, layer) => sum + layer.units, 0) - pool.owed.units
}

/** What remains of all costs: of what is there, less what was issued ahead of it. */
export function costOf(pool: CostPool): bigint {
  return pool.cost - pool.owed.cost
}

/** Units without a known cost. */
export function unpricedUnitsOf(pool: CostPool): number {
  return pool.layers.reduce((sum, layer) => sum + (layer.cost === undefined ? layer.units : 0), 0)
}

/** What units come to that nobody named a cost of: the present average; undefined while none is known. */
export function averageCostOf(pool: CostPool, units: number): bigint | undefined {
  const { last } = pool
  if (last === undefined) return undefined
  const average = pool.pricedUnits > 0 ? { units: pool.pricedUnits, cost: pool.cost } : last
  return roundedShare(average.cost, units, average.units)
}

/**
 * Takes units in.
 * @param cost of all of them; undefined where it is not known
 * @returns what is issued by that: the difference between the cost of units issued ahead and the one they turn out to have
 */
export function receiveInto(pool: CostPool, method: Method, units: number, cost: bigint | undefined): bigint {
  assert(units > 0, 'units are received')
  const covered = Math.min(units, pool.owed.units)
  const coveredCost =
    cost === undefined ? undefined : covered === units ? cost : roundedShare(cost, covered, units)
  const difference = covered === 0 ? 0n : settle(pool, covered, coveredCost)
  if (cost !== undefined) pool.last = { units, cost }
  if (covered < units) {
    add(pool, method, {
      units: units - covered,
      cost: cost === undefined || coveredCost === undefined ? undefined : cost - coveredCost,
    })
  }
  return difference
}

/** Units that were issued ahead are there now: what they were issued at is replaced by what they cost. */
function settle(pool: CostPool, units: number, cost: bigint | undefined): bigint {
  const { owed } = pool
  const at = units === owed.units ? owed.cost : roundedShare(owed.cost, units, owed.units)
  pool.owed = { units: owed.units - units, cost: owed.cost - at }
  // Of unknown cost: they are worth nothing, and so is what was issued.
  return (cost ?? 0n) - at
}

function add(pool: CostPool, method: Method, layer: Layer): void {
  if (layer.cost === undefined) {
    pool.layers.push(layer)
    return
  }
  pool.pricedUnits += layer.units
  pool.cost += layer.cost
  const priced = method === 'average' ? pool.layers.find((each) => each.cost !== undefined) : undefined
  if (priced?.cost === undefined) {
    pool.layers.push(layer)
    return
  }
  priced.units += layer.units
  priced.cost += layer.cost
}

/** Takes units out, oldest first; beyond what is there at the last known price. */
export function issueFrom(pool: CostPool, method: Method, units: number): Issued {
  assert(units > 0, 'units are issued')
  let open = units
  let cost = 0n
  while (open > 0) {
    const [layer] = pool.layers
    if (layer === undefined) break
    const taken = Math.min(open, layer.units)
    cost += takeFrom(pool, layer, taken)
    open -= taken
  }
  if (open > 0) {
    const ahead = pool.last === undefined ? 0n : roundedShare(pool.last.cost, open, pool.last.units)
    pool.owed = { units: pool.owed.units + open, cost: pool.owed.cost + ahead }
    cost += ahead
  }
  // The average is what the next units take that nobody names a cost of.
  if (method === 'average' && pool.pricedUnits > 0) pool.last = { units: pool.pricedUnits, cost: pool.cost }
  return { cost }
}

function takeFrom(pool: CostPool, layer: Layer, taken: number): bigint {
  const all = taken === layer.units
  if (layer.cost === undefined) {
    if (all) pool.layers.shift()
    else layer.units -= taken
    return 0n
  }
  const cost = all ? layer.cost : roundedShare(layer.cost, taken, layer.units)
  pool.last = { units: layer.units, cost: layer.cost }
  pool.pricedUnits -= taken
  pool.cost -= cost
  if (all) pool.layers.shift()
  else {
    layer.units -= taken
    layer.cost -= cost
  }
  return cost
}

/** `cost × units ÷ of`, halves upward: the one place where a share of an amount is rounded. */
export function roundedShare(cost: bigint, units: number, of: number): bigint {
  return (2n * cost * BigInt(units) + BigInt(of)) / (2n * BigInt(of))
}
