import { type ExternalListing, Malformed, NotFound, type Page } from '@plimsoll/connector-kit'
import type { WooVariation } from './answers.ts'
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

/**
 * One page of listings: first the products, then the variations of all of them. Where the shop has no list of all
 * variations, those of a page's products come with the page.
 */
export async function readListings(
  text: string | undefined,
  { api, variationsRoute, signal }: Reading,
): Promise<Page<ExternalListing>> {
  const cursor = readListingCursor(text)
  if (cursor.stage === 'variations')
    return readVariations(cursor.page, cursor.total, { api, variationsRoute, signal })

  const answer = await api.products({ page: cursor.page, signal })
  const rows = answer.data.filter(isSellable).map(toListing)
  const variable = answer.data.filter(isVariable)
  const hasRoute = await variationsRoute.isThere({ signal })
  if (!hasRoute) {
    for (const parent of variable) {
      const parentFacts = { id: parent.id, name: parent.name ?? '', status: parent.status }
      for (const variation of await allVariationsOf(parent.id, { api, signal })) {
        rows.push(toVariationListing({ ...variation, parent_id: parent.id }, parentFacts))
      }
    }
  }
  const next = nextListingPage(cursor, { rows: answer.data.length, total: answer.total }, pageSize)
  const after = next ?? (hasRoute ? { stage: 'variations' as const, page: 1 } : undefined)
  return { rows, next: after && JSON.stringify(after), platformTime: answer.date }
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
