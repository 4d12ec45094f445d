import { type ExternalCount, Invalid, type Page } from '@plimsoll/connector-kit'
import { type Options, PAGE_WFS, type WalmartApi } from './api.ts'
import { toCount } from './map.ts'

/** One page of what Walmart counts in its own fulfilment centres. A row without numbers is left out (I12). */
export async function readCounts(
  cursor: string | undefined,
  reading: { api: WalmartApi; options: Options; sendsForOthers: boolean },
): Promise<Page<ExternalCount>> {
  const offset = offsetOf(cursor)
  const { data, date } = await reading.api.wfsInventory('counts', { offset }, reading.options)
  const rows = data.payload.inventory
  return {
    rows: rows.flatMap((row) => toCount(row, reading.sendsForOthers) ?? []),
    next: rows.length < PAGE_WFS ? undefined : String(offset + rows.length),
    platformTime: date,
  }
}

function offsetOf(cursor: string | undefined): number {
  if (cursor === undefined) return 0
  if (!/^[1-9]\d{0,8}$/.test(cursor)) throw new Invalid('The cursor is none of this connector.', 'cursor')
  return Number(cursor)
}

/** For how long it is remembered which SKUs Walmart keeps: as long as reading a large catalogue takes. */
const REMEMBERED_MS = 10 * 60_000

/**
 * Which SKUs Walmart keeps itself. The list of items does not say, so it is told by the list of their stock, which is
 * read once for all pages of items.
 */
export type KeptSkus = {
  all(options: Options): Promise<ReadonlySet<string>>
  has(sku: string, options: Options): Promise<boolean>
}

export function createKeptSkus(api: WalmartApi, context: { wfs: boolean; now(): number }): KeptSkus {
  let known: { skus: Promise<ReadonlySet<string>>; until: number } | undefined

  const readAll = async (options: Options): Promise<ReadonlySet<string>> => {
    const skus = new Set<string>()
    for (let offset = 0; ; ) {
      const { data } = await api.wfsInventory('listings.wfs', { offset }, options)
      const rows = data.payload.inventory
      for (const { sku } of rows) skus.add(sku)
      if (rows.length < PAGE_WFS) return skus
      offset += rows.length
    }
  }
  return {
    async all(options) {
      if (!context.wfs) return new Set()
      if (known === undefined || context.now() >= known.until) {
        const reading = { skus: readAll(options), until: context.now() + REMEMBERED_MS }
        known = reading
        reading.skus.catch(() => {
          if (known === reading) known = undefined
        })
      }
      return await known.skus
    },
    async has(sku, options) {
      if (!context.wfs) return false
      const { data } = await api.wfsInventory('listings.wfs', { sku }, options)
      return data.payload.inventory.some((row) => row.sku === sku)
    },
  }
}
