import type { Recipient } from '@plimsoll/connector-kit'
import type { ControlOperations, PlacedOrder, ProductSeed } from '@plimsoll/connector-kit/simulator'
import { AMAZON_STOCK, OWN_STOCK } from '../ids.ts'
import type { Account, Listing, Order } from './account.ts'
import { keepStock } from './kept-stock.ts'
import type { Traits } from './traits.ts'

type Controlled = { account: () => Account; traits: Traits; now: () => number }

/** What shoppers and the seller do, past the API. */
export function createControl({ account: given, traits, now }: Controlled): ControlOperations {
  const settled = (): Account => {
    const account = given()
    account.settle()
    return account
  }
  const levelOf = ({ sku, quantity, fba }: Listing) => ({
    sku,
    stockUnitId: sku,
    locationId: quantity === undefined ? AMAZON_STOCK : OWN_STOCK,
    quantity: quantity === undefined ? (fba?.fulfillable ?? null) : quantity,
  })

  return {
    addProducts: (products) => products.map((product) => levelOf(addListing(settled(), product, now()))),
    levels: () =>
      [...settled().listings.values()].filter(({ childSkus }) => childSkus === undefined).map(levelOf),
    placeOrder: (lines, to) => placeOrder(settled(), lines, { traits, at: now(), to }),
    stepOrder(externalId, step) {
      const account = settled()
      const order = account.orders.get(externalId)
      if (order === undefined) return { kind: 'not-found' }
      const refused = { kind: 'refused' as const, why: `The order is ${order.status}.` }
      // Of what Amazon sends for others, its floor does the steps.
      if (order.isMultiChannel === true) return refused
      switch (step) {
        case 'pay':
          if (order.status !== 'PENDING') return refused
          order.status = 'UNSHIPPED'
          account.changed(order)
          return { kind: 'done' }
        case 'cancel':
          if (order.status !== 'PENDING' && order.status !== 'UNSHIPPED') return refused
          account.cancel(order, { by: 'BUYER', putsBack: true })
          return { kind: 'done' }
        case 'fulfill':
          if (order.status !== 'UNSHIPPED' && order.status !== 'PARTIALLY_SHIPPED') return refused
          shipAll(account, order)
          return { kind: 'done' }
        case 'refund':
          // Money alone: Amazon's numbers stay.
          return order.status === 'SHIPPED' ? { kind: 'done' } : refused
        // The buyer asks the seller to cancel, or thinks better of it.
        case 'hold':
        case 'release':
          if (order.status !== 'UNSHIPPED' && order.status !== 'PARTIALLY_SHIPPED') return refused
          if ((order.isUnwanted === true) === (step === 'hold')) return refused
          order.isUnwanted = step === 'hold'
          account.changed(order)
          return { kind: 'done' }
        default: {
          const never: never = step
          return never
        }
      }
    },
    setLevel({ stockUnitId, locationId, quantity }) {
      const listing = settled().listings.get(stockUnitId)
      if (listing === undefined) return undefined
      if (locationId === AMAZON_STOCK && listing.fba !== undefined) {
        const before = listing.fba.fulfillable
        listing.fba.fulfillable = quantity
        return { before }
      }
      if (locationId !== OWN_STOCK || listing.quantity === undefined) return undefined
      const before = listing.quantity
      listing.quantity = quantity
      listing.submitted = quantity
      return { before }
    },
    products({ search, limit }) {
      const account = settled()
      const wanted = search.toLowerCase()
      const found = [...account.listings.values()].filter(
        (listing) =>
          account.channelOf(listing) !== undefined &&
          `${listing.sku} ${listing.title}`.toLowerCase().includes(wanted),
      )
      const rows = found.slice(0, limit).map((listing) => ({
        sku: listing.sku,
        title: listing.title,
        price: listing.price,
        quantity: levelOf(listing).quantity,
      }))
      return { total: found.length, rows }
    },
  }
}

