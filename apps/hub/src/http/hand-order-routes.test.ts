import { randomUUID } from 'node:crypto'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { unseal } from '@plimsoll/accounts'
import { allocationRule, orderDetail, orderPage, personalDataRules, shipmentDetail } from '@plimsoll/client'
import { writeCsv, writeXlsx } from '@plimsoll/files'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { tidyImports } from '../imports/import-file.store.ts'
import { getImport } from '../imports/imports.ts'
import { removeLeftFiles } from '../imports/open-file.ts'
import { openProblemFile } from '../imports/problem-file.ts'
import { importDesk } from '../testing/import-desk.ts'
import { type ServedHub, serveHub } from '../testing/served-hub.ts'

// The hub's workers run by themselves here, on a machine that may be busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

let served: ServedHub
const desk = importDesk(() => served.hub.imports.context)
beforeAll(async () => {
  served = await serveHub('api,worker')
  await served.stock('MUG', 20)
})
afterAll(() => served.close())

const ask: ServedHub['ask'] = (...request) => served.ask(...request)
const order = async (id: string) => orderDetail.parse((await ask('GET', `/api/v1/orders/${id}`)).body)

async function until<T>(read: () => Promise<T>, isSo: (seen: T) => boolean): Promise<T> {
  const end = Date.now() + 30_000
  for (;;) {
    const seen = await read()
    if (isSo(seen)) return seen
    if (Date.now() > end) throw new Error(`It stayed so: ${JSON.stringify(seen)}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
const key = (name: string) => ({ 'idempotency-key': name })
const TO = { name: 'Ada Lovelace', addressLines: ['St James’s Square 12'], city: 'London', country: 'gb' }

test('an order is made under its key once, changed at its version, and cancelled; to whom it goes is apart', async () => {
  const body = { kind: 'b2b', reference: 'PO-7', recipient: TO, lines: [{ sku: 'MUG', quantity: 4 }] }
  expect(await ask('POST', '/api/v1/orders', body)).toMatchObject({
    body: { code: 'idempotency-key-missing' },
  })
  const made = await ask('POST', '/api/v1/orders', body, key('one'))
  expect(made.status).toBe(201)
  const seen = orderDetail.parse(made.body)
  expect(seen).toMatchObject({
    number: 'H-1001',
    channel: 'by-hand',
    isByHand: true,
    country: 'GB',
    version: 1,
    byHand: { kind: 'b2b', reference: 'PO-7', location: null, createdBy: 'api' },
    hasRecipient: true,
  })
  expect(JSON.stringify(made.body)).not.toMatch(/Lovelace|James/)
  expect((await ask('POST', '/api/v1/orders', body, key('one'))).status).toBe(200)
  expect(await ask('POST', '/api/v1/orders', { ...body, reference: 'PO-8' }, key('one'))).toMatchObject({
    status: 409,
    body: { code: 'key-reused' },
  })
  await until(
    () => order('H-1001'),
    ({ shipments }) => shipments.some(({ state }) => state === 'received'),
  )
  expect((await ask('GET', '/api/v1/orders/H-1001/recipient')).body).toMatchObject({ name: 'Ada Lovelace' })
  const lineId = seen.lines[0]?.lineId ?? ''
  const changed = await ask(
    'PATCH',
    '/api/v1/orders/H-1001',
    { lines: [{ lineId, quantity: 2 }], note: 'less' },
    { 'if-match': '"1"' },
  )
  expect(changed).toMatchObject({
    status: 200,
    body: { version: 2, units: 2, byHand: { note: 'less', reference: 'PO-7' } },
  })
  expect(await ask('PATCH', '/api/v1/orders/H-1001', { note: null }, { 'if-match': '"1"' })).toMatchObject({
    status: 412,
    body: { code: 'version-changed' },
  })
  expect(await ask('POST', '/api/v1/orders/H-1001/cancel', { note: 'mistake' })).toMatchObject({
    status: 200,
    body: { state: 'cancelled', toShip: 0 },
  })
  expect(await ask('GET', '/api/v1/items/MUG')).toMatchObject({ body: { reserved: 0 } })
})

test('more than is free is refused with what is wrong; waiting it has a place in line and is sent once there is enough', async () => {
  const many = { kind: 'manual', lines: [{ sku: 'MUG', quantity: 25 }] }
  expect(await ask('POST', '/api/v1/orders', many, key('many'))).toMatchObject({
    status: 409,
    body: {
      code: 'beyond-free',
      field: 'lines',
      detail: expect.stringContaining('MUG: 5 of 25 are not free'),
    },
  })
  const made = await ask('POST', '/api/v1/orders', { ...many, backorder: true }, key('many'))
  expect(made.status).toBe(201)
  const { number, waits } = orderDetail.parse(made.body)
  expect(waits).toMatchObject([{ sku: 'MUG', units: 5, place: 1, waiting: 1, expected: null }])
  await served.stock('MUG', 5)
  const sent = await until(
    () => order(number),
    ({ isUnrouted }) => !isUnrouted,
  )
  expect(sent.lines).toMatchObject([{ committed: 25 }])
  expect((await ask('POST', `/api/v1/orders/${number}/cancel`, {})).status).toBe(200)
})

test('a shipment is split and merged again; one that has gone is not', async () => {
  const made = await ask(
    'POST',
    '/api/v1/orders',
    { kind: 'sample', lines: [{ sku: 'MUG', quantity: 5 }] },
    key('split'),
  )
  const { number, lines } = orderDetail.parse(made.body)
  const ready = await until(
    () => order(number),
    ({ shipments }) => shipments.some(({ state }) => state === 'received'),
  )
  const first = ready.shipmentDetails[0]
  const lineId = lines[0]?.lineId ?? ''
  const path = `/api/v1/shipments/${first?.shipmentId}`
  expect(await ask('POST', `${path}/split`, { lines: [{ lineId, quantity: 9 }] })).toMatchObject({
    status: 422,
    body: { code: 'invalid-split', field: 'lines.0.quantity' },
  })
  const version = { 'if-match': `"${first?.version}"` }
  const split = await ask('POST', `${path}/split`, { lines: [{ lineId, quantity: 2 }] }, version)
  expect(shipmentDetail.parse(split.body)).toMatchObject({ lines: [{ units: 2 }] })
  const two = await order(number)
  expect(two.shipmentDetails.map(({ lines: of }) => of.map(({ units }) => units))).toEqual([[3], [2]])
  expect(two.lines).toMatchObject([{ committed: 5, base: { reserved: 5 } }])
  const merged = await ask('POST', `${path}/merge`, { with: two.shipmentDetails[1]?.shipmentId })
  expect(shipmentDetail.parse(merged.body)).toMatchObject({ lines: [{ units: 5 }] })
  const one = await order(number)
  expect(one.shipmentDetails.map(({ state }) => state)).toEqual(['received', 'cancelled'])
  expect(one.lines).toMatchObject([{ committed: 5, base: { reserved: 5 } }])
  expect((await ask('POST', `/api/v1/orders/${number}/cancel`, {})).status).toBe(200)
  expect(await ask('POST', `${path}/split`, { lines: [{ lineId, quantity: 1 }] })).toMatchObject({
    body: { code: 'shipment-ended' },
  })
})

test('the connection by hand is on no screen of connections, in no status and nothing to connect; its orders are found', async () => {
  const body = { kind: 'manual', lines: [{ sku: 'MUG', quantity: 1 }] }
  expect((await ask('POST', '/api/v1/orders', body, key('found'))).status).toBe(201)
  expect((await ask('GET', '/api/v1/connections')).body.rows).toEqual([])
  const { rows: connectors } = (await ask('GET', '/api/v1/connectors')).body
  expect(JSON.stringify(connectors)).not.toContain('by-hand')
  const found = orderPage.parse((await ask('GET', '/api/v1/orders?connection=by-hand')).body)
  expect(found.rows.length).toBeGreaterThan(0)
  expect((await ask('GET', '/api/v1/connections/by-hand')).status).toBe(404)
  const [row] = found.rows
  expect((await ask('GET', `/api/v1/connections/${row?.connectionId}`)).status).toBe(404)
  expect(
    (await ask('POST', `/api/v1/connections/${row?.connectionId}/pause`, { reason: 'holiday' })).status,
  ).toBe(404)
  expect(
    await ask('PUT', `/api/v1/connections/${row?.connectionId}/fulfilment`, { shipsOrders: false }),
  ).toMatchObject({
    status: 404,
  })
  expect((await ask('GET', '/api/v1/overview')).body).not.toMatchObject({ connections: [expect.anything()] })
  expect(await ask('PATCH', '/api/v1/orders/nothing', {})).toMatchObject({ body: { code: 'unknown-order' } })
})

test('how long it is kept to whom orders go is said in days, and what follows for each connection', async () => {
  const rules = personalDataRules.parse((await ask('GET', '/api/v1/personal-data')).body)
  expect(rules).toMatchObject({ endedDays: 30, unsentDays: 180, version: 0 })
  const put = await ask('PUT', '/api/v1/personal-data', { endedDays: 7, unsentDays: 90 })
  expect(personalDataRules.parse(put.body)).toMatchObject({
    version: 1,
    connections: rules.connections.map(({ name }) => ({
      name,
      endedDays: 7,
      unsentDays: 90,
      platform: null,
    })),
  })
  expect(await ask('PUT', '/api/v1/personal-data', { endedDays: 366, unsentDays: 90 })).toMatchObject({
    status: 422,
    body: { field: 'endedDays' },
  })
})

test('who gets first what comes in is said by rule, with channels by name', async () => {
  expect(allocationRule.parse((await ask('GET', '/api/v1/allocation')).body)).toMatchObject({
    rule: 'first-come',
    version: 0,
  })
  const put = await ask('PUT', '/api/v1/allocation', { rule: 'channel-priority', channels: ['by-hand'] })
  expect(allocationRule.parse(put.body)).toMatchObject({
    rule: 'channel-priority',
    version: 1,
    channels: [{ name: 'by-hand', isByHand: true }],
  })
  expect(
    await ask('PUT', '/api/v1/allocation', { rule: 'channel-priority', channels: ['nobody'] }),
  ).toMatchObject({
    body: { code: 'unknown-connection', field: 'channels' },
  })
  expect((await ask('PUT', '/api/v1/allocation', { rule: 'promise-date' })).body).toMatchObject({
    version: 2,
  })
})

test('I3: a file of orders is shown row by row before anything is made, taken whole or not at all, and once', async () => {
  const orders = async () => orderPage.parse((await ask('GET', '/api/v1/orders?search=W-')).body).rows.length
  const bad = [
    '订单号,货号,数量,收件人,地址,城市,国家,类型',
    'W-1,MUG,2,Ada Lovelace,Square 12,London,GB,b2b',
    'W-1,NONE,1,,,,,',
    'W-2,MUG,1,,,,,',
    'W-3,MUG,900,,,,,',
    'W-4,MUG,1,Grace Hopper,,,,',
  ].join('\n')
  const checked = await desk.check('orders', bad)
  expect(checked).toMatchObject({ state: 'checked', rowsTotal: 5, rowsBad: 4 })
  expect((checked.preview as { rows: { values: unknown }[] } | null)?.rows[0]?.values).toMatchObject({
    order: 'W-1',
    name: '…',
    address: '…',
  })
  expect(JSON.stringify(checked)).not.toMatch(/Lovelace|Hopper|Square/)
  const problems = await desk.problems(checked)
  expect(problems.map(({ row, column, code }) => [row, column, code])).toEqual([
    [2, null, 'group-wrong'],
    [3, 'sku', 'invalid-order'],
    [5, null, 'beyond-free'],
    [6, 'address', 'cell-empty'],
  ])
  expect(await orders()).toBe(0)
  const good = bad
    .split('\n')
    .filter((line) => !/NONE|W-3|W-4/.test(line))
    .join('\n')
  expect(await desk.take('orders', good, 'week 12')).toMatchObject({
    state: 'done',
    applied: 2,
    unchanged: 0,
  })
  expect(await orders()).toBe(2)
  expect(await order('W-1')).toMatchObject({ byHand: { kind: 'b2b' }, hasRecipient: true, units: 2 })
  expect(await desk.take('orders', `${good}\n`, 'week 12')).toMatchObject({
    state: 'done',
    applied: 0,
    unchanged: 2,
  })
  expect(await orders()).toBe(2)
  const { kysely } = served.database
  const jobs = await sql<{
    text: string
  }>`select row_to_json(import_job)::text as text from import_job`.execute(kysely)
  expect(jobs.rows.map(({ text }) => text).join()).not.toMatch(/Lovelace|Hopper/)
})

test.each(['csv', 'xlsx'] as const)(
  'an imported file of orders (%s) is readable nowhere but in itself, and gone in time',
  async (format) => {
    const { kysely } = served.database
    const { context } = served.hub.imports
    const { organizationId } = context
    const header = ['order', 'sku', 'quantity', 'name', 'address', 'city', 'country']
    const rows = [
      [`S-${format}`, 'MUG', '1', 'Ada Lovelace', 'Square 12', 'London', 'GB'],
      [`T-${format}`, 'NONE', '1', 'Grace Hopper', 'Square 13', 'London', 'GB'],
    ]
    const write = format === 'csv' ? writeCsv : writeXlsx
    const fileOf = async (...lines: string[][]) => {
      async function* each() {
        yield* lines
      }
      return Buffer.concat(await Array.fromAsync(write(header, each())))
    }
    const content = await fileOf(...rows)
    const pieces = async (importId: string) =>
      (
        await sql<{ ordinal: number; content: Buffer | null; sealed: Buffer }>`
        select ordinal, content, sealed from import_piece
        where organization_id = ${organizationId} and import_id = ${importId}`.execute(kysely)
      ).rows
    const checked = await desk.check('orders', content)
    const [piece] = await pieces(checked.importId)
    expect(piece?.content).toBeNull()
    // As it came in, and as text would carry it.
    const start = content.subarray(0, 12)
    for (const clear of [start, start.toString('base64'), 'Lovelace'])
      expect(piece?.sealed.includes(clear), String(clear)).toBe(false)
    // A piece of another import is not taken for one of this.
    expect(() =>
      unseal(
        context.masterKey,
        piece?.sealed ?? Buffer.alloc(0),
        `import ${organizationId} ${randomUUID()} 0`,
      ),
    ).toThrow('secret key')

    expect(await desk.apply(checked, 'good-rows')).toMatchObject({ state: 'done', applied: 1, skipped: 1 })
    const left = await openProblemFile(context, await getImport(context, checked.importId))
    expect(JSON.stringify(await Array.fromAsync(left.rows))).toMatch(/Hopper/)
    const now = Date.now()
    const tidy = async (endedDays: number) =>
      await tidyImports(kysely, organizationId, {
        uploads: new Date(0),
        files: new Date(0),
        personal: { what: ['orders'], before: new Date(now - endedDays * 86_400_000) },
      })
    await tidy(7)
    expect(await pieces(checked.importId)).toHaveLength(1)
    await tidy(-1)
    expect(await pieces(checked.importId)).toEqual([])
    // All of it applied: nothing waits for a time.
    const whole = await desk.take(
      'orders',
      await fileOf([`U-${format}`, 'MUG', '1', ...(rows[0] ?? []).slice(3)]),
    )
    expect(whole).toMatchObject({ state: 'done', skipped: 0 })
    expect(await pieces(whole.importId)).toEqual([])
    // What a killed process left on the disk; what one reads at this moment stays.
    const folder = join(context.dataFolder, 'imports')
    await mkdir(folder, { recursive: true })
    await writeFile(join(folder, 'left.xlsx'), content)
    await removeLeftFiles(context, new Date(now - 86_400_000))
    expect(await readdir(folder)).toEqual(['left.xlsx'])
    await removeLeftFiles(context, new Date(now + 86_400_000))
    expect(await readdir(folder)).toEqual([])
  },
)
