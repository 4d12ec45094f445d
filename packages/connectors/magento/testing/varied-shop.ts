import {
  createMagentoSimulator,
  type MagentoSimulator,
  type MagentoSimulatorOptions,
} from '../simulator/index.ts'

export type VariedShop = {
  simulator: MagentoSimulator
  /** Of an order with every kind of line, nothing of it done; of one that is paid and partly shipped. */
  orderIds: { open: string; begun: string; paid: string }
}

/** For tests: a shop with products of every kind at two sources, and orders at several stages. */
export async function startVariedShop(options: MagentoSimulatorOptions = {}): Promise<VariedShop> {
  const simulator = await createMagentoSimulator({ sources: ['berlin'], ...options })
  const { shop } = simulator
  const { catalogue, stock } = shop
  catalogue.add({ sku: 'MUG', name: 'Mug', barcode: '4006381333931', singleQty: 40 })
  catalogue.add({ sku: 'A/B, 50%#1', name: 'Odd', singleQty: 40 })
  catalogue.add({ sku: 'PDF', name: 'Download', type: 'downloadable', singleQty: 40 })
  catalogue.add({ sku: 'CARD', name: 'Gift card', type: 'giftcard', singleQty: 40, manageStock: false })
  catalogue.add({ sku: 'LATER', name: 'Backordered', backorders: 1, singleQty: 40 })
  const hoodie = catalogue.add({ sku: 'HOODIE', name: 'Hoodie', type: 'configurable' })
  catalogue.add({ sku: 'HOODIE-XS', name: 'Hoodie XS', configurableId: hoodie.id, singleQty: 40 })
  const parts = [
    { sku: 'MUG', quantity: 2 },
    { sku: 'PDF', quantity: 1 },
  ]
  catalogue.add({ sku: 'KIT', name: 'Kit', type: 'bundle', parts, shipmentType: 1 })
  catalogue.add({ sku: 'SET', name: 'Set', type: 'grouped' })
  for (const sku of ['MUG', 'A/B, 50%#1', 'PDF', 'CARD', 'LATER', 'HOODIE-XS']) {
    stock.save({ sku, source: 'default', quantity: 40, status: 1 })
    stock.save({ sku, source: 'berlin', quantity: 5, status: 1 })
  }
  const buy = (...skus: string[]) => {
    const placed = shop.checkout(skus.map((sku) => ({ sku, quantity: 2 })))
    if (placed.kind === 'refused') throw new Error(`refused: ${placed.skus}`)
    return placed.order
  }
  const open = buy('MUG', 'HOODIE-XS', 'KIT', 'PDF')
  const begun = buy('MUG', 'HOODIE-XS')
  const paid = buy('A/B, 50%#1')
  shop.invoice(begun)
  shop.invoice(paid)
  const items = [{ orderItemId: begun.rows[0]?.itemId ?? 0, quantity: 1 }]
  shop.ship(begun, {
    items,
    source: 'default',
    tracks: [{ track_number: 'JD1', title: 'DHL', carrier_code: 'custom' }],
    comment: { comment: 'on its way', isVisible: true },
  })
  return {
    simulator,
    orderIds: { open: String(open.id), begun: String(begun.id), paid: String(paid.id) },
  }
}
