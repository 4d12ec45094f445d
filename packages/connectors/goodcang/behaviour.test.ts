import { manualClock, meaningOf } from '@plimsoll/connector-kit'
import { connectWarehouse, pat, shipmentOf, unhurried } from '@plimsoll/connector-kit/conformance'
import { expect, test } from 'vitest'
import { connector } from './index.ts'
import { RULES } from './refusals.ts'
import type { Settings } from './settings.ts'
import { createGoodCangSimulator, type GoodCangSimulatorOptions } from './simulator/index.ts'

async function withCustomer(
  run: (
    customer: ReturnType<typeof connectWarehouse> & {
      simulator: Awaited<ReturnType<typeof createGoodCangSimulator>>
      open(settings: Partial<Settings>): ReturnType<typeof connectWarehouse>
    },
  ) => Promise<void>,
  options: GoodCangSimulatorOptions = {},
): Promise<void> {
  const simulator = await createGoodCangSimulator({ callsPerMinute: 1_000_000, ...options })
  const open = (settings: Partial<Settings>) =>
    connectWarehouse(unhurried(connector), { ...simulator, settings: { ...simulator.settings, ...settings } })
  try {
    await run({ ...open({}), simulator, open })
  } finally {
    await simulator.close()
  }
}

const failure = (errMessage: string, errCode: string | number = '') => ({
  status: 200,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({
    ask: 'Failure',
    message: 'Failure',
    Error: { errMessage, errCode },
    request_id: '5F9',
  }),
})

test('what is sent: the hub’s id as reference, approved at once, the number with each product', () =>
  withCustomer(async ({ warehouse, floor, exchanges }) => {
    const request = shipmentOf(floor, ['S-1'], { note: '易碎' })
    await warehouse.requestShipment({ ...request, lines: [...request.lines, ...request.lines] })
    const { url, headers, body } = exchanges.find(({ operation }) => operation === 'requestShipment') ?? {}
    expect(url).toMatch(/\/public_open\/order\/create_order$/)
    expect(headers).toMatchObject({ 'app-token': 'simulated-app-token', 'app-key': 'simulated-app-key' })
    expect(JSON.parse(body ?? '')).toMatchObject({
      reference_no: request.shipmentId,
      platform: 'OTHER',
      shipping_method: 'FEDEX-SMALLPARCEL',
      warehouse_code: 'USEA',
      country_code: 'US',
      province: 'IL',
      address1: '100 Nowhere Blvd',
      address2: 'Suite 100',
      payment_time: '2026-06-01 08:00:00',
      order_desc: '易碎',
      verify: 1,
      items: [{ product_sku: 'S-1', quantity: 4, transaction_id: '#1001', product_declared_value: '12.50' }],
    })
  }))

test.each([
  [{ recipient: { ...pat, addressLines: [`${'x'.repeat(51)}`] } }, 'recipient.addressLines'],
  [{ recipient: { ...pat, addressLines: [] } }, 'recipient.addressLines'],
  [{ recipient: { ...pat, city: 'x'.repeat(33) } }, 'recipient.city'],
  [{ recipient: { ...pat, city: '' } }, 'recipient.city'],
  [{ recipient: { ...pat, postalCode: undefined } }, 'recipient.postalCode'],
  [{ recipient: { ...pat, region: 'x'.repeat(21) } }, 'recipient.region'],
  [{ recipient: { ...pat, phone: '1'.repeat(21) } }, 'recipient.phone'],
  [{ recipient: { ...pat, country: 'USA' } }, 'recipient.country'],
  [{ recipient: { ...pat, name: 'x'.repeat(49) } }, 'recipient.name'],
  [{ number: 'x'.repeat(51) }, 'number'],
])('%j is refused before the call', (more, field) =>
  withCustomer(async ({ warehouse, floor, exchanges }) => {
    const request = shipmentOf(floor, ['S-1'], more)
    await expect(warehouse.requestShipment(request)).rejects.toMatchObject({ kind: 'invalid', field })
    expect(exchanges).toEqual([])
  }),
)

test('a SKU of 24 characters is asked for, one of 25 refused before the call; a lot too', () =>
  withCustomer(async ({ warehouse, floor, exchanges }) => {
    await warehouse.requestShipment(shipmentOf(floor, ['x'.repeat(24)]))
    const before = exchanges.length
    const tooLong = shipmentOf(floor, ['y'.repeat(25)])
    await expect(warehouse.requestShipment(tooLong)).rejects.toMatchObject({ field: 'lines.sku' })
    const lotted = shipmentOf(floor, ['S-1'])
    const lines = lotted.lines.map((line) => ({ ...line, lot: 'L' }))
    await expect(warehouse.requestShipment({ ...lotted, lines })).rejects.toMatchObject({
      field: 'lines.lot',
    })
    const inbound = {
      inboundId: tooLong.shipmentId,
      number: 'PO',
      locationId: 'USEA',
      expectedAt: undefined,
      carrier: undefined,
      trackingNumber: undefined,
      lines: tooLong.lines.map((line) => ({ ...line, expiresOn: undefined })),
    }
    await expect(warehouse.announceInbound?.(inbound)).rejects.toMatchObject({ field: 'lines.sku' })
    expect(exchanges).toHaveLength(before)
  }))

