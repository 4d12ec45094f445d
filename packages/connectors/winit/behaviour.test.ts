import { createHash } from 'node:crypto'
import { meaningOf, signWith } from '@plimsoll/connector-kit'
import { connectWarehouse, pat, shipmentOf, unhurried } from '@plimsoll/connector-kit/conformance'
import { expect, test } from 'vitest'
import { connector } from './index.ts'
import { RULES } from './refusals.ts'
import type { Settings } from './settings.ts'
import { scheme } from './signing.ts'
import { createWinitSimulator, type WinitSimulator } from './simulator/index.ts'

async function withCustomer(
  run: (
    customer: ReturnType<typeof connectWarehouse> & {
      simulator: WinitSimulator
      open(settings: Partial<Settings>): ReturnType<typeof connectWarehouse>
    },
  ) => Promise<void>,
): Promise<void> {
  const simulator = await createWinitSimulator()
  const open = (settings: Partial<Settings>) =>
    connectWarehouse(unhurried(connector), { ...simulator, settings: { ...simulator.settings, ...settings } })
  try {
    await run({ ...open({}), simulator, open })
  } finally {
    await simulator.close()
  }
}

const failure = (code: string, msg: string) => ({
  status: 200,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ code, msg, data: null }),
})

const DAY_MS = 86_400_000

test('what is sent is signed twice, over the text of the data as it is sent, and says all of the order', () =>
  withCustomer(async ({ warehouse, floor, exchanges, simulator }) => {
    const request = shipmentOf(floor, ['S-1'])
    await warehouse.requestShipment({
      ...request,
      recipient: { ...pat, name: '李 雷', company: '港口公司' },
      lines: [...request.lines, ...request.lines],
    })
    const text = exchanges[0]?.body ?? ''
    const body = JSON.parse(text) as Record<string, string>
    const data = JSON.stringify(body.data)
    expect(text).toContain(`"data":${data}`)
    const signed = `actioncreateOutboundOrderapp_keysimulated-sellerdata${data}formatjsonplatformOWNERERPsign_methodmd5timestamp${body.timestamp}version1.0`
    const md5 = (secret: string) =>
      createHash('md5').update(`${secret}${signed}${secret}`).digest('hex').toUpperCase()
    expect(body.sign).toBe(md5(simulator.credentials.token))
    expect(body.client_sign).toBe(md5(simulator.credentials.clientSecret))
    expect(body.data).toEqual({
      sellerOrderNo: request.shipmentId,
      repeatable: 'N',
      warehouseID: '1000069',
      deliveryWayID: '1000000123',
      storeType: 'Other',
      recipientName: '李 雷 (港口公司)',
      phoneNum: '',
      emailAddress: pat.email,
      state: 'US',
      region: pat.region,
      city: pat.city,
      zipCode: '62704',
      address1: '100 Nowhere Blvd',
      address2: 'Suite 100',
      doorplateNumbers: '0',
      productList: [{ productCode: 'S-1', productNum: 4 }],
    })
    // What the suite’s case of a request looks at, but for the number.
    const made = floor.requests.byReference(request.shipmentId)
    expect(made?.facilityId).toBe('1000069')
    expect(made?.lines.map(({ sku, quantity }) => [sku, quantity])).toEqual([['S-1', 4]])
    expect(made?.recipient).toMatchObject({
      name: '李 雷',
      company: '港口公司',
      city: pat.city,
      country: 'US',
    })
    expect((await warehouse.findShipment(request.shipmentId))?.state).toBe('received')
  }))

test('a product with a 规格 is asked for by both', () =>
  withCustomer(async ({ warehouse, floor, exchanges }) => {
    const request = shipmentOf(floor, ['S-1'])
    const lines = request.lines.map((line) => ({ ...line, stockUnitId: 'S-1@@红色' }))
    await warehouse.requestShipment({ ...request, lines })
    expect(JSON.parse(exchanges[0]?.body ?? '').data.productList).toEqual([
      { productCode: 'S-1', specification: '红色', productNum: 2 },
    ])
  }))

test.each([
  [{ recipient: { ...pat, addressLines: [' '] } }, 'recipient.addressLines'],
  [{ recipient: { ...pat, city: '' } }, 'recipient.city'],
  [{ recipient: { ...pat, name: ' ' } }, 'recipient.name'],
  [{ recipient: { ...pat, postalCode: undefined } }, 'recipient.postalCode'],
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
    const without = open({ deliveryWays: ['1000008=1000000456'] })
    await expect(without.warehouse.requestShipment(lotted)).rejects.toMatchObject({ field: 'method' })
    expect((await without.operations.check()).warnings.join()).toContain('1000069')
  }),
)

