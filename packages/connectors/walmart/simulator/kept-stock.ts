import type { WarehouseFloor } from '@plimsoll/connector-kit/simulator'
import { WFS_LOCATION } from '../ids.ts'

/** What Walmart keeps of an item in its own centres. */
export type Kept = {
  /** What can be sold: what lies there less what is promised, to its own orders and to those of other channels. */
  available: number
  onHand: number
  modifiedMs: number
}

/** Puts something on Walmart's floor. Its own shop's orders take units off what is available before they leave. */
export function keepStock(
  floor: WarehouseFloor,
  {
    sku,
    title,
    barcode,
    quantity,
    now,
  }: { sku: string; title: string; barcode: string; quantity: number; now: () => number },
): Kept {
  floor.addItem({ sku, title, barcode })
  const where = { facilityId: WFS_LOCATION, sku }
  const here = () => floor.counts(where)[0] ?? { sellable: 0, damaged: 0, committed: 0 }
  floor.adjust({ ...where, sellable: quantity - here().sellable, reason: 'seeded' })
  let promisedToOwn = 0
  return {
    get available() {
      const { sellable, committed } = here()
      return Math.max(0, sellable - committed - promisedToOwn)
    },
    set available(wanted) {
      const { sellable, committed } = here()
      promisedToOwn = sellable - committed - wanted
    },
    get onHand() {
      const { sellable, damaged } = here()
      return sellable + damaged
    },
    set onHand(wanted) {
      const { sellable, damaged } = here()
      const units = wanted - sellable - damaged
      floor.adjust({ ...where, sellable: units, reason: 'its own shop’s orders' })
      promisedToOwn = Math.max(0, promisedToOwn + units)
    },
    modifiedMs: now(),
  }
}
