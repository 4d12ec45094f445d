import { isConnectorError, Malformed } from '@plimsoll/connector-kit'
import type { Product, StockItem } from './answers.ts'
import type { MagentoApi } from './api.ts'
import type { StockFacts } from './map.ts'
import { atMost } from './scope.ts'
import { anyOf, inAddresses } from './search.ts'

type Options = { signal?: AbortSignal | undefined }

/**
 * Whether the shop counts a product at all, and sells it beyond zero. No list of products says that, and no list of
 * source items; so the one list that does is read to its end, a thousand rows a call, and kept for a while.
 */
export type StockFactsBook = {
  /** Reads the list again. */
  refresh(options: Options): Promise<void>
  /** Of a product in a list; one that the book has not seen is asked for by itself. */
  of(product: Pick<Product, 'id' | 'sku'>, options: Options): Promise<StockFacts>
  /** Of one product, as it is now. */
  now(product: Pick<Product, 'id' | 'sku'>, options: Options): Promise<StockFacts>
  /** SKUs, in lower case, of the products that the shop does not count. */
  uncounted(options: Options): Promise<ReadonlySet<string>>
}

const keptMs = 30 * 60_000
const pageSizeMost = 1_000
/** A shop of a million products. Without an end a broken plugin would be read for ever. */
const pagesMax = 10_000
/** A product of which the shop keeps no stock item: made this moment, or of a kind that holds none. */
const counted: StockFacts = { isCounted: true, sellsBeyondZero: false }

type Book = {
  atMs: number
  seen: Set<number>
  /** Those that are not simply counted and sold down to zero. */
  odd: Map<number, StockFacts>
  uncountedSkus: Set<string> | undefined
}

export function createStockFacts({ api, now }: { api: MagentoApi; now: () => number }): StockFactsBook {
  let book: Book | undefined
  let pageSize = pageSizeMost

  const readPage = async (page: number, { signal }: Options) => {
    try {
      return (await api.stockItems({ page, pageSize, signal })).data
    } catch (error) {
      pageSize = atMost(error, pageSize)
      // Pages of another size begin elsewhere.
      return page === 1 ? (await api.stockItems({ page, pageSize, signal })).data : undefined
    }
  }

  const readNow = async (options: Options): Promise<Book> => {
    const fresh: Book = { atMs: now(), seen: new Set(), odd: new Map(), uncountedSkus: undefined }
    for (let page = 1; page <= pagesMax; page += 1) {
      const found = await readPage(page, options)
      if (found === undefined) return await readNow(options)
      const before = fresh.seen.size
      for (const item of found.items) {
        const productId = Number(item.product_id ?? 0)
        fresh.seen.add(productId)
        const facts = toFacts(item)
        if (!facts.isCounted || facts.sellsBeyondZero) fresh.odd.set(productId, facts)
      }
      // A page past the end is the last one once more.
      if (page * pageSize >= found.total_count || fresh.seen.size === before) {
        book = fresh
        return fresh
      }
    }
    throw new Malformed(`A list of more than ${pagesMax} pages`, '')
  }
  let underWay: Promise<Book> | undefined
  // Many calls that begin at once ask once.
  const read = (options: Options): Promise<Book> => {
    underWay ??= readNow(options).finally(() => {
      underWay = undefined
    })
    return underWay
  }
  const current = async (options: Options): Promise<Book> =>
    book !== undefined && now() - book.atMs < keptMs ? book : await read(options)

  const single: StockFactsBook['now'] = async ({ id, sku }, { signal }) => {
    try {
      return toFacts((await api.stockItem({ sku, signal })).data)
    } catch (error) {
      if (!isConnectorError(error)) throw error
      if (error.kind === 'not-found') return counted
      // An address with such a SKU in it that is not taken: then what the list says must do.
      if (error.kind !== 'invalid' || /^[\w.~-]+$/.test(sku)) throw error
      return (await current({ signal })).odd.get(id) ?? counted
    }
  }

  return {
    async refresh(options) {
      await read(options)
    },
    async of(product, options) {
      const known = await current(options)
      return known.seen.has(product.id)
        ? (known.odd.get(product.id) ?? counted)
        : await single(product, options)
    },
    now: single,
    async uncounted(options) {
      const known = await current(options)
      known.uncountedSkus ??= await skusOf(
        [...known.odd].filter(([, facts]) => !facts.isCounted).map(([id]) => id),
        { api, ...options },
      )
      return known.uncountedSkus
    },
  }
}

function toFacts({ manage_stock, backorders }: StockItem): StockFacts {
  return { isCounted: manage_stock, sellsBeyondZero: backorders > 0 }
}

async function skusOf(
  ids: readonly number[],
  { api, signal }: Options & { api: MagentoApi },
): Promise<Set<string>> {
  const skus = new Set<string>()
  for (const part of inAddresses(ids.map(String), 100)) {
    const { data } = await api.products({ groups: [anyOf('entity_id', part)], pageSize: part.length, signal })
    for (const { sku } of data.items) skus.add(sku.toLowerCase())
  }
  return skus
}
