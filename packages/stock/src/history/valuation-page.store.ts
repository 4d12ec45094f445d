import type { Db } from '@plimsoll/database'
import { sql } from 'kysely'
import { type Refusal, refuse } from '../errors.ts'
import { costOf, type Method, unitsOf, unpricedUnitsOf } from './cost-pool.ts'
import { findClosedMonths } from './months.store.ts'
import { monthText, startOfMonth } from './months.ts'
import { findCurrency, valueItems } from './valuation.store.ts'
import { inTransitCost } from './valuation.ts'

export type ValuationAsked = {
  method: Method
  at: Date
  itemId?: string | undefined
  locationId?: string | undefined
  fromScratch?: boolean | undefined
}

/** What one item costs: at its places, on its way between them, and what has left for good. */
export type ItemValuation = {
  itemId: string
  sku: string
  name: string
  places: { locationId: string; units: number; cost: bigint; unpricedUnits: number }[]
  inTransitCost: bigint
  issuedCost: bigint
  receivedCost: bigint
}
export type ValuationPage = { kind: 'valued'; currency: string; items: ItemValuation[]; next: string | null }

/** What items cost at a moment, in order of SKU. Refused until a currency is set, and for months that lie in files. */
export async function findValuations(
  db: Db,
  organizationId: string,
  asked: ValuationAsked,
  page: { afterSku: string | undefined; limit: number },
): Promise<ValuationPage | Refusal> {
  const currency = await findCurrency(db, organizationId)
  if (currency === undefined)
    return refuse('currency-not-set', 'currency', 'It is not said which currency costs are in.')
  const months = await findClosedMonths(db, organizationId)
  const missing = months.findLast(
    ({ month, isArchived, movements }) => isArchived && movements > 0 && asked.at < startOfMonth(month, 1),
  )
  if (missing !== undefined) {
    return refuse('month-archived', 'at', `The movements of ${monthText(missing.month)} lie in a file.`)
  }
  const found = await sql<{ itemId: string; sku: string; name: string }>`
    select item_id, sku, name from item
    where organization_id = ${organizationId} and sku > ${page.afterSku ?? ''}
      and (${asked.itemId ?? null}::uuid is null or item_id = ${asked.itemId ?? null})
      and exists (
        select from balance
        where balance.organization_id = item.organization_id and balance.item_id = item.item_id
          and (${asked.locationId ?? null}::uuid is null or balance.location_id = ${asked.locationId ?? null})
      )
    order by sku
    limit ${page.limit + 1}`.execute(db)
  const items = found.rows.slice(0, page.limit)
  const states = await valueItems(
    db,
    organizationId,
    items.map(({ itemId }) => itemId),
    { at: asked.at, fromScratch: asked.fromScratch ?? false },
  )
  return {
    kind: 'valued',
    currency,
    items: items.flatMap((item) => {
      const state = states.get(item.itemId)?.[asked.method]
      if (state === undefined) return []
      const places = [...state.pools]
        .filter(([locationId]) => asked.locationId === undefined || locationId === asked.locationId)
        .map(([locationId, pool]) => ({
          locationId,
          units: unitsOf(pool),
          cost: costOf(pool),
          unpricedUnits: unpricedUnitsOf(pool),
        }))
      const { issuedCost, receivedCost } = state
      return [{ ...item, places, inTransitCost: inTransitCost(state), issuedCost, receivedCost }]
    }),
    next: found.rows.length > page.limit ? (items.at(-1)?.sku ?? null) : null,
  }
}
