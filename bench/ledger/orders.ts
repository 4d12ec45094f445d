import type { IncomingOrder } from '../../packages/orders/src/index.ts'
import type { LedgerBrand } from './brand.ts'

/** Which items are bought: any alike; few of them most of the time; always the same one. */
export type Demand = 'uniform' | 'zipf' | 'hot'

/** Makes orders of two lines, each line of one unit. Ids never repeat, from one source to another neither. */
export function createOrderSource(brand: LedgerBrand, demand: Demand, random: () => number) {
  let sequence = 0
  const run = brand.context.uuid().slice(0, 18)
  const pick = pickerOf(brand.itemIds, demand, random)
  return (): IncomingOrder => {
    sequence += 1
    const externalId = `${run}-${sequence}`
    const at = new Date()
    return {
      facts: {
        externalId,
        number: `#${sequence}`,
        state: 'open',
        placedAt: at,
        version: at.getTime(),
        currency: 'EUR',
        test: false,
        externalLocationId: undefined,
        lines: [1, 2].map((line) => {
          const itemId = pick()
          return {
            externalId: `${externalId}-${line}`,
            listingExternalId: itemId,
            stockUnitId: itemId,
            itemId,
            sku: undefined,
            title: 'A thing',
            unitsPerListing: 1,
            ordered: 1,
            current: 1,
            shipped: 0,
            returned: 0,
            subtracted: 'yes',
          }
        }),
      },
      authoritative: false,
      seenBy: 'webhook',
      seenAt: at,
    }
  }
}

function pickerOf(itemIds: readonly string[], demand: Demand, random: () => number): () => string {
  const itemAt = (index: number): string => {
    const itemId = itemIds[Math.min(itemIds.length - 1, Math.max(0, Math.floor(index)))]
    if (itemId === undefined) throw new Error('there are no items')
    return itemId
  }
  switch (demand) {
    case 'uniform':
      return () => itemAt(random() * itemIds.length)
    case 'hot':
      return () => itemAt(0)
    case 'zipf':
      // Ranks in proportion to 1/rank: the inverse of its cumulative share, by the integral.
      return () => itemAt(itemIds.length ** random() - 1)
    default: {
      const never: never = demand
      return never
    }
  }
}
