import { createHash } from 'node:crypto'
import { meaningOf } from '@plimsoll/connector-kit'
import { connectWarehouse, pat, shipmentOf, unhurried } from '@plimsoll/connector-kit/conformance'
import { expect, test } from 'vitest'
import { connector } from './index.ts'
import { RULES } from './refusals.ts'
import type { Settings } from './settings.ts'
import { createFourPxSimulator, type FourPxSimulator } from './simulator/index.ts'

async function withCustomer(
  run: (
    customer: ReturnType<typeof connectWarehouse> & {
      simulator: FourPxSimulator
      open(settings: Partial<Settings>): ReturnType<typeof connectWarehouse>
    },
  ) => Promise<void>,
): Promise<void> {
  const simulator = await createFourPxSimulator()
  const open = (settings: Partial<Settings>) =>
    connectWarehouse(unhurried(connector), { ...simulator, settings: { ...simulator.settings, ...settings } })
  try {
    await run({ ...open({}), simulator, open })
  } finally {
    await simulator.close()
  }
}

const failure = (error_code: string, error_msg = error_code, error_data: string | null = null) => ({
  status: 200,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({
    result: '0',
    msg: 'failed',
    errors: [{ error_code, error_msg, error_data }],
    data: null,
  }),
})

const DAY_MS = 86_400_000

test('what is sent is signed: names and values in order, body, secret; language and sign left out', () =>
  withCustomer(async ({ open, floor, simulator }) => {
    const { warehouse, exchanges } = open({ customerCode: 'C-7' })
    const request = shipmentOf(floor, ['S-1'])
    await warehouse.requestShipment({ ...request, lines: [...request.lines, ...request.lines] })
    const { url = '', body = '' } = exchanges[0] ?? {}
    const query = new URL(url).searchParams
    const text = `app_keysimulated-app-keyformatjsonmethodfu.wms.outbound.createtimestamp${query.get('timestamp')}v1.0.0`
    const sign = createHash('md5').update(`${text}${body}${simulator.credentials.appSecret}`).digest('hex')
    expect(query.get('sign')).toBe(sign)
    expect(query.get('language')).toBe('cn')
    expect(JSON.parse(body)).toMatchObject({
      customer_code: 'C-7',
      ref_no: request.shipmentId,
      from_warehouse_code: 'USLAXA',
      consignment_type: 'S',
      logistics_service_info: { logistics_product_code: 'F400' },
      sales_no: '#1001',
      oconsignment_desc: {
        street: '100 Nowhere Blvd, Suite 100',
        first_name: 'Pat Example',
        post_code: '62704',
      },
      oconsignment_sku: [{ sku_code: 'S-1', qty: 4, stock_quality: 'G' }],
    })
  }))

test.each([
  [{ recipient: { ...pat, addressLines: [' '] } }, 'recipient.addressLines'],
  [{ recipient: { ...pat, city: '' } }, 'recipient.city'],
  [{ recipient: { ...pat, name: ' ' } }, 'recipient.name'],
  [{ recipient: { ...pat, country: 'us' } }, 'recipient.country'],
])('%j is refused before the call', (more, field) =>
  withCustomer(async ({ warehouse, floor, exchanges, open }) => {
    const request = shipmentOf(floor, ['S-1'], more)
    await expect(warehouse.requestShipment(request)).rejects.toMatchObject({ kind: 'invalid', field })
    const lotted = shipmentOf(floor, ['S-1'])
    const lines = lotted.lines.map((line) => ({ ...line, lot: 'L' }))
    await expect(warehouse.requestShipment({ ...lotted, lines })).rejects.toMatchObject({
      field: 'lines.lot',
    })
    expect(exchanges).toEqual([])
    const without = open({ shippingMethods: [] })
    await expect(without.warehouse.requestShipment(lotted)).rejects.toMatchObject({ field: 'method' })
  }),
)

test('of two consignments under one reference the one that counts is found', () =>
  withCustomer(async ({ warehouse, floor }) => {
    const request = shipmentOf(floor, ['S-1'])
    const first = await warehouse.requestShipment(request)
    await warehouse.cancelShipment?.({ shipmentId: request.shipmentId, ...first })
    expect((await warehouse.findShipment(request.shipmentId))?.state).toBe('cancelled')
    const second = await warehouse.requestShipment(request)
    expect(await warehouse.findShipment(request.shipmentId)).toMatchObject({ ...second, state: 'received' })
  }))