test('a long address is broken between words, a long name goes on as last name, a city stands for a province', () =>
  withCustomer(async ({ warehouse, floor, exchanges }) => {
    const recipient = {
      ...pat,
      name: 'Maximiliane Friederike Wilhelmine von Hohenberg-Ostermann',
      addressLines: ['c/o Friedrich-Wilhelm-Gesellschaft, Haus Nummer 17, Hinterhof'],
      region: undefined,
    }
    await warehouse.requestShipment(shipmentOf(floor, ['S-1'], { recipient }))
    expect(JSON.parse(exchanges[0]?.body ?? '')).toMatchObject({
      name: 'Maximiliane Friederike Wilhelmine von',
      last_name: 'Hohenberg-Ostermann',
      address1: 'c/o Friedrich-Wilhelm-Gesellschaft, Haus Nummer',
      address2: '17, Hinterhof',
      province: 'Springfield',
    })
  }))

test('without a shipping product an order is refused, and check() says so before', () =>
  withCustomer(async ({ floor, open }) => {
    const { warehouse, operations } = open({ shippingMethods: ['USWE=UPS-GROUND'] })
    await expect(warehouse.requestShipment(shipmentOf(floor, ['S-1']))).rejects.toMatchObject({
      field: 'method',
    })
    expect((await operations.check()).warnings.join()).toContain('USEA')
    await warehouse.requestShipment(shipmentOf(floor, ['S-1'], { method: 'UPS-GROUND' }))
    for (const shippingMethods of [['x'.repeat(33)], ['PIGEON']])
      await expect(
        open({ shippingMethods }).warehouse.requestShipment(shipmentOf(floor, ['S-1'])),
      ).rejects.toMatchObject({ field: 'method' })
  }))

test('what the customer chose at the channel is no code of GoodCang’s: the settings say what it is there', () =>
  withCustomer(async ({ floor, open }) => {
    const { warehouse, exchanges } = open({ shippingMethods: ['FEDEX-SMALLPARCEL', 'Express: UPS-GROUND'] })
    for (const method of ['Standard', 'express', undefined])
      await warehouse.requestShipment(shipmentOf(floor, ['S-1'], { method }))
    const sent = exchanges
      .filter(({ operation }) => operation === 'requestShipment')
      .map(({ body = '' }) => JSON.parse(body).shipping_method)
    expect(sent).toEqual(['FEDEX-SMALLPARCEL', 'UPS-GROUND', 'FEDEX-SMALLPARCEL'])
  }))

test('a refusal keeps code, sentence and request id, and never who it is for', () =>
  withCustomer(async ({ warehouse, floor, simulator }) => {
    const refused = async (message: string) => {
      simulator.faults.answerNext(failure(message, 10103077))
      return await warehouse.requestShipment(shipmentOf(floor, ['S-1'])).catch((error: unknown) => error)
    }
    expect(await refused('物流产品不支持该地区')).toMatchObject({
      kind: 'invalid',
      field: 'method',
      message: 'requestShipment: GoodCang refuses: 物流产品不支持该地区 (10103077)',
      platform: { code: '10103077', requestId: '5F9' },
    })
    expect(await refused('收件人 Pat Example 在黑名单中')).toMatchObject({
      field: 'recipient.name',
      message: 'requestShipment: GoodCang refuses (10103077)',
    })
  }))

test('a reference that is known and not shown is asked again', () =>
  withCustomer(async ({ warehouse, floor, simulator }) => {
    simulator.faults.answerNext(failure('参考号[7]已存在'))
    await expect(warehouse.requestShipment(shipmentOf(floor, ['S-1']))).rejects.toMatchObject({
      kind: 'unavailable',
      sent: true,
    })
    expect(floor.requests.all()).toEqual([])
  }))

test.each([
  ['app-token或app-key错误', 'unauthorized'],
  ['请求过于频繁，请稍后', 'rate-limited'],
  ['系统繁忙', 'unavailable'],
  ['订单不存在', 'not-found'],
  ['no data', 'not-found'],
  ['参考号[X-1]已存在', 'known'],
  ['订单已废弃', 'gone'],
  ['商品[A]不存在', { invalid: 'lines.sku' }],
  ['SKU[A]库存不足', { invalid: 'lines.quantity' }],
  ['参数[zipcode]不符合要求', { invalid: 'recipient.postalCode' }],
  ['参数[warehouse_code]不符合要求', { invalid: 'locationId' }],
  ['没有接口权限', { forbidden: 'public_open' }],
  ['?', undefined],
])('%s means %j', (message, meaning) => {
  expect(meaningOf({ code: undefined, message, requestId: undefined }, RULES)).toEqual(meaning)
})

