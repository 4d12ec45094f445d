import type { Db } from '@plimsoll/database'
import {
  averageCostOf,
  type CostPool,
  emptyPool,
  issueFrom,
  type Method,
  receiveInto,
  unpricedUnitsOf,
} from './cost-pool.ts'
import { findClosedMonths } from './months.store.ts'
import { startOfMonth } from './months.ts'
import { findCurrency, valueItems } from './valuation.store.ts'

/** Units of an item that a count found too many or too few (negative) of. */
export type Variance = { itemId: string; units: number }

/** `values`: of each variance, in whole ten-thousandths; undefined where no cost is known. */
export type ValuedVariances = { currency: string | undefined; values: (bigint | undefined)[] }

const ITEMS_AT_ONCE = 200

/**
 * What variances at a location come to: as reading their movements would price them, if they were recorded right after
 * `at`. Nothing has a value while no currency is set, or where the movements that lead to `at` lie in files.
 */
export async function valueVariances(
  db: Db,
  organizationId: string,
  asked: { locationId: string; method: Method; at: Date },
  variances: readonly Variance[],
): Promise<ValuedVariances> {
  const currency = await findCurrency(db, organizationId)
  const unknown = { currency, values: variances.map(() => undefined) }
  if (currency === undefined || (await isArchived(db, organizationId, asked.at))) return unknown
  const itemIds = [...new Set(variances.filter(({ units }) => units !== 0).map(({ itemId }) => itemId))]
  const pools = new Map<string, CostPool>()
  for (let from = 0; from < itemIds.length; from += ITEMS_AT_ONCE) {
    const some = itemIds.slice(from, from + ITEMS_AT_ONCE)
    for (const [itemId, state] of await valueItems(db, organizationId, some, asked)) {
      pools.set(itemId, state[asked.method].pools.get(asked.locationId) ?? emptyPool())
    }
  }
  // Lots of one item lie in one pool: each takes from what the one before has left.
  const values = variances.map(({ itemId, units }) => {
    const pool = pools.get(itemId)
    return units === 0 || pool === undefined ? 0n : takeVariance(pool, asked.method, units)
  })
  return { currency, values }
}

/** Puts a variance into a pool and says what it came to; undefined where some of its units have no known cost. */
export function takeVariance(pool: CostPool, method: Method, units: number): bigint | undefined {
  if (units > 0) {
    const cost = averageCostOf(pool, units)
    receiveInto(pool, method, units, cost)
    return cost
  }
  const unpriced = unpricedUnitsOf(pool)
  const isKnown = pool.last !== undefined
  const { cost } = issueFrom(pool, method, -units)
  return isKnown && unpricedUnitsOf(pool) === unpriced ? -cost : undefined
}

async function isArchived(db: Db, organizationId: string, at: Date): Promise<boolean> {
  const months = await findClosedMonths(db, organizationId)
  return months.some(
    ({ month, isArchived, movements }) => isArchived && movements > 0 && at < startOfMonth(month, 1),
  )
}
