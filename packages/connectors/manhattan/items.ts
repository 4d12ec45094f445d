import { type CallOptions, type ExternalListing, NotFound, type Page } from '@plimsoll/connector-kit'
import { z } from 'zod'
import { amount, id, text } from './envelope.ts'
import { PAGE_SIZE } from './limits.ts'
import { searchFor, searchPage } from './search.ts'
import type { Context } from './transport.ts'
import type { Package } from './units.ts'

/** Items by the id that the brand gave them: it is the SKU, and the stock unit. */
export const item = z.object({
  ItemId: id,
  Description: text,
  ShortDescription: text,
  PrimaryBarCode: text,
  ItemPackage: z.array(z.object({ UomId: text, Quantity: amount.nullish() })).nullish(),
})
export type Item = z.infer<typeof item>
export const ITEM_TEMPLATE = {
  ItemId: null,
  Description: null,
  ShortDescription: null,
  PrimaryBarCode: null,
  ItemPackage: [{ UomId: null, Quantity: null }],
} as const

export async function readItemPage(
  context: Context,
  page: number,
  operation: string,
  options?: CallOptions,
): Promise<{ items: Item[]; next: number | undefined; platformTime: Date | undefined }> {
  const { rows, platformTime } = await searchPage(
    context,
    {
      operation,
      path: itemsOf(context),
      facility: homeOf(context),
      template: ITEM_TEMPLATE,
      where: [],
      // By number and not by key: no search can name an id with a backslash, and where it would go on from is an id.
      sort: ['ItemId'],
      size: PAGE_SIZE,
      page,
      options,
    },
    item,
  )
  return { items: rows, next: rows.length < PAGE_SIZE ? undefined : page + 1, platformTime }
}

export async function readItems(
  context: Context,
  ids: readonly string[],
  operation: string,
  options?: CallOptions,
): Promise<Map<string, Item>> {
  const rows = await searchFor(
    context,
    {
      operation,
      path: itemsOf(context),
      facility: homeOf(context),
      template: ITEM_TEMPLATE,
      field: 'ItemId',
      values: ids,
      key: 'ItemId',
      options,
    },
    item,
  )
  return new Map(rows.map((each) => [each.ItemId, each]))
}

function itemsOf({ settings }: Context): 'items' | 'omniItems' {
  return settings.product === 'wm' ? 'items' : 'omniItems'
}

/** Items are the organization's, whichever of its facilities asks. */
export function homeOf({ settings }: Context): string {
  return settings.facilities[0] ?? ''
}

export async function readListings(
  context: Context,
  cursor: string | undefined,
  options?: CallOptions,
): Promise<Page<ExternalListing>> {
  const { items, next, platformTime } = await readItemPage(context, pageOf(cursor), 'listings', options)
  return { rows: items.map(toListing), next: next === undefined ? undefined : String(next), platformTime }
}

/** @throws Invalid for an id that no search can name, which is not to say that there is none */
export async function readListing(
  context: Context,
  externalId: string,
  options?: CallOptions,
): Promise<ExternalListing> {
  const known = await readItems(context, [externalId], 'listing', options)
  const found = known.get(externalId)
  if (found === undefined) throw new NotFound('Manhattan has no item of this id.')
  return toListing(found)
}

export function pageOf(cursor: string | undefined): number {
  return cursor !== undefined && /^\d{1,6}$/.test(cursor) ? Number(cursor) : 0
}

export function toListing({ ItemId, Description, ShortDescription, PrimaryBarCode }: Item): ExternalListing {
  return {
    externalId: ItemId,
    sku: ItemId,
    barcode: PrimaryBarCode || undefined,
    title: Description || ShortDescription || '',
    stockUnitId: ItemId,
    tracked: true,
    fulfilledBy: 'platform',
    sellsBeyondZero: false,
    state: 'active',
  }
}

export function packagesOf(item: Item | undefined): Package[] {
  return (item?.ItemPackage ?? []).flatMap(({ UomId, Quantity }) =>
    UomId && Quantity ? [{ uom: UomId, units: Quantity }] : [],
  )
}

/** Remembers so many; then begins anew. */
const knownMax = 20_000

/** Which items there are: looked up once for each, before anything is asked for of it. */
export function createKnownItems(context: Context) {
  const known = new Set<string>()
  /** Those of them that there are not. */
  return async (ids: readonly string[], options?: CallOptions): Promise<string[]> => {
    const open = [...new Set(ids)].filter((each) => !known.has(each))
    if (known.size + open.length > knownMax) known.clear()
    const found = await readItems(context, open, 'knownItems', options)
    for (const each of found.keys()) known.add(each)
    return open.filter((each) => !found.has(each))
  }
}
