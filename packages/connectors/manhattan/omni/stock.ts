import { type CallOptions, type ExternalCount, Malformed, type Page } from '@plimsoll/connector-kit'
import { z } from 'zod'
import { amount, found, id, units } from '../envelope.ts'
import { homeOf, pageOf, readItemPage } from '../items.ts'
import { isAskable } from '../query.ts'
import { searchFor } from '../search.ts'
import type { Settings } from '../settings.ts'
import { ask, type Context } from '../transport.ts'

/** What Omni knows to lie somewhere or to be on its way, by kind. */
const supply = z.object({
  SupplyId: id,
  ItemId: id,
  LocationId: id,
  SupplyTypeId: z.string(),
  Quantity: amount,
})
export type Supply = z.infer<typeof supply>
const SUPPLY_TEMPLATE = {
  SupplyId: null,
  ItemId: null,
  LocationId: null,
  SupplyTypeId: null,
  Quantity: null,
} as const
/** What a view lets be promised, with its safety stock and what is spoken for taken off. */
const promise = z.object({ ItemId: id, LocationId: id, TotalQuantity: units })

/** A page of items, each at every location: what lies there by its supply, what may be promised by the view. */
export async function readCounts(
  context: Context,
  cursor: string | undefined,
  options?: CallOptions,
): Promise<Page<ExternalCount>> {
  const { items, next, platformTime } = await readItemPage(context, pageOf(cursor), 'counts', options)
  const ids = items.map(({ ItemId }) => ItemId).filter(isAskable)
  const { settings } = context
  const supplies = await searchFor(
    context,
    {
      operation: 'counts',
      path: 'omniSupply',
      facility: homeOf(context),
      template: SUPPLY_TEMPLATE,
      field: 'ItemId',
      values: ids,
      where: [{ field: 'LocationId', in: settings.facilities }],
      key: 'SupplyId',
      options,
    },
    supply,
  )
  const promised = ids.length === 0 ? [] : await readPromised(context, ids, options)
  const keyOf = (item: string, location: string) => JSON.stringify([item, location])
  const byPlace = Map.groupBy(supplies, ({ ItemId, LocationId }) => keyOf(ItemId, LocationId))
  const byPromise = new Map(promised.map((each) => [keyOf(each.ItemId, each.LocationId), each.TotalQuantity]))
  const rows: ExternalCount[] = []
  const unreadable: NonNullable<Page<ExternalCount>['unreadable']> = []
  for (const item of ids) {
    for (const location of settings.facilities) {
      const key = keyOf(item, location)
      const lying = byPlace.get(key)
      if (lying === undefined && settings.absent !== 'all') continue
      try {
        const where = { stockUnitId: item, locationId: location }
        rows.push(toCount(where, lying ?? [], byPromise.get(key) ?? 0, settings))
      } catch (error) {
        if (!(error instanceof Malformed)) throw error
        unreadable.push({ externalId: `${item} at ${location}`, version: undefined })
      }
    }
  }
  return { rows, unreadable, next: next === undefined ? undefined : String(next), platformTime }
}

async function readPromised(context: Context, ids: readonly string[], options?: CallOptions) {
  const { facilities, viewName } = context.settings
  const { value } = await ask(
    context,
    {
      operation: 'counts',
      path: 'omniAvailability',
      facility: homeOf(context),
      body: { ViewName: viewName, Items: ids, Locations: facilities },
      options,
    },
    found(promise),
  )
  return value
}

type Types = Pick<Settings, 'onHandTypes' | 'heldTypes' | 'incomingTypes'>

/** @throws Malformed for a type of supply that the settings do not name: it might lie there */
export function toCount(
  where: { stockUnitId: string; locationId: string },
  supplies: readonly Supply[],
  promised: number,
  { onHandTypes, heldTypes, incomingTypes }: Types,
): ExternalCount {
  const named = [...onHandTypes, ...heldTypes, ...incomingTypes]
  const stranger = supplies.find(
    ({ SupplyTypeId, Quantity }) => Quantity > 0 && !named.includes(SupplyTypeId),
  )
  if (stranger !== undefined)
    throw new Malformed(`the settings name no supply type ${stranger.SupplyTypeId.slice(0, 60)}`, '')
  const sum = (types: readonly string[]) =>
    supplies
      .filter(({ SupplyTypeId }) => types.includes(SupplyTypeId))
      .reduce((total, { Quantity }) => total + Quantity, 0)
  const [free, held, incoming] = [sum(onHandTypes), sum(heldTypes), sum(incomingTypes)]
  for (const each of [free, held, incoming])
    if (!Number.isSafeInteger(each)) throw new Malformed('the supply is not of whole units', '')
  return {
    ...where,
    // A view may promise what has not come yet; what may be sent now is no more than lies there.
    available: Math.min(promised, free),
    held,
    incoming,
    countedAt: undefined,
    onHand: free + held,
  }
}
