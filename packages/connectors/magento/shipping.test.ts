import type { ChannelOperations, Shipment } from '@plimsoll/connector-kit'
import { expect, test } from 'vitest'
import {
  createMagentoSimulator,
  type MagentoSimulator,
  type MagentoSimulatorOptions,
} from './simulator/index.ts'
import { connect } from './testing/connect.ts'

async function withShop(
  options: MagentoSimulatorOptions,
  story: (shop: { simulator: MagentoSimulator; operations: ChannelOperations }) => Promise<void>,
): Promise<void> {
  const simulator = await createMagentoSimulator(options)
  try {
    await story({ simulator, operations: connect(simulator).operations })
  } finally {
    await simulator.close()
  }
}

function buy({ shop }: MagentoSimulator, ...lines: { sku: string; quantity: number }[]) {
  const placed = shop.checkout(lines)
  if (placed.kind === 'refused') throw new Error(`refused: ${placed.skus}`)
  return placed.order
}

async function shipmentOf(
  operations: ChannelOperations,
  orderId: number,
  given: Partial<Shipment> = {},
): Promise<Shipment> {
  const { lines } = await operations.order(String(orderId))
  return {
    shipmentId: 'our-1',
    orderExternalId: String(orderId),
    lines: lines.map(({ externalId, current, shipped }) => ({
      lineExternalId: externalId,
      quantity: current - shipped,
    })),
    tracking: undefined,
    notifyCustomer: false,
    ...given,
  }
}

function add({ shop }: MagentoSimulator, sku: string, held: Record<string, number>) {
  shop.catalogue.add({ sku })
  for (const [source, quantity] of Object.entries(held)) shop.stock.save({ sku, source, quantity, status: 1 })
}

test('half from one source, half from another: each shipment takes from its own', () =>
  withShop({ sources: ['berlin'] }, async ({ simulator, operations }) => {
    add(simulator, 'A', { default: 5, berlin: 5 })
    const order = buy(simulator, { sku: 'A', quantity: 4 })
    const [line] = (await operations.order(String(order.id))).lines
    const half = [{ lineExternalId: line?.externalId ?? '', quantity: 2 }]
    await operations.ship(await shipmentOf(operations, order.id, { lines: half, locationId: 'berlin' }))
    expect(await operations.order(String(order.id))).toMatchObject({ lines: [{ current: 4, shipped: 2 }] })
    const second = { shipmentId: 'our-2', lines: half, locationId: 'default' }
    await operations.ship(await shipmentOf(operations, order.id, second))
    expect(simulator.shop.stock.item('A', 'berlin')?.quantity).toBe(3)
    expect(simulator.shop.stock.item('A', 'default')?.quantity).toBe(3)
    expect(simulator.shop.stock.reserved(1, 'A')).toBe(0)
    expect(simulator.shop.book.shipments.map(({ source }) => source)).toEqual(['berlin', 'default'])
  }))

test('a source that holds too little would be refused: one that holds enough is taken instead', () =>
  withShop({ sources: ['berlin'] }, async ({ simulator, operations }) => {
    add(simulator, 'A', { default: 5, berlin: 1 })
    const order = buy(simulator, { sku: 'A', quantity: 3 })
    await operations.ship(await shipmentOf(operations, order.id, { locationId: 'berlin' }))
    expect(simulator.shop.book.shipments.map(({ source }) => source)).toEqual(['default'])
  }))

test('what the shop does not count is held by any source', () =>
  withShop({ sources: ['berlin'] }, async ({ simulator, operations }) => {
    add(simulator, 'A', { default: 1, berlin: 5 })
    add(simulator, 'CARD', { default: 0 })
    const card = simulator.shop.catalogue.bySku('CARD')
    if (card !== undefined) card.manageStock = false
    const order = buy(simulator, { sku: 'A', quantity: 3 }, { sku: 'CARD', quantity: 1 })
    await operations.ship(await shipmentOf(operations, order.id))
    expect(simulator.shop.book.shipments.map(({ source }) => source)).toEqual(['berlin'])
  }))

test('no source holds enough: the shop’s refusal is Invalid, and nothing has moved', () =>
  withShop({ sources: ['berlin'] }, async ({ simulator, operations }) => {
    add(simulator, 'A', { default: 2, berlin: 2 })
    const order = buy(simulator, { sku: 'A', quantity: 3 })
    const shipment = await shipmentOf(operations, order.id)
    await expect(operations.ship(shipment)).rejects.toMatchObject({ kind: 'invalid' })
    expect(simulator.shop.stock.items().map(({ quantity }) => quantity)).toEqual([2, 2])
  }))