test('what is packed is stopped on the floor: asked, and then it is cancelled', () =>
  withCustomer(async ({ warehouse, floor }) => {
    const request = shipmentOf(floor, ['S-1'])
    const { externalId } = await warehouse.requestShipment(request)
    floor.requests.step(floor.requests.byReference(request.shipmentId)?.id ?? 0, { step: 'pick' })
    const shipment = { shipmentId: request.shipmentId, externalId }
    expect(await warehouse.cancelShipment?.(shipment)).toBe('asked')
    expect((await warehouse.findShipment(request.shipmentId))?.state).toBe('cancelled')
    expect(await warehouse.cancelShipment?.(shipment)).toBe('cancelled')
  }))

test('a reference of a discarded order may be used again, and the one that counts is found', () =>
  withCustomer(async ({ warehouse, floor }) => {
    const request = shipmentOf(floor, ['S-1'])
    const first = await warehouse.requestShipment(request)
    await warehouse.cancelShipment?.({ shipmentId: request.shipmentId, ...first })
    const second = await warehouse.requestShipment(request)
    expect(second).not.toEqual(first)
    expect(await warehouse.findShipment(request.shipmentId)).toMatchObject({ ...second, state: 'received' })
  }))

test('a page that holds fewer rows than it says was cut: no count of it is believed', () =>
  withCustomer(async ({ operations, floor, simulator }) => {
    shipmentOf(floor, ['S-1', 'S-2'])
    simulator.faults.rewriteAnswers((body) => body.replace('"count":"2"', '"count":"3"'))
    await expect(operations.counts?.(undefined)).rejects.toMatchObject({ kind: 'malformed' })
  }))

test('goods without a tracking number are announced as a draft, with one they are submitted', () =>
  withCustomer(async ({ warehouse, floor, exchanges }) => {
    const { lines, locationId, shipmentId } = shipmentOf(floor, ['S-1'])
    const notice = {
      inboundId: shipmentId,
      number: 'PO 7',
      locationId,
      expectedAt: new Date('2030-01-14T17:00:00Z'),
      carrier: undefined,
      trackingNumber: undefined,
      lines: lines.map((line) => ({ ...line, lot: undefined, expiresOn: undefined })),
    }
    const sent = () =>
      JSON.parse(exchanges.findLast(({ operation }) => operation === 'announceInbound')?.body ?? '')
    const first = await warehouse.announceInbound?.(notice)
    expect(sent()).toMatchObject({
      verify: 0,
      transit_type: 0,
      eta_date: '2030-01-15',
      reference_no: shipmentId,
    })
    // A discarded one is announced anew.
    floor.intake.cancelInbound(floor.intake.inbounds()[0]?.id ?? 0)
    const again = await warehouse.announceInbound?.({ ...notice, trackingNumber: 'MATS7401101' })
    expect(again).not.toEqual(first)
    expect(sent()).toMatchObject({ verify: 1, tracking_number: 'MATS7401101' })
  }))

test('a return names the hub’s shipment, asked for once for each order', () =>
  withCustomer(async ({ warehouse, floor, exchanges }) => {
    const request = shipmentOf(floor, ['S-1'])
    await warehouse.requestShipment(request)
    const made = floor.requests.byReference(request.shipmentId)
    floor.requests.step(made?.id ?? 0, { step: 'ship' })
    const facilityId = request.locationId
    const lines = [{ sku: 'S-1', quantity: 1 }]
    for (const reference of ['RMA-1', 'RMA-2'])
      floor.intake.returnUnits({ reference, requestId: made?.id, facilityId, lines })
    floor.intake.returnUnits({ reference: 'RMA-3', facilityId, lines })
    const { rows = [] } = (await warehouse.returns?.({ since: new Date(0), cursor: undefined })) ?? {}
    expect(rows.map(({ number, shipmentId }) => [number, shipmentId])).toEqual([
      ['RMA-1', request.shipmentId],
      ['RMA-2', request.shipmentId],
      ['RMA-3', undefined],
    ])
    expect(exchanges.filter(({ operation }) => operation === 'returns.order')).toHaveLength(1)
  }))

test('the budget leaves more than a second between two calls', () => {
  const [spec] = connector.manifest.budgets
  if (spec?.kind !== 'token-bucket') throw new Error('one token bucket')
  expect(spec.capacity).toBe(1)
  expect(1 / spec.refillPerSecond).toBeGreaterThanOrEqual(1.2)
})

test('the simulator refuses past the calls of a minute, and pages that are too long', async () => {
  const clock = manualClock()
  await withCustomer(
    async ({ simulator }) => {
      const call = async (body: object) => {
        const { appToken, appKey } = simulator.credentials
        const headers = { 'content-type': 'application/json', 'app-token': appToken, 'app-key': appKey }
        const url = `${simulator.url}/public_open/inventory/get_product_inventory`
        const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })
        return { status: response.status, text: await response.text() }
      }
      expect((await call({ page: 1, pageSize: 201 })).text).toContain('pageSize')
      expect((await call({ page: 1, pageSize: 200 })).text).toContain('没有数据')
      expect((await call({ page: 1, pageSize: 200 })).status).toBe(429)
      await clock.advance(60_000)
      expect((await call({ page: 1, pageSize: 200 })).status).toBe(200)
    },
    { clock, callsPerMinute: 2 },
  )
})
