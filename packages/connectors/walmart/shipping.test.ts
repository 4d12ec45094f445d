import type { Shipment } from '@plimsoll/connector-kit'
import { expect, test } from 'vitest'
import { carrierNamed } from './carriers.ts'
import { type ConnectedSeller, withSeller } from './testing/connected-seller.ts'

const parcel = (orderExternalId: string, quantity: number, rest: Partial<Shipment> = {}): Shipment => ({
  shipmentId: 's-1',
  orderExternalId,
  lines: [{ lineExternalId: '1', quantity }],
  tracking: { carrier: 'ups', number: '1Z999', url: undefined },
  notifyCustomer: false,
  ...rest,
})
const NODE = '1000005050'
const shownOf = ({ simulator }: ConnectedSeller, sku: string) => {
  const item = simulator.marketplace.items.get(sku)
  return item === undefined ? undefined : simulator.marketplace.availableOf(item)
}

test('I5: confirming a shipment writes no number: the hub has lowered it before, and once is enough', () =>
  withSeller({}, async (seller) => {
    await seller.seed({ TEA: 10 })
    const id = await seller.buy({ TEA: 4 })
    // As the hub does before it tells: the promise, and the units that stay open.
    const write = { writeId: 'w', stockUnitId: 'TEA', locationId: NODE, quantity: 7, expected: undefined }
    await seller.operations.setLevels([write])
    const before = seller.calls.length
    await seller.operations.ship(parcel(id, 3))
    await seller.operations.ship(parcel(id, 3))
    expect(shownOf(seller, 'TEA')).toBe(6)
    expect(await seller.operations.levels([{ stockUnitId: 'TEA', locationId: NODE }])).toMatchObject([
      { quantity: 7 },
    ])
    const made = seller.calls.slice(before).map(({ operation }) => operation)
    expect(made).toEqual(['order', 'acknowledge', 'ship', 'order', 'levels'])
    expect((await seller.operations.order(id)).lines).toMatchObject([{ current: 4, shipped: 3 }])
  }))

test('shipped on Walmart’s own screen, the units are offered again until the hub lowers the level', () =>
  withSeller({}, async (seller) => {
    await seller.seed({ TEA: 10 })
    const id = await seller.buy({ TEA: 4 })
    await seller.step(id, 'fulfill')
    expect(shownOf(seller, 'TEA')).toBe(10)
    const write = { writeId: 'w', stockUnitId: 'TEA', locationId: NODE, quantity: 6, expected: undefined }
    await seller.operations.setLevels([write])
    expect(shownOf(seller, 'TEA')).toBe(6)
  }))

test('a new order is acknowledged first; two parcels of one line are told apart by their tracking numbers', () =>
  withSeller({}, async (seller) => {
    await seller.seed({ TEA: 10 })
    const id = await seller.buy({ TEA: 4 })
    const first = await seller.operations.ship(parcel(id, 1))
    const second = await seller.operations.ship(
      parcel(id, 2, { shipmentId: 's-2', tracking: { carrier: 'DHL', number: 'JD1', url: undefined } }),
    )
    expect(first.externalId).not.toBe(second.externalId)
    expect(seller.calls.filter(({ operation }) => operation === 'acknowledge')).toHaveLength(1)
    const calls = seller.calls.length
    expect(await seller.operations.ship(parcel(id, 1))).toEqual(first)
    expect(seller.calls.slice(calls).map(({ operation }) => operation)).toEqual(['order'])
    expect((await seller.operations.order(id)).lines).toMatchObject([{ shipped: 3 }])
  }))

test.each<[string, Partial<Shipment>, string]>([
  ['no tracking number', { tracking: undefined }, 'tracking'],
  [
    'a carrier that Walmart does not know, without an address',
    { tracking: { carrier: 'Pigeon', number: '1', url: undefined } },
    'tracking.url',
  ],
  ['more units than are left', { lines: [{ lineExternalId: '1', quantity: 5 }] }, 'lines'],
  ['a line that there is not', { lines: [{ lineExternalId: '9', quantity: 1 }] }, 'lines'],
  ['no units', { lines: [{ lineExternalId: '1', quantity: 0 }] }, 'lines'],
])('%s is Invalid, and nothing is sent', (_, change, field) =>
  withSeller({}, async (seller) => {
    await seller.seed({ TEA: 10 })
    const id = await seller.buy({ TEA: 4 })
    await expect(seller.operations.ship(parcel(id, 1, change))).rejects.toMatchObject({
      kind: 'invalid',
      field,
    })
    expect(shownOf(seller, 'TEA')).toBe(6)
    expect(seller.calls.filter(({ method }) => method !== 'GET' && method !== 'POST')).toEqual([])
    expect((await seller.operations.order(id)).lines).toMatchObject([{ shipped: 0 }])
  }),
)

test('another carrier goes by its own name, with the address to track it at', () =>
  withSeller({}, async (seller) => {
    await seller.seed({ TEA: 10 })
    const id = await seller.buy({ TEA: 1 })
    const url = 'https://pigeon.example/1'
    await seller.operations.ship(parcel(id, 1, { tracking: { carrier: 'Pigeon', number: '1', url } }))
    const [line] = seller.simulator.marketplace.orders.get(id)?.lines ?? []
    expect(line?.statuses).toMatchObject([
      { status: 'Shipped', tracking: { carrierName: { otherCarrier: 'Pigeon' }, trackingURL: url } },
    ])
  }))

test('carriers are known by what warehouses call them', () => {
  expect(
    ['fedex', 'FEDEX SmartPost', 'Dhl ecommerce', 'UPS Mail Innovations', 'pigeon'].map((name) =>
      carrierNamed(name, 'us'),
    ),
  ).toEqual(['FedEx', 'FEDEXSP', 'DHL Ecommerce - US', 'UPSMI', undefined])
})

test('what Walmart ships itself is neither shipped nor cancelled here', () =>
  withSeller({}, async (seller) => {
    const { marketplace } = seller.simulator
    marketplace.addItem({ sku: 'KEPT', title: 'Kept', barcode: '', price: 1, isKept: true })
    marketplace.kept.set('KEPT', { available: 5, onHand: 5, modifiedMs: 0 })
    const id = await seller.buy({ KEPT: 1 })
    await expect(seller.operations.ship(parcel(id, 1))).rejects.toMatchObject({ kind: 'invalid' })
    const cancellation = {
      orderExternalId: id,
      lines: undefined,
      reason: 'other',
      notifyCustomer: false,
    } as const
    await expect(seller.operations.cancel?.(cancellation)).rejects.toMatchObject({ kind: 'invalid' })
  }))