test('a consignment is looked for month by month: without dates 4PX shows those of today alone', () =>
  withCustomer(async ({ warehouse, floor, exchanges }) => {
    const request = shipmentOf(floor, ['S-1'])
    await warehouse.requestShipment(request)
    const made = floor.requests.byReference(request.shipmentId)
    if (made === undefined) throw new Error('it was made')
    made.receivedAtMs -= 40 * DAY_MS
    expect((await warehouse.findShipment(request.shipmentId))?.state).toBe('received')
    const windows = exchanges
      .filter(({ operation }) => operation === 'findShipment')
      .map(({ body = '' }) => JSON.parse(body) as { create_time_start: number; create_time_end: number })
    expect(windows).toHaveLength(2)
    for (const { create_time_start, create_time_end } of windows)
      expect(create_time_end - create_time_start).toBeLessThanOrEqual(30 * DAY_MS)
    expect(windows[1]?.create_time_end).toBe(windows[0]?.create_time_start)
  }))

test('what the customer chose at the channel is no code of the warehouse’s: the settings say what it is there', () =>
  withCustomer(async ({ floor, open }) => {
    const { warehouse, exchanges } = open({ shippingMethods: ['F400', 'Express: QC'] })
    for (const method of ['Standard', 'express', undefined])
      await warehouse.requestShipment(shipmentOf(floor, ['S-1'], { method }))
    const sent = exchanges.map(
      ({ body = '' }) => JSON.parse(body).logistics_service_info.logistics_product_code,
    )
    expect(sent).toEqual(['F400', 'QC', 'F400'])
  }))

test('a refusal keeps code and sentence, and never who it is for', () =>
  withCustomer(async ({ warehouse, floor, simulator }) => {
    const refused = async (...said: Parameters<typeof failure>) => {
      simulator.faults.answerNext(failure(...said))
      return await warehouse.requestShipment(shipmentOf(floor, ['S-1'])).catch((error: unknown) => error)
    }
    expect(await refused('AVALIABLE_STOCK_IS_NOT_ENOUGH', '库存不足', 'S-1')).toMatchObject({
      kind: 'invalid',
      field: 'lines.quantity',
      message: 'requestShipment: 4PX refuses: 库存不足: S-1 (AVALIABLE_STOCK_IS_NOT_ENOUGH)',
      platform: { code: 'AVALIABLE_STOCK_IS_NOT_ENOUGH' },
    })
    expect(await refused('ERR_ADDRESS', '街道不支持', '100 Nowhere Blvd')).toMatchObject({
      field: 'recipient.addressLines',
      message: 'requestShipment: 4PX refuses (ERR_ADDRESS)',
    })
    expect(await refused('ERR_REF_NO_REPEAT')).toMatchObject({ kind: 'unavailable', sent: true })
  }))

test.each([
  ['INVALID_SIGN', '签名错误', 'unauthorized'],
  ['FLOW_LIMIT', '请求过于频繁', 'rate-limited'],
  ['SYSTEM_ERROR', '系统异常', 'unavailable'],
  ['ERR_OUTBOUND_CONSIGNMENT_REPEAT_CANCEL', '出库委托 重复取消', 'gone'],
  ['ERR_OUTBOUND_CONSIGNMENT_NOT_EXIST', '出库委托不存在', 'not-found'],
  ['ERR_OUTBOUND_CONSIGNMENT_SHIPPED', '出库委托已经签出，不能操作', undefined],
  ['ERR_SKU_NOT_EXIST', 'SKU不存在: A', { invalid: 'lines.sku' }],
  ['ERR_OUTBOUND_CONSIGNMENT_LOGISTICS_PRODUCT_EMPTY', 'x', { invalid: 'method' }],
  ['ERR_OUTBOUND_CONSIGNMENT_FIRST_NAME_EMPTY', 'x', { invalid: 'recipient.name' }],
])('%s (%s) means %j', (code, message, meaning) => {
  expect(meaningOf({ code, message, requestId: undefined }, RULES)).toEqual(meaning)
})