test('I3: the answer is lost, the shipment told again: the shop makes one', () =>
  withShop({}, async ({ simulator, operations }) => {
    add(simulator, 'A', { default: 9 })
    const order = buy(simulator, { sku: 'A', quantity: 4 })
    const [line] = (await operations.order(String(order.id))).lines
    const lines = [{ lineExternalId: line?.externalId ?? '', quantity: 1 }]
    const shipment = await shipmentOf(operations, order.id, { lines })
    const lossy = connect(simulator, {
      wrap: (http) => ({
        ...http,
        async send(request) {
          simulator.faults.set({ dropResponseRate: request.operation === 'ship' ? 1 : 0 })
          return await http.send(request)
        },
      }),
    }).operations
    await expect(lossy.ship(shipment)).rejects.toMatchObject({ kind: 'unavailable', sent: true })
    simulator.faults.set({ dropResponseRate: 0 })
    const { externalId } = await operations.ship(shipment)
    expect(simulator.shop.book.shipments.map(({ id }) => String(id))).toEqual([externalId])
    // Two parcels of one order that share nothing but the order are two.
    await operations.ship({ ...shipment, shipmentId: 'our-2' })
    expect(simulator.shop.book.shipments).toHaveLength(2)
  }))

test('a parcel that a person has typed in already is not told once more', () =>
  withShop({}, async ({ simulator, operations }) => {
    add(simulator, 'A', { default: 9 })
    const order = buy(simulator, { sku: 'A', quantity: 2 })
    const tracks = [{ track_number: 'JD1', title: 'DHL', carrier_code: 'dhl' }]
    const items = [{ orderItemId: order.rows[0]?.itemId ?? 0, quantity: 1 }]
    const id = simulator.shop.ship(order, { items, source: 'default', tracks, comment: undefined })
    const tracking = { carrier: 'DHL', number: 'JD1', url: undefined }
    expect(await operations.ship(await shipmentOf(operations, order.id, { tracking }))).toEqual({
      externalId: String(id),
    })
  }))

test('carrier and number stand in the shipment, our own id in a comment that shoppers do not see', () =>
  withShop({}, async ({ simulator, operations }) => {
    add(simulator, 'A', { default: 9 })
    const order = buy(simulator, { sku: 'A', quantity: 1 })
    const tracking = { carrier: 'DHL', number: 'JD 014/600', url: 'https://track.example/JD' }
    await operations.ship(await shipmentOf(operations, order.id, { tracking }))
    expect(simulator.shop.book.shipments).toMatchObject([
      {
        tracks: [{ track_number: 'JD 014/600', title: 'DHL', carrier_code: 'custom' }],
        comments: [{ comment: 'Plimsoll shipment our-1', isVisible: false }],
      },
    ])
  }))

test('an option of a configurable ships by its parent’s row, a download by nobody', () =>
  withShop({}, async ({ simulator, operations }) => {
    const { catalogue, stock } = simulator.shop
    const hoodie = catalogue.add({ sku: 'HOODIE', type: 'configurable' })
    catalogue.add({ sku: 'HOODIE-XS', configurableId: hoodie.id })
    catalogue.add({ sku: 'PDF', type: 'downloadable' })
    for (const sku of ['HOODIE-XS', 'PDF']) stock.save({ sku, source: 'default', quantity: 9, status: 1 })
    const order = buy(simulator, { sku: 'HOODIE-XS', quantity: 2 }, { sku: 'PDF', quantity: 1 })
    simulator.shop.invoice(order)
    expect(await operations.order(String(order.id))).toMatchObject({
      state: 'open',
      lines: [
        { sku: 'HOODIE-XS', current: 2, shipped: 0 },
        { sku: 'PDF', current: 1, shipped: 1 },
      ],
    })
    await operations.ship(await shipmentOf(operations, order.id))
    expect(simulator.shop.book.shipments[0]?.items).toEqual([
      { orderItemId: order.rows[0]?.itemId, quantity: 2 },
    ])
    expect(stock.items().map(({ sku, quantity }) => [sku, quantity])).toEqual([
      ['HOODIE-XS', 7],
      ['PDF', 8],
    ])
    expect((await operations.order(String(order.id))).state).toBe('closed')
  }))

