import type { ConformanceWorld } from '@plimsoll/connector-kit/conformance-suite'
import { expect, test } from 'vitest'
import { conformance as amazon } from './amazon/conformance.ts'
import type { AmazonSimulator } from './amazon/simulator/index.ts'
import { conformance as ebay, start as startEbay } from './ebay/conformance.ts'
import type { EbaySimulator } from './ebay/simulator/index.ts'
import { conformance as magento } from './magento/conformance.ts'
import type { MagentoSimulator } from './magento/simulator/index.ts'
import { conformance as shopify } from './shopify/conformance.ts'
import type { ShopifySimulator } from './shopify/simulator/index.ts'
import { conformance as walmart } from './walmart/conformance.ts'
import type { WalmartSimulator } from './walmart/simulator/index.ts'
import { conformance as woocommerce } from './woocommerce/conformance.ts'
import type { WooCommerceSimulator } from './woocommerce/simulator/index.ts'

/**
 * What people do to listings while a connection lasts, on the six great channels: the same story for each. How the hub
 * answers is in sync's `listing-changes.test.ts`; a token that is revoked and an account that stays the same are cases of the
 * conformance suite.
 */
type Platform = {
  start(): Promise<ConformanceWorld>
  /** In the platform's own screens: the listing of this SKU is ended. */
  end(simulator: never, sku: string): void
  /** False: its SKU is what a listing's number is known by, so that one listed again is the same. */
  hasIdsOfItsOwn: boolean
  /** It is in a bin, where it can still be changed, and is shown to nobody. */
  keepsEnded?: true
}

const start = (setups: Record<string, { start(): Promise<ConformanceWorld> }>, name?: string) => () => {
  const setup = name === undefined ? Object.values(setups)[0] : setups[name]
  if (setup === undefined) throw new Error(`There is no setup ${name}.`)
  return setup.start()
}

const platforms: Record<string, Platform> = {
  Shopify: {
    start: start(shopify),
    end({ shop }: ShopifySimulator, sku) {
      shop.removeVariant(found(shop.variantsBySku.get(sku)))
    },
    hasIdsOfItsOwn: true,
  },
  WooCommerce: {
    start: start(woocommerce),
    end({ shop }: WooCommerceSimulator, sku) {
      shop.catalogue.trash(found(shop.catalogue.all().find((product) => product.sku === sku)))
    },
    hasIdsOfItsOwn: true,
    keepsEnded: true,
  },
  Amazon: {
    start: start(amazon),
    end({ account }: AmazonSimulator, sku) {
      account.listings.delete(sku)
    },
    hasIdsOfItsOwn: false,
  },
  'eBay, other tools': {
    start: start(ebay, 'eBay, listed with other tools'),
    end: endOnEbay,
    hasIdsOfItsOwn: true,
  },
  'eBay, Inventory API': {
    start: start(ebay, 'eBay, listed with the Inventory API'),
    end: endOnEbay,
    hasIdsOfItsOwn: true,
  },
  Walmart: {
    start: start(walmart),
    end({ marketplace }: WalmartSimulator, sku) {
      marketplace.items.delete(sku)
      marketplace.inputs.delete(sku)
    },
    hasIdsOfItsOwn: false,
  },
  Magento: {
    start: start(magento),
    end({ shop }: MagentoSimulator, sku) {
      shop.catalogue.remove(found(shop.catalogue.bySku(sku)))
      shop.stock.removeSku(sku)
    },
    hasIdsOfItsOwn: false,
  },
}

test.each(Object.keys(platforms))(
  '%s: a listing that ended takes nothing more; listed again it is found, and nothing reaches it under the old id',
  async (name) => {
    const { start, end, hasIdsOfItsOwn, keepsEnded } = found(platforms[name])
    const world = await start()
    try {
      const [old] = await world.seed([{ sku: 'TEA', title: 'Tea', price: 5, quantity: 10 }])
      const before = found(await listedAs(world, 'TEA'))
      end(world.simulator as never, 'TEA')

      expect(await listedAs(world, 'TEA')).toBe(undefined)
      const state = await world.operations.listing(before.externalId).then(
        ({ state }) => state,
        ({ kind }: { kind: string }) => kind,
      )
      expect(['gone', 'not-found']).toContain(state)
      expect(await world.operations.levels([found(old)])).toEqual([])
      expect(await fateOf(world, found(old), 4)).toBe(keepsEnded ? 'applied' : 'refused')

      const [again] = await world.seed([{ sku: 'TEA', title: 'Tea', price: 5, quantity: 7 }])
      const after = found(await listedAs(world, 'TEA'))
      expect(after.stockUnitId === before.stockUnitId).toBe(!hasIdsOfItsOwn)
      if (hasIdsOfItsOwn) {
        expect(await fateOf(world, found(old), 4)).toBe(keepsEnded ? 'applied' : 'refused')
        expect(await world.quantityOf(found(again))).toBe(7)
      }
      expect(['applied', 'accepted']).toContain(await fateOf(world, found(again), 3))
      expect(await world.quantityOf(found(again))).toBe(3)
    } finally {
      await world.close()
    }
  },
)

