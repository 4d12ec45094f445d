import type { WarehouseFloor } from '@plimsoll/connector-kit/simulator'
import { AMAZON_STOCK } from '../ids.ts'

/** What Amazon keeps of one SKU: what lies on its floor, less what it has promised to send. */
export type KeptStock = {
  /** What can be sold; set: units appear or go without any paper. */
  fulfillable: number
  unfulfillable: number
  researching: number
  readonly inbound: number
  /** For orders of Multi-Channel Fulfilment that have not left. */
  readonly promised: number
}

/** Puts something on Amazon's floor. */
export function keepStock(
  floor: WarehouseFloor,
  {
    sku,
    title,
    barcode,
    quantity,
  }: { sku: string; title: string; barcode?: string | undefined; quantity: number },
): KeptStock {
  floor.addItem({ sku, title, barcode })
  const where = { facilityId: AMAZON_STOCK, sku }
  const here = () => floor.counts(where)[0] ?? { sellable: 0, damaged: 0, committed: 0, incoming: 0 }
  const before = here()
  floor.adjust({ ...where, sellable: quantity - before.sellable, reason: 'seeded' })
  return {
    get fulfillable() {
      const { sellable, committed } = here()
      return Math.max(0, sellable - committed)
    },
    set fulfillable(wanted) {
      const { sellable, committed } = here()
      floor.adjust({
        ...where,
        sellable: wanted - Math.max(0, sellable - committed),
        reason: 'sold or found',
      })
    },
    get unfulfillable() {
      return here().damaged
    },
    set unfulfillable(wanted) {
      floor.adjust({ ...where, damaged: wanted - here().damaged, reason: 'damaged or repaired' })
    },
    researching: 0,
    get inbound() {
      return here().incoming
    },
    get promised() {
      return here().committed
    },
  }
}
