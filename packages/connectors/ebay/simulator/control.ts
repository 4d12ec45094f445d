import type { ControlOperations, OrderStep, ProductSeed } from '@plimsoll/connector-kit/simulator'
import { defaultLocationId } from '../ids.ts'
import { type Account, isCounted, type SellerListing, shownOf, stockUnitIdOf, type Unit } from './account.ts'
import type { OrderBook, SoldOrder } from './order-book.ts'

export type ListingTraits = {
  /** With which API products are listed; `both`: by turns. */
  listedWith: 'inventory' | 'trading' | 'both'
  /** Products in one listing, as its variations. */
  variations: number
}

/** What buyers and the seller do on eBay's own pages. */
export function createControl(account: Account, book: OrderBook, traits: ListingTraits): ControlOperations {
  let turn = 0
  const levelOf = (listing: SellerListing, unit: Unit) => ({
    sku: unit.sku ?? '',
    stockUnitId: stockUnitIdOf(listing, unit),
    locationId: defaultLocationId,
    quantity: isCounted(listing) ? shownOf(listing, unit) : null,
  })
  const worldOf = (products: readonly ProductSeed[]): SellerListing['world'] => {
    turn += 1
    const wanted =
      traits.listedWith === 'both' ? (turn % 2 === 0 ? 'trading' : 'inventory') : traits.listedWith
    // The Inventory API keeps one record for a SKU.
    const isTaken = products.some(({ sku }) => account.hasRecord(sku))
    return wanted === 'inventory' && !isTaken ? 'offer' : 'item'
  }
  const list = (products: readonly ProductSeed[]): SellerListing => {
    const [first] = products
    if (first === undefined) throw new Error('there is nothing to list')
    const isGroup = products.length > 1
    const isAd = first.unitsTracked === false
    return account.add({
      world: isAd ? 'item' : worldOf(products),
      // eBay counts everything but classified advertisements, which it does not sell itself.
      type: isAd ? 'AdType' : 'FixedPriceItem',
      title: first.title,
      price: first.price,
      isGroup,
      units: products.map(({ sku, barcode, quantity, title }) => ({
        sku,
        barcode,
        total: quantity,
        ...(isGroup && { aspects: [{ name: 'Style', value: title }] }),
      })),
    })
  }

  return {
    addProducts(products) {
      const levels: ReturnType<typeof levelOf>[] = []
      const add = (some: readonly ProductSeed[]) => {
        const listing = list(some)
        for (const unit of listing.units) levels.push(levelOf(listing, unit))
      }
      let open: ProductSeed[] = []
      for (const product of products) {
        if (product.unitsTracked === false) {
          add([product])
          continue
        }
        open.push(product)
        if (open.length < traits.variations) continue
        add(open)
        open = []
      }
      if (open.length > 0) add(open)
      return levels
    },
    levels: () => account.all().flatMap((listing) => listing.units.map((unit) => levelOf(listing, unit))),
    placeOrder(lines, to) {
      const placed = book.place(lines, to)
      if ('refused' in placed) return { kind: 'refused', skus: placed.refused }
      return {
        kind: 'placed',
        externalId: placed.orderId,
        lines: placed.lines.map(({ listing, unit, quantity }) => ({
          sku: unit.sku ?? '',
          stockUnitId: stockUnitIdOf(listing, unit),
          locationId: defaultLocationId,
          quantity,
        })),
      }
    },
    stepOrder(externalId, step) {
      const order = book.find(externalId)
      if (order === undefined) return { kind: 'not-found' }
      const isDone = take(order, step, book)
      if (isDone) return { kind: 'done' }
      return { kind: 'refused', why: `The order is ${order.payment}, ${order.cancel}.` }
    },
    setLevel({ stockUnitId, locationId, quantity }) {
      const found = account.findUnit(stockUnitId)
      if (found === undefined || locationId !== defaultLocationId || !isCounted(found.listing))
        return undefined
      const before = shownOf(found.listing, found.unit)
      account.set(found.listing, found.unit, quantity)
      return { before }
    },
    products({ search, limit }) {
      const wanted = search.toLowerCase()
      const found = account
        .active()
        .flatMap((listing) => listing.units.map((unit) => ({ listing, unit })))
        .filter(
          ({ listing, unit }) =>
            (unit.sku ?? '').toLowerCase().includes(wanted) || listing.title.toLowerCase().includes(wanted),
        )
      return {
        total: found.length,
        rows: found.slice(0, limit).map(({ listing, unit }) => ({
          sku: unit.sku ?? '',
          title: [listing.title, ...unit.aspects.map(({ value }) => value)].join(' – '),
          price: listing.price,
          quantity: isCounted(listing) ? Math.max(0, shownOf(listing, unit)) : null,
        })),
      }
    },
  }
}

function take(order: SoldOrder, step: OrderStep, book: OrderBook): boolean {
  switch (step) {
    case 'pay':
      return book.pay(order)
    case 'cancel':
      return book.cancel(order, book.traits.restocksOnCancel)
    case 'refund':
      return book.refund(order)
    case 'fulfill': {
      const lines = order.lines
        .map(({ lineItemId, quantity, shipped }) => ({ lineItemId, quantity: quantity - shipped }))
        .filter(({ quantity }) => quantity > 0)
      const mayShip = order.payment === 'PAID' && order.cancel !== 'CANCELED' && lines.length > 0
      const parcel = { lines, carrier: undefined, tracking: undefined, shippedMs: order.changedMs }
      return mayShip && book.fulfill(order, parcel) !== undefined
    }
    case 'hold':
      if (order.cancel !== 'NONE_REQUESTED') return false
      book.askToCancel(order)
      return true
    case 'release':
      if (order.cancel !== 'IN_PROGRESS') return false
      book.dropRequest(order)
      return true
    default: {
      const never: never = step
      return never
    }
  }
}