export function addListing(account: Account, product: ProductSeed, at: number): Listing {
  const { sku, title, barcode, price, quantity, unitsTracked = true, keptByPlatform = false } = product
  const own = keptByPlatform ? undefined : unitsTracked ? quantity : null
  const number = account.fresh()
  const listing: Listing = {
    sku,
    asin: `B0${number.toString(36).toUpperCase().padStart(8, '0')}`,
    title,
    barcode,
    price,
    createdAt: at,
    updatedAt: at,
    quantity: own,
    submitted: own,
    leadTimeDays: 2,
    childSkus: undefined,
    fba: keptByPlatform ? keepStock(account.floor, { sku, title, barcode, quantity }) : undefined,
  }
  account.listings.set(sku, listing)
  return listing
}

/** All lines or none. A listing that Amazon counts for nobody sells any number. */
function placeOrder(
  account: Account,
  lines: readonly { sku: string; quantity: number }[],
  { traits, at, to }: { traits: Traits; at: number; to: Recipient | undefined },
): PlacedOrder {
  const wanted = new Map<string, number>()
  for (const { sku, quantity } of lines) wanted.set(sku, (wanted.get(sku) ?? 0) + quantity)
  const isShort = ([sku, units]: [string, number]): boolean => {
    const listing = account.listings.get(sku)
    const channel = listing === undefined ? undefined : account.channelOf(listing)
    if (listing === undefined || channel === undefined) return true
    if (channel === 'AMAZON') return (listing.fba?.fulfillable ?? 0) < units
    return typeof listing.quantity === 'number' && listing.quantity < units
  }
  const short = [...wanted].filter(isShort).map(([sku]) => sku)
  // One checkout may make several orders of one basket on Amazon; here each is of one kind.
  const channels = new Set(
    [...wanted.keys()].map((sku) => {
      const listing = account.listings.get(sku)
      return listing === undefined ? undefined : account.channelOf(listing)
    }),
  )
  if (short.length > 0) return { kind: 'refused', skus: short }
  if (channels.size > 1) return { kind: 'refused', skus: [...wanted.keys()] }

  const number = account.fresh()
  const order: Order = {
    id: `112-${String(Math.floor(number / 10_000_000)).padStart(7, '0')}-${String(number % 10_000_000).padStart(7, '0')}`,
    status: traits.pendingMs === 0 ? 'UNSHIPPED' : 'PENDING',
    createdAt: at,
    updatedAt: at,
    pendingUntil:
      typeof traits.pendingMs === 'number' && traits.pendingMs > 0 ? at + traits.pendingMs : undefined,
    marketplaceId: traits.marketplaces[0] ?? '',
    by: channels.has('AMAZON') ? 'AMAZON' : 'MERCHANT',
    to,
    items: [],
    parcels: new Map(),
  }
  const taken = lines.flatMap(({ sku, quantity }) => {
    const listing = account.listings.get(sku)
    if (listing === undefined) return []
    if (order.by === 'AMAZON' && listing.fba !== undefined) listing.fba.fulfillable -= quantity
    else if (typeof listing.quantity === 'number') listing.quantity -= quantity
    const { title, asin, price } = listing
    order.items.push({ id: String(80_000_000 + account.fresh()), sku, title, asin, ordered: quantity, price })
    const locationId = order.by === 'AMAZON' ? AMAZON_STOCK : OWN_STOCK
    return [{ sku, stockUnitId: sku, locationId, quantity }]
  })
  account.orders.set(order.id, order)
  account.changed(order, at)
  return { kind: 'placed', externalId: order.id, lines: taken }
}

function shipAll(account: Account, order: Order): void {
  const items = new Map(
    order.items.map((item) => [item.id, item.ordered - account.shippedOf(order, item.id)] as const),
  )
  order.parcels.set('seller-central', { reference: 'seller-central', carrier: 'UPS', tracking: '1Z', items })
  account.judgeShipped(order)
}
