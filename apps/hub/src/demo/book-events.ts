import type { ClerkBook } from './clerk.ts'
import type { BookedOrder, BookedWrite, ShopState } from './control.ts'
import type { BookEvent } from './oversells.ts'

type Books = {
  name: string
  state: ShopState
  orders: readonly BookedOrder[]
  writes: readonly BookedWrite[]
}

/** What happened to every item, as the shops' and the clerk's own books have it. */
export function toBookEvents(shops: readonly Books[], { changes }: ClerkBook): BookEvent[] {
  const ofShops = shops.flatMap(({ name: shop, state, orders, writes }) => {
    const skus = new Map(state.levels.map(({ stockUnitId, sku }) => [stockUnitId, sku]))
    const sold = orders.flatMap(({ atNs, lines }) =>
      lines.map(
        ({ sku, quantity }): BookEvent => ({ kind: 'order', atNs: BigInt(atNs), sku, shop, units: quantity }),
      ),
    )
    const written = writes.map(({ atNs, stockUnitId, quantity }): BookEvent => {
      return { kind: 'write', atNs: BigInt(atNs), sku: skus.get(stockUnitId) ?? '', shop, quantity }
    })
    return [...sold, ...written]
  })
  const byHand = changes.map(({ atNs, sku, units }): BookEvent => ({ kind: 'stock', atNs, sku, units }))
  return [...ofShops, ...byHand]
}