test('only downloads: there is nothing to ship', () =>
  withShop({}, async ({ simulator, operations }) => {
    simulator.shop.catalogue.add({ sku: 'PDF', type: 'downloadable' })
    simulator.shop.stock.save({ sku: 'PDF', source: 'default', quantity: 9, status: 1 })
    const order = buy(simulator, { sku: 'PDF', quantity: 1 })
    const shipment = await shipmentOf(operations, order.id)
    await expect(operations.ship(shipment)).rejects.toMatchObject({ kind: 'invalid', field: 'lines' })
  }))

function addBundle({ shop }: MagentoSimulator, shipmentType: 0 | 1): void {
  for (const sku of ['STRAP', 'BALL']) {
    shop.catalogue.add({ sku })
    shop.stock.save({ sku, source: 'default', quantity: 20, status: 1 })
  }
  const parts = [
    { sku: 'STRAP', quantity: 2 },
    { sku: 'BALL', quantity: 1 },
  ]
  shop.catalogue.add({ sku: 'KIT', type: 'bundle', parts, shipmentType })
}

test('a bundle that ships together is told by its own row, and only whole', () =>
  withShop({}, async ({ simulator, operations }) => {
    addBundle(simulator, 0)
    const order = buy(simulator, { sku: 'KIT', quantity: 3 })
    const whole = await shipmentOf(operations, order.id)
    const [strap, ball] = whole.lines
    if (strap === undefined || ball === undefined) throw new Error('two parts are two lines')
    expect(whole.lines.map(({ quantity }) => quantity)).toEqual([6, 3])
    for (const lines of [[strap], [{ ...strap, quantity: 3 }, ball], [{ ...strap, quantity: 2 }, ball]])
      await expect(operations.ship({ ...whole, lines })).rejects.toMatchObject({ kind: 'invalid' })
    await operations.ship({
      ...whole,
      lines: [
        { ...strap, quantity: 4 },
        { ...ball, quantity: 2 },
      ],
    })
    expect(simulator.shop.book.shipments[0]?.items).toEqual([
      { orderItemId: order.rows[0]?.itemId, quantity: 2 },
    ])
    expect((await operations.order(String(order.id))).lines).toMatchObject([{ shipped: 4 }, { shipped: 2 }])
    expect(simulator.shop.stock.items().map(({ quantity }) => quantity)).toEqual([16, 18])
  }))

test('a bundle that ships separately is told by its parts', () =>
  withShop({}, async ({ simulator, operations }) => {
    addBundle(simulator, 1)
    const order = buy(simulator, { sku: 'KIT', quantity: 3 })
    const whole = await shipmentOf(operations, order.id)
    await operations.ship({ ...whole, lines: whole.lines.slice(0, 1) })
    expect((await operations.order(String(order.id))).lines).toMatchObject([{ shipped: 6 }, { shipped: 0 }])
    await operations.ship({ ...whole, shipmentId: 'our-2', lines: whole.lines.slice(1) })
    expect(simulator.shop.stock.items().map(({ quantity }) => quantity)).toEqual([14, 17])
    expect(simulator.shop.stock.reserved(1, 'STRAP') + simulator.shop.stock.reserved(1, 'BALL')).toBe(0)
  }))

test('a part shipped in the shop’s own admin leaves the order’s time alone: the stream of shipments names the order', () =>
  withShop({}, async ({ simulator, operations }) => {
    add(simulator, 'A', { default: 9 })
    const order = buy(simulator, { sku: 'A', quantity: 3 })
    simulator.shop.invoice(order)
    const before = await operations.order(String(order.id))
    const items = [{ orderItemId: order.rows[0]?.itemId ?? 0, quantity: 1 }]
    simulator.shop.ship(order, { items, source: 'default', tracks: [], comment: undefined })
    const page = await operations.stream?.('shipments', { since: new Date(0), cursor: undefined })
    expect(page?.rows).toEqual([
      { kind: 'order', externalId: String(order.id), version: undefined, order: undefined },
    ])
    expect(page?.next).toBeUndefined()
    const after = await operations.order(String(order.id))
    expect(after.version).toBeGreaterThan(before.version ?? 0)
    simulator.shop.refund(order, { lines: undefined, returned: new Set() })
    const memos = await operations.stream?.('creditmemos', { since: new Date(0), cursor: undefined })
    expect(memos?.rows).toHaveLength(1)
  }))