type Swappable = {
  start(): Promise<ConformanceWorld>
  swap(simulator: never, one: string, other: string): void
  /** The number stays with the SKU, and the listing takes another one over. */
  isCountedBySku?: true
}

/**
 * Elsewhere (Amazon, Walmart, eBay's Inventory API) a SKU cannot be moved: it is what the listing is known by, so that the
 * hub sees one end and another begin.
 */
const swappable: Record<string, Swappable> = {
  Shopify: {
    start: start(shopify),
    swap({ shop }: ShopifySimulator, one, other) {
      const [first, second] = [one, other].map((sku) => found(shop.variantsBySku.get(sku)))
      Object.assign(found(first), { sku: other })
      Object.assign(found(second), { sku: one })
    },
  },
  WooCommerce: {
    start: start(woocommerce),
    swap({ shop: { catalogue } }: WooCommerceSimulator, one, other) {
      const [first, second] = [one, other].map((sku) =>
        found(catalogue.all().find((product) => product.sku === sku)),
      )
      // A shop refuses a SKU that another has: people give one of them a third name for a moment.
      catalogue.save(found(first), { sku: 'ASIDE' })
      catalogue.save(found(second), { sku: one })
      catalogue.save(found(first), { sku: other })
    },
  },
  'eBay, other tools': {
    start: () => startEbay({ listedWith: 'trading' }),
    swap({ account }: EbaySimulator, one, other) {
      const units = account.active().flatMap((listing) => listing.units)
      const [first, second] = [one, other].map((sku) => found(units.find((unit) => unit.sku === sku)))
      Object.assign(found(first), { sku: other })
      Object.assign(found(second), { sku: one })
    },
  },
  Magento: {
    start: start(magento),
    swap({ shop: { catalogue } }: MagentoSimulator, one, other) {
      const [first, second] = [one, other].map((sku) => found(catalogue.bySku(sku)))
      catalogue.rename(found(first), 'ASIDE')
      catalogue.rename(found(second), one)
      catalogue.rename(found(first), other)
    },
    isCountedBySku: true,
  },
}

test.each(Object.keys(swappable))(
  '%s: SKUs that were swapped are shown by the listings they went to, and a number still goes where it went',
  async (name) => {
    const { start, swap, isCountedBySku = false } = found(swappable[name])
    const world = await start()
    try {
      const [tea, cup] = await world.seed([
        { sku: 'TEA', title: 'Tea', price: 5, quantity: 10 },
        { sku: 'CUP', title: 'Cup', price: 5, quantity: 20 },
      ])
      const before = found(await listedAs(world, 'TEA'))
      swap(world.simulator as never, 'TEA', 'CUP')

      expect((await world.operations.listing(before.externalId)).sku).toBe('CUP')
      const [own, other] = isCountedBySku ? [found(cup), found(tea)] : [found(tea), found(cup)]
      expect(found(await listedAs(world, 'CUP'))).toMatchObject({
        externalId: before.externalId,
        stockUnitId: own.stockUnitId,
      })
      expect(await fateOf(world, own, 3)).toBe('applied')
      expect(await world.quantityOf(own)).toBe(3)
      expect(await world.quantityOf(other)).toBe(other.quantity)
    } finally {
      await world.close()
    }
  },
)

function endOnEbay({ account }: EbaySimulator, sku: string): void {
  found(account.active().find(({ units }) => units.some((unit) => unit.sku === sku))).status = 'Ended'
}

async function listedAs({ allListings }: ConformanceWorld, sku: string) {
  const { rows } = await allListings()
  const listed = rows.filter((row) => row.sku === sku && row.state !== 'gone')
  expect(listed.length).toBeLessThanOrEqual(1)
  return listed[0]
}

async function fateOf(
  { operations, write }: ConformanceWorld,
  level: Parameters<ConformanceWorld['write']>[0],
  quantity: number,
): Promise<string | undefined> {
  const [outcome] = await operations.setLevels([write(level, quantity)])
  return outcome?.kind
}

function found<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('It is not there.')
  return value
}
