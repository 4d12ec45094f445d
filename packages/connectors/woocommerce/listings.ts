import { type ExternalListing, Malformed, NotFound, type Page } from '@plimsoll/connector-kit'
import type { WooProduct, WooVariation } from './answers.ts'
import { pageSize, type WooApi } from './api.ts'
import { nextListingPage, readListingCursor } from './cursors.ts'
import { fromExternalId } from './ids.ts'
import { isSellable, isVariable, toListing, toVariationListing } from './map.ts'
import type { OptionalRoute } from './optional-routes.ts'
import { readAllPages } from './pages.ts'

type Reading = {
  api: WooApi
  /** Whether the shop lists all variations in one stream (WooCommerce 10.3). */
  variationsRoute: OptionalRoute
  signal?: AbortSignal | undefined
}

/** Parents whose variations are read in one call, where each takes a request or more: other calls get their turn between. */
const parentsAtOnce = 10

/**
 * One page of listings: first the products, then the variations of all of them. Where the shop has no list of all
 * variations, those of a page's products come behind the page, some parents at a time.
 */
export async function readListings(
  text: string | undefined,
  reading: Reading,
): Promise<Page<ExternalListing>> {
  const { api, variationsRoute, signal } = reading
  const cursor = readListingCursor(text)
  if (cursor.stage === 'variations') return readVariations(cursor.page, cursor.total, reading)

  const answer = await api.products({ page: cursor.page, signal })
  const isFirst = cursor.stage === 'products'
  const rows = isFirst ? answer.data.filter(isSellable).map(toListing) : []
  const hasRoute = await variationsRoute.isThere({ signal })
  if (!hasRoute) {
    const waiting = answer.data.filter(isVariable).filter(({ id }) => isFirst || id > (cursor.after ?? 0))
    const parents = waiting.slice(0, parentsAtOnce)
    for (const parent of parents) rows.push(...(await readChildren(parent, reading)))
    const after = parents.at(-1)?.id
    if (waiting.length > parents.length && after !== undefined) {
      // The total of the page's first reading: if it has shrunk since, pages are read again as for any other.
      const total = isFirst ? answer.total : cursor.total
      const next = { stage: 'parents', page: cursor.page, after, ...(total !== undefined && { total }) }
      return { rows, next: JSON.stringify(next), platformTime: answer.date }
    }
  }
  const next = nextListingPage(cursor, { rows: answer.data.length, total: answer.total }, pageSize)
  const after = next ?? (hasRoute ? { stage: 'variations' as const, page: 1 } : undefined)
  return { rows, next: after && JSON.stringify(after), platformTime: answer.date }
}

async function readChildren(parent: WooProduct, reading: Reading): Promise<ExternalListing[]> {
  const facts = { id: parent.id, name: parent.name ?? '', status: parent.status }
  const variations = await allVariationsOf(parent.id, reading)
  return variations.map((variation) => toVariationListing({ ...variation, parent_id: parent.id }, facts))
}

async function readVariations(
  page: number,
  total: number | undefined,
  { api, signal }: Reading,
): Promise<Page<ExternalListing>> {
  const answer = await api.variations({ page, signal })
  const parents = await readParents(answer.data, { api, signal })
  const cursor = { stage: 'variations' as const, page, ...(total !== undefined && { total }) }
  const next = nextListingPage(cursor, { rows: answer.data.length, total: answer.total }, pageSize)
  return {
    rows: answer.data.map((variation) =>
      toVariationListing(variation, parents.get(variation.parent_id ?? 0)),
    ),
    next: next && JSON.stringify(next),
    platformTime: answer.date,
  }
}

/** Names and states of the parents: a variation's row has neither. At most 100 parents for a page of 100. */
async function readParents(
  variations: readonly WooVariation[],
  { api, signal }: Pick<Reading, 'api' | 'signal'>,
) {
  const ids = [...new Set(variations.map((variation) => variation.parent_id ?? 0))].filter((id) => id > 0)
  if (ids.length === 0) return new Map<number, { id: number; name: string; status: string }>()
  const { data } = await api.parentsById({ ids, signal })
  return new Map(data.map((parent) => [parent.id, parent]))
}

function allVariationsOf(productId: number, { api, signal }: Pick<Reading, 'api' | 'signal'>) {
  return readAllPages<WooVariation>((page) => api.variationsOf({ productId, page, signal }))
}

/**
 * One product or variation as it is now.
 * @throws NotFound when it is gone for good, or is not sold as itself (a variable product, a group)
 */
export async function readListing(
  externalId: string,
  { api, signal }: Pick<Reading, 'api' | 'signal'>,
): Promise<ExternalListing> {
  const { data } = await api.product({ id: fromExternalId(externalId, 'externalId'), signal })
  if (String(data.id) !== externalId)
    throw new Malformed(`The shop answered ${externalId} with ${data.id}`, '')
  if (data.type === 'variation' && data.parent_id) {
    const parents = await readParents([data], { api, signal })
    return toVariationListing(data, parents.get(data.parent_id))
  }
  if (!isSellable(data))
    throw new NotFound(`Product ${externalId} is a ${data.type} product, which is not sold as itself`)
  return toListing(data)
}
