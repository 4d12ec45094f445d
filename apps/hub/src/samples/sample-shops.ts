import { loadSimulator, type StartedSimulator } from '@plimsoll/connectors'
import { z } from 'zod'
import { createShopControl, type ShopControl } from '../demo/control.ts'
import type { History } from '../demo/history.ts'
import type { SampleLanguage } from './sample-words.ts'

export const SAMPLE_CONNECTORS = ['shopify', 'woocommerce'] as const

/** A simulated shop in this process. */
export type SampleShop = { connector: string; control: ShopControl; simulator: StartedSimulator }

/** More than any of its orders could have taken in a second. */
const IDS_PER_SECOND = 50

/**
 * Opens a simulated shop on loopback.
 * @param before where it was open before, and since when; undefined: it is new
 * @throws Error with the code EADDRINUSE where its port is taken
 */
export async function openSampleShop(
  shop: { connector: string; name: string; domain: string },
  goods: { items: History['items']; language: SampleLanguage; units: ReadonlyMap<string, number> },
  before?: { port: number; secondsAgo: number },
): Promise<SampleShop> {
  const start = await loadSimulator(shop.connector)
  if (start === undefined) throw new Error(`there is no simulator of ${shop.connector}`)
  const simulator = await start({
    name: shop.name,
    ...(shop.connector === 'shopify' && { domain: shop.domain }),
    ...(before !== undefined && { port: before.port }),
  })
  const control = createShopControl(simulator.url)
  await control.addProducts(
    goods.items.map(({ sku, name, priceMinor }) => ({
      sku,
      title: name[goods.language],
      price: priceMinor / 100,
      quantity: Math.max(0, goods.units.get(sku) ?? 0),
    })),
  )
  // The same products under the same ids, and orders under none that were there before.
  if (before !== undefined) simulator.skipIds?.(Math.ceil(before.secondsAgo) * IDS_PER_SECOND)
  return { connector: shop.connector, control, simulator }
}

const addressed = z.union([z.object({ endpoint: z.url(), shop: z.string() }), z.object({ url: z.url() })])

/** Where a connection's simulated shop was. @returns undefined: this is none of ours */
export function addressOf(settings: unknown): { port: number; domain: string } | undefined {
  const parsed = addressed.safeParse(settings)
  if (!parsed.success) return undefined
  const url = new URL('endpoint' in parsed.data ? parsed.data.endpoint : parsed.data.url)
  if (url.hostname !== '127.0.0.1' || url.port === '') return undefined
  return { port: Number(url.port), domain: 'shop' in parsed.data ? parsed.data.shop : '' }
}