test('receipts that were told and are as they were are not read again, once the hub asks from later on', () =>
  withCustomer(async ({ warehouse, floor, exchanges }) => {
    shipmentOf(floor, ['S-1'])
    const facilityId = floor.facilities[0]?.id ?? ''
    const made = floor.intake.announce({
      reference: undefined,
      number: 'PO',
      facilityId,
      lines: [{ sku: 'S-1', quantity: 9 }],
    })
    if (made.kind !== 'announced') throw new Error(made.kind)
    const { id } = made.inbound
    floor.intake.receive(id, [{ sku: 'S-1', quantity: 4 }])
    const read = async (sinceMs: number) => {
      const before = exchanges.length
      const page = await warehouse.receipts?.({ since: new Date(sinceMs), cursor: undefined })
      return {
        units: page?.rows.flatMap(({ lines }) => lines.map(({ quantity }) => quantity)),
        calls: exchanges.length - before,
      }
    }
    const later = Date.now() + 60_000
    expect(await read(0)).toEqual({ units: [4], calls: 2 })
    // The hub did not keep what was told: it asks from the same moment.
    expect(await read(0)).toEqual({ units: [4], calls: 2 })
    expect(await read(later)).toEqual({ units: [], calls: 1 })
    floor.intake.receive(id, [{ sku: 'S-1', quantity: 3 }])
    expect(await read(later)).toEqual({ units: [4, 3], calls: 2 })
  }))

test('goods are announced from where the settings say that they come, with their batches', () =>
  withCustomer(async ({ open, warehouse, floor, exchanges }) => {
    const { lines, locationId, shipmentId } = shipmentOf(floor, ['S-1'])
    const notice = {
      inboundId: shipmentId,
      number: 'PO 7',
      locationId,
      expectedAt: new Date('2030-01-15T00:00:00Z'),
      carrier: undefined,
      trackingNumber: 'MATS1',
      lines: lines.map((line) => ({ ...line, lot: 'L-1', expiresOn: '2031-01-01' })),
    }
    const nowhere = open({ originCity: undefined })
    await expect(nowhere.warehouse.announceInbound?.(notice)).rejects.toMatchObject({ kind: 'invalid' })
    expect((await nowhere.operations.check()).warnings.join()).toContain('where goods come from')
    await warehouse.announceInbound?.(notice)
    const sent = JSON.parse(
      exchanges.findLast(({ operation }) => operation === 'announceInbound')?.body ?? '',
    )
    expect(sent).toMatchObject({
      ref_no: shipmentId,
      is_pickup: 'N',
      from_warehouse_code: locationId,
      to_warehouse_code: locationId,
      transport_type: 'S',
      supplier_address: {
        country: 'CN',
        state: '广东省',
        city: '深圳市',
        plan_arrive_time: Date.UTC(2030, 0, 15),
      },
      iconsignment_sku: [
        { sku_code: 'S-1', plan_qty: 2, batch_no: 'L-1', expired_date: Date.UTC(2031, 0, 1) },
      ],
    })
  }))

test('another account is another accountId; the same keys are the same', () =>
  withCustomer(async ({ operations, open }) => {
    const { accountId } = await operations.check()
    expect(accountId).toMatch(/^[0-9a-f]{16}$/)
    expect((await open({ customerCode: 'C-2' }).operations.check()).accountId).not.toBe(accountId)
  }))

test('the simulator refuses an old timestamp and a changed body', () =>
  withCustomer(async ({ operations, exchanges }) => {
    await operations.check()
    const { url = '', body = '' } = exchanges[0] ?? {}
    const call = async (address: string, text: string) =>
      await (
        await fetch(address, { method: 'POST', headers: { 'content-type': 'application/json' }, body: text })
      ).text()
    expect(await call(url, body)).toContain('"result":"1"')
    expect(await call(url, '{"a":1}')).toContain('INVALID_SIGN')
    expect(await call(url.replace(/timestamp=\d+/, `timestamp=${Date.now() - 3_600_000}`), body)).toContain(
      'INVALID_TIMESTAMP',
    )
  }))