test('what is promised lies there until it leaves; what is broken is in none of its numbers', () =>
  withCustomer(async ({ warehouse, operations, floor }) => {
    const request = shipmentOf(floor, ['S-1'])
    const { locationId } = request
    floor.adjust({ facilityId: locationId, sku: 'S-1', sellable: 10, damaged: 3, reason: 'found' })
    const count = async () => {
      // One page for each warehouse, in the order of their ids.
      const first = await operations.counts?.(undefined)
      const second = await operations.counts?.(first?.next)
      return [...(first?.rows ?? []), ...(second?.rows ?? [])].find(
        (row) => row.stockUnitId === 'S-1' && row.locationId === locationId,
      )
    }
    const before = await count()
    const lying = before?.onHand ?? 0
    expect(lying).toBeGreaterThanOrEqual(10)
    expect(before).toMatchObject({ available: lying, held: 0 })
    await warehouse.requestShipment(request)
    expect(await count()).toMatchObject({ onHand: lying, available: lying - 2, held: 0 })
    const made = floor.requests.byReference(request.shipmentId)
    floor.requests.step(made?.id ?? 0, { step: 'ship' })
    expect(await count()).toMatchObject({ onHand: lying - 2, available: lying - 2 })
  }))

test('an order is looked for month by month, then among the void ones, which no list shows unasked', () =>
  withCustomer(async ({ warehouse, floor, exchanges }) => {
    const request = shipmentOf(floor, ['S-1'])
    const { externalId } = await warehouse.requestShipment(request)
    await warehouse.cancelShipment?.({ shipmentId: request.shipmentId, externalId })
    const made = floor.requests.byReference(request.shipmentId)
    if (made === undefined) throw new Error('it was made')
    made.receivedAtMs -= 40 * DAY_MS
    exchanges.splice(0)
    expect((await warehouse.findShipment(request.shipmentId))?.state).toBe('cancelled')
    expect(exchanges.map(({ body = '' }) => JSON.parse(body).data.status)).toEqual([
      undefined,
      undefined,
      undefined,
      'VO',
      'VO',
    ])
  }))

test('an order whose own page leaves its reference out is the one that was listed; with another it is unreadable', () =>
  withCustomer(async ({ warehouse, floor, simulator }) => {
    const request = shipmentOf(floor, ['S-1'])
    await warehouse.requestShipment(request)
    floor.requests.step(floor.requests.byReference(request.shipmentId)?.id ?? 0, { step: 'ship' })
    const whole = await warehouse.findShipment(request.shipmentId)
    const spoil = (reference: unknown) =>
      simulator.faults.rewriteAnswers((body) => {
        const answer = JSON.parse(body)
        for (const row of answer.data?.list ?? []) if ('packageList' in row) row.sellerOrderNo = reference
        return JSON.stringify(answer)
      })
    for (const missing of [undefined, null, '']) {
      spoil(missing)
      expect(await warehouse.findShipment(request.shipmentId)).toEqual(whole)
    }
    spoil('0190a5b4-7c21-7d3e-9f10-1a2b3c4d5e6f')
    await expect(warehouse.findShipment(request.shipmentId)).rejects.toMatchObject({ kind: 'malformed' })
  }))

test('what was told and is as it was is not told again, once the hub asks from later on', () =>
  withCustomer(async ({ warehouse, floor, exchanges, open }) => {
    const request = shipmentOf(floor, ['S-1'])
    await warehouse.requestShipment(request)
    const made = floor.requests.byReference(request.shipmentId)
    if (made === undefined) throw new Error('it was made')
    const from = (connected: typeof warehouse) => async (sinceMs: number) => {
      const rows = []
      for (let cursor: string | undefined; ; ) {
        const page = await connected.shipments?.({ since: new Date(sinceMs), cursor })
        rows.push(...(page?.rows ?? []))
        cursor = page?.next
        if (cursor === undefined) return rows.map(({ state }) => state)
      }
    }
    const read = from(warehouse)
    const later = Date.now() + 3_600_000
    expect(await read(0)).toEqual(['received'])
    // The hub did not keep what was told: it asks from the same moment.
    expect(await read(0)).toEqual(['received'])
    expect(await read(later)).toEqual([])
    floor.requests.step(made.id, { step: 'ship' })
    expect(await read(later)).toEqual(['shipped'])
    exchanges.splice(0)
    expect(await read(later + 1)).toEqual([])
    expect(exchanges.map(({ operation }) => operation)).toEqual(['shipments', 'shipments'])
    // Another connection has told nothing: what is open it tells, what left long before it takes for told.
    expect(await from(open({}).warehouse)(later)).toEqual([])
    expect(await from(open({}).warehouse)(0)).toEqual(['shipped'])
  }))

