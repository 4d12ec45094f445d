import { expectSoundListing, expectSoundShipment } from '@plimsoll/connector-kit/conformance'
import { expect, test } from 'vitest'
import * as answers from './answers.ts'
import { toCounts, toListing, toReceipt, toReturn, toShipment } from './map.ts'
import { type ConnectedMerchant, shipmentOf, withMerchant } from './testing/connected-merchant.ts'
import { type Exchange, loadPublishedContract } from './testing/published-contract.ts'

const published = loadPublishedContract()

/** Does with one merchant whatever the connector can do. */
async function everything({
  floor,
  operations,
  warehouse,
  exchanges,
}: ConnectedMerchant): Promise<Exchange[]> {
  const facilityId = floor.facilities[0]?.id ?? ''
  const since = new Date(0)
  floor.addItem({ sku: 'LOTTED', title: 'Lotted', barcode: '4006381333931' })
  floor.adjust({
    facilityId,
    sku: 'LOTTED',
    lot: 'L-1',
    expiresOn: '2029-12-31',
    sellable: 5,
    damaged: 1,
    reason: 'x',
  })
  floor.addItem({ sku: 'CAM', title: 'Camera', hasSerials: true })
  floor.adjust({ facilityId, sku: 'CAM', sellable: 5, reason: 'x' })
  const shipments = (['received', 'hold', 'accept', 'pick', 'ship', 'part', 'cancel', 'stock'] as const).map(
    (what, at) => ({
      what,
      request: shipmentOf({ floor }, [`S-${at}`, 'LOTTED', 'CAM'], { number: `#${at}`, note: 'ring twice' }),
    }),
  )
  await operations.check()
  await operations.locations()
  for (const { what, request } of shipments) {
    const lines = request.lines.slice(0, what === 'ship' ? 3 : 1)
    const { externalId } = await warehouse.requestShipment({ ...request, lines })
    if (what === 'received') await warehouse.requestShipment({ ...request, lines })
    const id = Number(externalId)
    if (what === 'cancel') {
      await warehouse.cancelShipment?.({ shipmentId: request.shipmentId, externalId })
      await warehouse.cancelShipment?.({ shipmentId: request.shipmentId, externalId })
    } else if (what === 'part') {
      floor.requests.step(id, { step: 'ship-part', lines: [{ sku: lines[0]?.sku ?? '', quantity: 1 }] })
      await warehouse.cancelShipment?.({ shipmentId: request.shipmentId, externalId })
    } else if (what === 'stock') floor.requests.step(id, { step: 'hold', code: 'out-of-stock' })
    else if (what === 'ship') floor.requests.step(id, { step: 'ship', parcels: 2 })
    else if (what !== 'received') floor.requests.step(id, { step: what })
    await warehouse.findShipment(request.shipmentId)
  }
  await warehouse.shipments?.({ since, cursor: undefined })
  for (let cursor: string | undefined; ; ) {
    const page = await operations.listings(cursor)
    cursor = page.next
    if (cursor === undefined) break
  }
  await operations.listing(floor.item('LOTTED')?.stockUnitId ?? '')
  await operations.counts?.(undefined)
  const { inboundId, externalId } = { inboundId: crypto.randomUUID(), externalId: '' }
  const notice = {
    inboundId,
    number: 'PO-1',
    locationId: facilityId,
    expectedAt: new Date(Date.UTC(2030, 0, 1)),
    carrier: undefined,
    trackingNumber: externalId || undefined,
    lines: [
      {
        lineId: 'l-1',
        sku: 'LOTTED',
        stockUnitId: floor.item('LOTTED')?.stockUnitId ?? '',
        quantity: 4,
        lot: 'L-2',
        expiresOn: '2030-02-01',
      },
    ],
  }
  await warehouse.announceInbound?.(notice)
  await warehouse.announceInbound?.(notice)
  const inbound = floor.intake.inbounds()[0]?.id ?? 0
  floor.intake.receive(inbound, [{ sku: 'LOTTED', quantity: 3, lot: 'L-2', expiresOn: '2030-02-01' }])
  await warehouse.receipts?.({ since, cursor: undefined })
  floor.intake.close(inbound)
  await warehouse.receipts?.({ since, cursor: 'ended:1' })
  const back = floor.intake.returnUnits({
    reference: 'RMA-1',
    requestId: floor.requests.all()[0]?.id,
    facilityId,
    lines: [{ sku: 'LOTTED', quantity: 1, lot: 'L-1' }],
  })
  await warehouse.returns?.({ since, cursor: undefined })
  floor.intake.inspect(back.id, 1, 'damaged')
  await warehouse.returns?.({ since, cursor: 'ended:1' })
  const left = shipments.find(({ what }) => what === 'ship')
  const requestId = floor.requests.all().find(({ reference }) => reference === left?.request.shipmentId)?.id
  const returnOf = (number: string) => ({
    returnId: crypto.randomUUID(),
    number,
    locationId: facilityId,
    shipment: left && { shipmentId: left.request.shipmentId, externalId: String(requestId) },
    lines: [
      {
        lineId: '1',
        sku: 'LOTTED',
        stockUnitId: floor.item('LOTTED')?.stockUnitId ?? '',
        quantity: 1,
        serials: [],
      },
    ],
  })
  for (const number of ['RMA-2', 'RMA-3']) {
    const told = await warehouse.announceReturn?.(returnOf(number))
    await warehouse.announceReturn?.(returnOf(number))
    if (number === 'RMA-3') floor.intake.arriveReturn(Number(told?.externalId))
    await warehouse.withdrawReturn?.({ ...returnOf(number), externalId: told?.externalId })
  }
  await warehouse.withdrawReturn?.({ ...returnOf('RMA-3'), externalId: undefined })
  return exchanges
}

