import type { ValuationPage } from '@plimsoll/client'
import { inTransaction } from '@plimsoll/database'
import {
  findLocations,
  findValuations,
  type ItemValuation,
  type Refusal,
  refuse,
  roundedShare,
  saveCurrency,
  type ValuationMethod,
} from '@plimsoll/stock'
import type { SyncContext } from '@plimsoll/sync'
import { type Answered, codeOf, findAsked, momentOf } from './history.ts'
import { getItemHead } from './item.ts'

export type ValuationQuery = {
  method: ValuationMethod
  at?: Date | undefined
  sku?: string | undefined
  location?: string | undefined
  fromScratch?: boolean | undefined
}

/**
 * What stock cost at a moment, item by item, in order of SKU.
 * @throws SyncProblem for an unknown SKU
 */
export async function getValuation(
  context: SyncContext,
  query: ValuationQuery,
  page: { cursor: string | undefined; limit: number },
): Promise<Answered<ValuationPage>> {
  const { kysely } = context.database
  const at = momentOf(context, query.at)
  if (!(at instanceof Date)) return at
  const item = query.sku === undefined ? undefined : await getItemHead(context, query.sku)
  const locations = await findLocations(kysely, context.organizationId)
  const location = findAsked(locations, query.location)
  if (location?.kind === 'refused') return location
  const found = await findValuations(
    kysely,
    context.organizationId,
    {
      method: query.method,
      at,
      itemId: item?.itemId,
      locationId: location?.location.locationId,
      fromScratch: query.fromScratch,
    },
    { afterSku: page.cursor, limit: page.limit },
  )
  if (found.kind === 'refused') return found
  return {
    kind: 'answered',
    answer: {
      currency: found.currency,
      method: query.method,
      at: at.toISOString(),
      rows: found.items.map((each) => toRow(each, (locationId) => codeOf(locations, locationId))),
      next: found.next,
    },
  }
}

/** Says which currency costs are in. Refused once there are costs in another. */
export async function setCurrency(
  context: SyncContext,
  currency: string,
): Promise<Answered<{ currency: string }>> {
  const isSaved = await inTransaction(context.database, (tx) =>
    saveCurrency(tx, context.organizationId, currency),
  )
  if (isSaved) return { kind: 'answered', answer: { currency } }
  return fixed(currency)
}

function fixed(currency: string): Refusal {
  return refuse('currency-fixed', 'currency', `There are costs in another currency than ${currency}.`)
}

function toRow(
  item: ItemValuation,
  codeOfLocation: (locationId: string) => string,
): ValuationPage['rows'][number] {
  const units = item.places.reduce((sum, place) => sum + place.units, 0)
  const cost = item.places.reduce((sum, place) => sum + place.cost, 0n)
  const unpricedUnits = item.places.reduce((sum, place) => sum + place.unpricedUnits, 0)
  const priced = units - unpricedUnits
  return {
    sku: item.sku,
    name: item.name,
    units,
    cost: toAmount(cost),
    unitCost: priced > 0 && cost >= 0n ? toAmount(roundedShare(cost, 1, priced)) : null,
    unpricedUnits,
    inTransitCost: toAmount(item.inTransitCost),
    issuedCost: toAmount(item.issuedCost),
    receivedCost: toAmount(item.receivedCost),
    places: item.places
      .map((place) => ({
        locationCode: codeOfLocation(place.locationId),
        units: place.units,
        cost: toAmount(place.cost),
        unpricedUnits: place.unpricedUnits,
      }))
      .sort((a, b) => (a.locationCode < b.locationCode ? -1 : 1)),
  }
}

/** Nine hundred thousand million of a currency's units fit; a sum beyond it is refused, never rounded. */
export function toAmount(amount: bigint): number {
  const value = Number(amount)
  if (!Number.isSafeInteger(value)) throw new RangeError(`The amount ${amount} does not fit a safe integer.`)
  return value
}