test('what the customer chose at the channel is no code of the warehouse’s: the settings say what it is there', () =>
  withCustomer(async ({ floor, open }) => {
    const { warehouse, exchanges } = open({ deliveryWays: ['1000000123', 'Express: 1000000456'] })
    for (const method of ['Standard', 'express', undefined])
      await warehouse.requestShipment(shipmentOf(floor, ['S-1'], { method }))
    const sent = exchanges.map(({ body = '' }) => JSON.parse(body).data.deliveryWayID)
    expect(sent).toEqual(['1000000123', '1000000456', '1000000123'])
  }))

test('a refusal keeps code and sentence, and never who it is for', () =>
  withCustomer(async ({ warehouse, floor, simulator }) => {
    const refused = async (code: string, msg: string) => {
      simulator.faults.answerNext(failure(code, msg))
      return await warehouse.requestShipment(shipmentOf(floor, ['S-1'])).catch((error: unknown) => error)
    }
    expect(await refused('B1', '商品S-1库存不足')).toMatchObject({
      kind: 'invalid',
      field: 'lines.quantity',
      message: 'requestShipment: Winit refuses: 商品S-1库存不足 (B1)',
      platform: { code: 'B1' },
    })
    expect(await refused('B2', '地址100 Nowhere Blvd超长')).toMatchObject({
      field: 'recipient.addressLines',
      message: 'requestShipment: Winit refuses (B2)',
    })
    expect(await refused('B3', '卖家订单号重复')).toMatchObject({ kind: 'unavailable', sent: true })
  }))

test.each([
  ['sign签名错误', 'unauthorized'],
  ['请求过于频繁，请降低调用频率', 'rate-limited'],
  ['系统繁忙，请稍后再试', 'unavailable'],
  ['卖家订单号 A-1 已存在', 'known'],
  ['出库单已作废', 'gone'],
  ['出库单不存在', 'not-found'],
  ['出库单已派送，不能作废', undefined],
  ['商品编码A不存在', { invalid: 'lines.sku' }],
  ['派送方式不可用', { invalid: 'method' }],
])('%s means %j', (message, meaning) => {
  expect(meaningOf({ code: 'X', message, requestId: undefined }, RULES)).toEqual(meaning)
})

test('a void that is asked for and not done yet is asked; one that has left is too late', () =>
  withCustomer(async ({ warehouse, floor, simulator }) => {
    const request = shipmentOf(floor, ['S-1'])
    const { externalId } = await warehouse.requestShipment(request)
    const cancel = () => warehouse.cancelShipment?.({ shipmentId: request.shipmentId, externalId })
    simulator.faults.answerNext({ ...failure('0', ''), body: '{"code":"0","msg":"","data":{}}' })
    expect(await cancel()).toBe('asked')
    floor.requests.step(floor.requests.byReference(request.shipmentId)?.id ?? 0, { step: 'ship' })
    expect(await cancel()).toBe('too-late')
  }))

test('the account’s name is a person’s address as a rule: it is told nowhere', () =>
  withCustomer(async ({ operations, simulator }) => {
    const { account, accountId } = await operations.check()
    expect(accountId).toMatch(/^[0-9a-f]{16}$/)
    expect(account).not.toContain(simulator.credentials.appKey)
  }))

test('the budget keeps to the smaller of the documented numbers', () => {
  const [spec] = connector.manifest.budgets
  if (spec?.kind !== 'token-bucket') throw new Error('one token bucket')
  expect(spec.refillPerSecond * 60 + spec.capacity).toBeLessThanOrEqual(200)
})

test('the simulator refuses an old timestamp, a changed order and a page that is too long', () =>
  withCustomer(async ({ operations, exchanges, simulator }) => {
    await operations.counts?.(undefined)
    const { url = '', body = '' } = exchanges.find(({ operation }) => operation === 'counts') ?? {}
    const call = async (text: string) =>
      await (
        await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: text })
      ).text()
    expect(await call(body)).toContain('"code":"0"')
    expect(await call(body.replace('"pageSize":100', '"pageSize":10'))).toContain('签名错误')
    expect(await call(body.replace(/"timestamp":"\d{4}/, '"timestamp":"2001'))).toContain('timestamp')
    const { data, client_id, client_sign: _, language, sign: __, ...rest } = JSON.parse(body)
    const long = { ...data, pageSize: 201 }
    const signed = { ...rest, data: JSON.stringify(long) }
    const { token, clientSecret } = simulator.credentials
    const whole = {
      ...rest,
      data: long,
      client_id,
      language,
      sign: signWith(scheme, signed, token),
      client_sign: signWith(scheme, signed, clientSecret),
    }
    expect(await call(JSON.stringify(whole))).toContain('分页参数错误')
  }))