test(published === undefined
  ? 'every call of the connector is answered (the published contract is not here)'
  : 'every request and every answer is one that ShipBob’s published contract allows', {
  timeout: 60_000,
}, async () => {
  const exchanges = await withMerchant(everything)
  const refused = exchanges.filter(({ status }) => status >= 300)
  // The order that was asked for twice, the one that was cancelled twice.
  expect(refused.map(({ operation, status }) => [operation, status])).toEqual([
    ['requestShipment', 422],
    ['cancelShipment', 422],
    // Their parcel had come.
    ['withdrawReturn', 400],
    ['withdrawReturn', 400],
  ])
  const faults = exchanges.flatMap((exchange) =>
    (published?.faultsOf(exchange) ?? []).map((fault) => `${exchange.operation}: ${fault}`),
  )
  expect([...new Set(faults)]).toEqual([])
})

test.skipIf(published === undefined)(
  'webhooks are subscribed to as the published contract allows',
  async () => {
    const exchanges = await withMerchant(async ({ operations, exchanges: made, simulator }) => {
      await operations.registerWebhooks('https://hub.example/in')
      for (const each of simulator.subscriptions().values()) Object.assign(each, { enabled: false })
      await operations.registerWebhooks('https://hub.example/in')
      return made
    })
    expect(exchanges.map(({ status }) => status)).toEqual([200, 200, 200, 204, 200])
    expect(exchanges.flatMap((exchange) => published?.faultsOf(exchange) ?? [])).toEqual([])
  },
)

/** Its examples have 0 for every number and the first name for every status. */
const readers: [method: string, path: string, read: (example: unknown) => void][] = [
  ['get', '/channel', (example) => expect(answers.channels.parse(example).items).not.toEqual([])],
  ['get', '/location', (example) => expect(answers.locations.parse(example)).not.toEqual([])],
  [
    'get',
    '/inventory',
    (example) => answers.inventories.parse(example).items.map(toListing).forEach(expectSoundListing),
  ],
  [
    'get',
    '/inventory/{inventoryId}',
    (example) => expectSoundListing(toListing(answers.inventory.parse(example))),
  ],
  [
    'get',
    '/inventory-level/locations',
    (example) => {
      for (const item of answers.levels.parse(example).items)
        expect(toCounts(item, undefined)).not.toEqual([])
    },
  ],
  ['get', '/inventory-level/lots', (example) => expect(answers.lots.parse(example).items).not.toEqual([])],
  ['get', '/order', (example) => expectReadable(answers.orderRows.parse(example))],
  ['post', '/order', (example) => expectReadable([example])],
  ['get', '/order/{orderId}', (example) => expectReadable([example])],
  [
    'post',
    '/order/{orderId}:cancel',
    (example) => expect(answers.cancelled.parse(example).status).toBe('Success'),
  ],
  [
    'get',
    '/receiving',
    (example) => {
      for (const one of answers.receivings.parse(example)) expect(toReceipt(one, []).lines).toEqual([])
    },
  ],
  ['get', '/receiving/{id}/boxes', (example) => expect(answers.boxes.parse(example)).not.toEqual([])],
  [
    'get',
    '/return',
    (example) => {
      // Its statuses and actions are "string": told, not guessed.
      for (const row of answers.returnRows.parse(example).items) {
        const back = answers.returned.parse(row)
        expect(() => toReturn(back)).toThrow('never documented')
        expect(toReturn({ ...back, status: 'Awaiting Arrival', inventory: [] }).isComplete).toBe(false)
      }
    },
  ],
  ['get', '/webhook', (example) => expect(answers.webhooks.parse(example).items).not.toEqual([])],
  ['post', '/webhook', (example) => expect(answers.createdWebhook.parse(example).id).toBeTruthy()],
]

function expectReadable(examples: readonly unknown[]): void {
  for (const example of examples) expectSoundShipment(toShipment(answers.order.parse(example)))
}

test.skipIf(published === undefined).each(readers)('the example of %s %s is read', (method, path, read) => {
  const example = published?.exampleOf(method, path)
  expect(example, 'the document has an example').toBeDefined()
  read(example)
})

test.skipIf(published === undefined)('the contract judges: what is spoilt is found', async () => {
  const exchanges = await withMerchant(async ({ warehouse, floor, exchanges: made }) => {
    await warehouse.requestShipment(shipmentOf({ floor }, ['S-1']))
    return made
  })
  const asked = exchanges.find(({ operation }) => operation === 'requestShipment')
  if (asked === undefined) throw new Error('nothing was asked')
  const faultsOf = (change: Partial<Exchange>) => published?.faultsOf({ ...asked, ...change }) ?? []
  expect(faultsOf({})).toEqual([])
  expect(faultsOf({ status: 418 })).not.toEqual([])
  expect(faultsOf({ headers: {} })).not.toEqual([])
  expect(faultsOf({ url: `${asked.url}?Colour=red` })).not.toEqual([])
  expect(faultsOf({ body: asked.body?.replace('"reference_id"', '"referenceId"') })).not.toEqual([])
  expect(
    faultsOf({ text: asked.text.replace('"status":"Processing"', '"status":"Teleported"') }),
  ).not.toEqual([])
  expect(faultsOf({ text: asked.text.replace(/"order_id":\d+/, '"order_id":"seven"') })).not.toEqual([])
})
