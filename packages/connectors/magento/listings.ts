import { type ExternalListing, Invalid, Malformed, NotFound, type Page } from '@plimsoll/connector-kit'
import { z } from 'zod'
import type { Product } from './answers.ts'
import type { MagentoApi } from './api.ts'
import { fromExternalId } from './ids.ts'
import { isSellable, toListing } from './map.ts'
import { atMost } from './scope.ts'
import type { StockFactsBook } from './stock-facts.ts'

export const pageSize = 100

type Reading = {
  api: MagentoApi
  facts: StockFactsBook
  barcodeAttribute: string
  /** Rows that the shop gives at once, if fewer than ours. */
  limits: { page: number }
  signal?: AbortSignal | undefined
}

/**
 * One page of listings in the order of their numbers: each page begins after the last number read, so that products
 * which come and go while we read make us skip none.
 */
export async function readListings(
  cursor: string | undefined,
  reading: Reading,
): Promise<Page<ExternalListing>> {
  const { api, facts, barcodeAttribute, limits, signal } = reading
  // What is counted may have been changed since; a reading of everything begins with it.
  if (cursor === undefined) await facts.refresh({ signal })
  const lastId = cursor === undefined ? 0 : readCursor(cursor)
  const ask = () =>
    api.products({
      groups: [[{ field: 'entity_id', value: String(lastId), condition: 'gt' }]],
      sort: ['entity_id'],
      pageSize: limits.page,
      signal,
    })
  const { data, date } = await ask().catch((error: unknown) => {
    limits.page = atMost(error, limits.page)
    return ask()
  })
  const rows: ExternalListing[] = []
  for (const product of data.items) {
    if (!isSellable(product)) continue
    rows.push(toListing(product, await facts.of(product, { signal }), barcodeAttribute))
  }
  const last = data.items.reduce((most, { id }) => Math.max(most, id), lastId)
  // Search engines behind the list have told wrong totals: while whole pages come there is more, and a short page
  // is the last only where the total agrees.
  const isMore = data.items.length >= limits.page || data.total_count > data.items.length
  if (isMore && last === lastId) throw new Malformed('The list of products does not go on.', '')
  return { rows, next: isMore ? String(last) : undefined, platformTime: date }
}

function readCursor(text: string): number {
  const parsed = z.coerce.number().int().positive().safeParse(text)
  if (!parsed.success) throw new Invalid('This cursor is not one that the connector gave out.', 'cursor')
  return parsed.data
}

/**
 * One product as it is now.
 * @throws NotFound when it is gone, or is sold as its parts
 */
export async function readListing(
  externalId: string,
  reading: Omit<Reading, 'limits'>,
): Promise<ExternalListing> {
  const product = await findProduct(externalId, reading)
  if (!isSellable(product))
    throw new NotFound(`Product ${externalId} is a ${product.type_id} product, which is not sold as itself`)
  const facts = await reading.facts.now(product, { signal: reading.signal })
  return toListing(product, facts, reading.barcodeAttribute)
}

/** @throws NotFound */
export async function findProduct(
  externalId: string,
  { api, signal }: Pick<Reading, 'api' | 'signal'>,
): Promise<Product> {
  const id = fromExternalId(externalId, 'externalId')
  const { data } = await api.products({
    groups: [[{ field: 'entity_id', value: String(id) }]],
    pageSize: 1,
    signal,
  })
  const [product] = data.items
  if (product === undefined) throw new NotFound(`The shop has no product ${externalId}.`)
  if (product.id !== id) throw new Malformed(`The shop answered product ${id} with ${product.id}`, '')
  return product
}
