import { type ExternalListing, type LevelWrite, Malformed, Unauthorized } from '@plimsoll/connector-kit'
import { afterEach, expect, test } from 'vitest'
import { connect, overTls } from './simulator/connect.ts'
import {
  createWooCommerceSimulator,
  type WooCommerceSimulator,
  type WooCommerceSimulatorOptions,
} from './simulator/index.ts'

/** What shops out there are like, and the connector lives with. The conformance suite has the rest. */

let running: WooCommerceSimulator[] = []
async function start(options: WooCommerceSimulatorOptions = {}) {
  const simulator = await createWooCommerceSimulator(options)
  running.push(simulator)
  return simulator
}
afterEach(async () => {
  await Promise.all(running.map((simulator) => simulator.close()))
  running = []
})

const write = (stockUnitId: string, quantity: number): LevelWrite => ({
  writeId: stockUnitId,
  stockUnitId,
  locationId: 'default',
  quantity,
  expected: undefined,
})
const level = (stockUnitId: string) => ({ stockUnitId, locationId: 'default' })

async function allListings({ operations }: ReturnType<typeof connect>) {
  const rows: ExternalListing[] = []
  let next: string | undefined
  do {
    const page = await operations.listings(next)
    rows.push(...page.rows)
    next = page.next
  } while (next !== undefined)
  return rows
}

/** 230 variations of three parents, the last of which counts for its children. */
function addShirts({ shop }: WooCommerceSimulator) {
  const parents = ['Red', 'Green', 'Blue'].map((name, index) =>
    shop.catalogue.add({ name, type: 'variable', manageStock: index === 2, stock: index === 2 ? 50 : null }),
  )
  for (let index = 0; index < 230; index += 1) {
    const parent = parents[index % 3]
    if (parent === undefined) continue
    shop.catalogue.add({
      name: 'Size',
      parentId: parent.id,
      sku: `S-${index}`,
      option: `${index}`,
      manageStock: !parent.manageStock,
      stock: parent.manageStock ? null : index,
    })
  }
  return parents
}

test.each([true, false])(
  '230 variations over three parents (one list of all: %s)',
  async (variationsRoute) => {
    const simulator = await start({ variationsRoute })
    const [red, , blue] = addShirts(simulator)
    const connection = connect(simulator)
    const rows = await allListings(connection)
    expect(rows).toHaveLength(230)
    expect(new Set(rows.map((row) => row.externalId)).size).toBe(230)
    const first = rows.find((row) => row.sku === 'S-0')
    expect(first).toMatchObject({
      title: 'Red – 0',
      stockUnitId: `${red?.id}/${first?.externalId}`,
      tracked: true,
    })
    // Those that the parent counts share its one level.
    const shared = rows.filter((row) => row.stockUnitId === String(blue?.id))
    expect(shared).toHaveLength(76)

    const units = [...new Set(rows.map((row) => row.stockUnitId))]
    const levels = await connection.operations.levels(units.map(level))
    expect(levels).toHaveLength(155)
    expect(levels.find((one) => one.stockUnitId === String(blue?.id))?.quantity).toBe(50)

    const outcomes = await connection.operations.setLevels(units.slice(0, 100).map((unit) => write(unit, 3)))
    expect(outcomes.map((outcome) => outcome.kind)).toEqual(Array(100).fill('applied'))
    const one = await connection.operations.listing(first?.externalId ?? '')
    expect(one).toEqual(first)
  },
)

test('a variation that its parent now counts is refused with a cure, its number left alone', async () => {
  const simulator = await start()
  const parent = simulator.shop.catalogue.add({
    name: 'Shirt',
    type: 'variable',
    manageStock: true,
    stock: 8,
  })
  const child = simulator.shop.catalogue.add({ name: 'Red', parentId: parent.id, manageStock: false })
  const { operations } = connect(simulator)
  const unit = `${parent.id}/${child.id}`
  expect(await operations.setLevels([write(unit, 3)])).toMatchObject([
    { kind: 'refused', error: { field: 'stockUnitId' } },
  ])
  expect(await operations.levels([level(unit)])).toMatchObject([{ quantity: undefined }])
  expect(parent.stock).toBe(8)
  expect(await operations.setLevels([write(String(parent.id), 3)])).toMatchObject([
    { kind: 'applied', quantity: 3 },
  ])
})

test('a product that is not counted, and a shop that counts nothing, answer 200 and change nothing', async () => {
  const simulator = await start()
  const free = simulator.shop.catalogue.add({ name: 'Free', manageStock: false })
  const counted = simulator.shop.catalogue.add({ name: 'Counted', stock: 4 })
  const { operations } = connect(simulator)
  expect(await operations.setLevels([write(String(free.id), 3)])).toMatchObject([
    { kind: 'refused', error: { field: 'manage_stock' } },
  ])
  simulator.shop.settings.managesStock = false
  expect(await operations.setLevels([write(String(counted.id), 3)])).toMatchObject([
    { kind: 'refused', error: { field: 'manage_stock' } },
  ])
  expect(counted.stock).toBe(4)
  expect((await operations.check()).warnings.join()).toContain('does not count stock')
})

test('a product in the trash is gone, its level is left out', async () => {
  const simulator = await start()
  const product = simulator.shop.catalogue.add({ name: 'Mug', stock: 1 })
  simulator.shop.catalogue.trash(product)
  const { operations } = connect(simulator)
  expect(await operations.listing(String(product.id))).toMatchObject({ state: 'gone' })
  expect(await operations.levels([level(String(product.id))])).toEqual([])
})

test('plain permalinks: the route travels in the query', async () => {
  const simulator = await start({ plainPermalinks: true, folder: '/a-folder' })
  simulator.shop.catalogue.add({ name: 'Mug', sku: 'MUG', stock: 1 })
  const connection = connect(simulator)
  expect((await connection.operations.check()).missingScopes).toEqual([])
  expect(await allListings(connection)).toMatchObject([{ sku: 'MUG' }])
})

test('https: Basic, and keys in the query where the host strips the header', async () => {
  const simulator = await start({ isTls: true })
  const tls = { settings: { url: simulator.settings.url.replace('http:', 'https:') }, wrap: overTls }
  const basic = connect(simulator, tls)
  expect((await basic.operations.check()).warnings).toEqual([])
  expect(basic.calls.every((call) => !call.url.includes('consumer_key'))).toBe(true)

  simulator.site.stripsAuthorization = true
  const stripped = connect(simulator, tls)
  expect((await stripped.operations.check()).missingScopes).toEqual([])
  const wrong = connect(simulator, { ...tls, credentials: { consumerSecret: 'cs_wrong' } })
  await expect(wrong.operations.check()).rejects.toThrow(Unauthorized)
  // Neither keys nor signatures are ever told.
  for (const { url } of [...stripped.calls, ...wrong.calls]) expect(url).not.toMatch(/cs_|ck_plim/)
})

test('https that ends at a proxy which does not say so: the shop takes it for http, so requests are signed', async () => {
  const simulator = await start({ isTls: false, stripsAuthorization: true, folder: '/a-folder' })
  const mug = simulator.shop.catalogue.add({ name: 'Mug', sku: 'MUG', stock: 1 })
  const proxied = {
    settings: { url: simulator.settings.url.replace('http:', 'https:') },
    wrap: overTls,
  }
  const connection = connect(simulator, proxied)
  expect((await connection.operations.check()).missingScopes).toEqual([])
  expect(await connection.operations.setLevels([write(String(mug.id), 5)])).toMatchObject([{ quantity: 5 }])
  // Found out once, then remembered: a header, a query, then signatures.
  expect(
    connection.calls.filter(({ outcome }) => 'status' in outcome && outcome.status === 401),
  ).toHaveLength(2)
  for (const { url } of connection.calls) expect(url).not.toMatch(/cs_|ck_plim/)
  const wrong = connect(simulator, { ...proxied, credentials: { consumerSecret: 'cs_wrong' } })
  await expect(wrong.operations.check()).rejects.toThrow(Unauthorized)
})

test('plain http is signed, and marked as insecure', async () => {
  const simulator = await start()
  const { operations, calls } = connect(simulator)
  expect((await operations.check()).warnings.join()).toContain('insecure')
  expect(JSON.stringify(calls)).not.toContain('plimsollsimulator')
})

test('a key that may only read lacks read_write', async () => {
  const simulator = await start({ permission: 'read' })
  expect((await connect(simulator).operations.check()).missingScopes).toEqual(['read_write'])
})

test('a firewall’s challenge and a maintenance page pass by themselves', async () => {
  const simulator = await start()
  const { operations } = connect(simulator)
  simulator.faults.answerNext({
    status: 403,
    headers: { 'content-type': 'text/html' },
    body: '<html>Just a moment…</html>',
  })
  await expect(operations.order('1')).rejects.toMatchObject({ kind: 'unavailable' })
  simulator.site.maintenance = true
  await expect(operations.order('1')).rejects.toMatchObject({ kind: 'rate-limited', retryAfterMs: 60_000 })
})

test('PHP notices before the JSON are not guessed away; a byte order mark is', async () => {
  const simulator = await start()
  const product = simulator.shop.catalogue.add({ name: 'Mug', stock: 1 })
  const { operations } = connect(simulator)
  simulator.faults.rewriteAnswers((body) => `<br /><b>Notice</b>: Undefined index\n${body}`)
  await expect(operations.listing(String(product.id))).rejects.toThrow(Malformed)
  simulator.faults.rewriteAnswers((body) => `\uFEFF${body}`)
  expect(await operations.listing(String(product.id))).toMatchObject({ title: 'Mug' })
})

test('a shop nine hours ahead: orders since a moment are those since that moment', async () => {
  const simulator = await start({ siteOffsetHours: 9 })
  simulator.shop.catalogue.add({ name: 'Mug', sku: 'MUG', stock: 9 })
  const placed = simulator.shop.checkout([{ sku: 'MUG', quantity: 1 }])
  expect(placed.kind).toBe('placed')
  const { operations } = connect(simulator)
  const now = Date.now()
  expect((await operations.orders({ since: new Date(now - 60_000), cursor: undefined })).rows).toHaveLength(1)
  expect((await operations.orders({ since: new Date(now + 60_000), cursor: undefined })).rows).toEqual([])
})

test('an old shop that cannot sort by change', async () => {
  const simulator = await start({ sortsByModified: false })
  simulator.shop.catalogue.add({ name: 'Mug', sku: 'MUG', stock: 500 })
  for (let count = 0; count < 130; count += 1) simulator.shop.checkout([{ sku: 'MUG', quantity: 1 }])
  const { operations, calls } = connect(simulator)
  const ids = new Set<string>()
  let cursor: string | undefined
  do {
    const page = await operations.orders({ since: new Date(Date.now() - 60_000), cursor })
    for (const order of page.rows) ids.add(order.externalId)
    cursor = page.next
  } while (cursor !== undefined)
  expect(ids.size).toBe(130)
  // Refused once, then remembered.
  expect(calls.filter((call) => 'status' in call.outcome && call.outcome.status === 400)).toHaveLength(1)
})

test('the trash is read too, after all others', async () => {
  const simulator = await start()
  simulator.shop.catalogue.add({ name: 'Mug', sku: 'MUG', stock: 9 })
  const placed = simulator.shop.checkout([{ sku: 'MUG', quantity: 1 }])
  if (placed.kind !== 'placed') throw new Error('refused')
  placed.order.status = 'trash'
  const { operations } = connect(simulator)
  const query = { since: new Date(Date.now() - 60_000) }
  const first = await operations.orders({ ...query, cursor: undefined })
  const second = await operations.orders({ ...query, cursor: first.next })
  expect(first.rows).toEqual([])
  expect(second.rows).toMatchObject([{ state: 'cancelled' }])
  expect(second.next).toBeUndefined()
})

test('a plugin’s status is parked until a person says what it means', async () => {
  const simulator = await start({ extraStatuses: ['partially-shipped'] })
  simulator.shop.catalogue.add({ name: 'Mug', sku: 'MUG', stock: 9 })
  const placed = simulator.shop.checkout([{ sku: 'MUG', quantity: 2 }])
  if (placed.kind !== 'placed') throw new Error('refused')
  simulator.shop.setStatus(placed.order, 'partially-shipped')
  const id = String(placed.order.id)
  await expect(connect(simulator).operations.order(id)).rejects.toThrow('partially-shipped')
  const told = connect(simulator, { settings: { orderStatuses: 'wc-partially-shipped=open' } })
  expect(await told.operations.order(id)).toMatchObject({ state: 'open' })
})

test('a completed order that is cancelled has left and come back, as the shop counts it', async () => {
  const simulator = await start()
  const mug = simulator.shop.catalogue.add({ name: 'Mug', sku: 'MUG', stock: 9 })
  const placed = simulator.shop.checkout([{ sku: 'MUG', quantity: 2 }])
  if (placed.kind !== 'placed') throw new Error('refused')
  simulator.shop.setStatus(placed.order, 'completed')
  expect(mug.stock).toBe(7)
  simulator.shop.setStatus(placed.order, 'cancelled')
  expect(mug.stock).toBe(9)
  const order = await connect(simulator).operations.order(String(placed.order.id))
  expect(order).toMatchObject({ state: 'cancelled', lines: [{ shipped: 2, returned: 2 }] })
})

test.each([
  ['fulfilment', { fulfillments: true }],
  ['tracking', { shipmentTracking: true }],
  ['tracking', { advancedTracking: true }],
  ['note', {}],
] as const)('shipping in two parcels as a %s, each told twice', async (kind, options) => {
  const simulator = await start(options)
  simulator.shop.catalogue.add({ name: 'Mug', sku: 'MUG', stock: 9 })
  const placed = simulator.shop.checkout([{ sku: 'MUG', quantity: 3 }])
  if (placed.kind !== 'placed') throw new Error('refused')
  const { order } = placed
  const { operations } = connect(simulator)
  const parcel = (number: number, quantity: number) => ({
    shipmentId: `s${number}`,
    orderExternalId: String(order.id),
    lines: [{ lineExternalId: String(order.lines[0]?.id), quantity }],
    tracking: { carrier: 'DHL', number: `T${number}`, url: `https://track.example/T${number}` },
    notifyCustomer: true,
  })
  const first = await operations.ship(parcel(1, 1))
  expect(await operations.ship(parcel(1, 1))).toEqual(first)
  expect(await operations.order(String(order.id))).toMatchObject({ state: 'open', lines: [{ shipped: 1 }] })

  // The record is lost between the parcel and the order: the parcel is found again.
  order.meta.length = 0
  expect(await operations.ship(parcel(1, 1))).toEqual(first)
  await operations.ship(parcel(2, 2))
  expect(await operations.order(String(order.id))).toMatchObject({ state: 'closed', lines: [{ shipped: 3 }] })
  const told = { fulfilment: order.fulfillments, tracking: order.trackings, note: order.notes }
  expect(told[kind]).toHaveLength(2)
  expect(Object.values(told).flat()).toHaveLength(2)
})

test('orders that are kept as posts are worth a word', async () => {
  const simulator = await start({ hpos: false })
  expect((await connect(simulator).operations.check()).warnings.join()).toContain('legacy order storage')
})

test('a parcel that a person told the shop of as a fulfilment has left', async () => {
  const simulator = await start({ fulfillments: true })
  simulator.shop.catalogue.add({ name: 'Mug', sku: 'MUG', stock: 9 })
  const placed = simulator.shop.checkout([{ sku: 'MUG', quantity: 3 }])
  if (placed.kind !== 'placed') throw new Error('refused')
  const { order } = placed
  order.meta.push({ id: 1, key: '_fulfillment_status', value: 'partially_fulfilled' })
  order.fulfillments.push({
    id: 900,
    status: 'fulfilled',
    isFulfilled: true,
    meta: [{ id: 2, key: '_items', value: [{ item_id: order.lines[0]?.id, qty: 2 }] }],
  })
  const { operations } = connect(simulator)
  expect(await operations.order(String(order.id))).toMatchObject({ state: 'open', lines: [{ shipped: 2 }] })
  const { rows } = await operations.orders({ since: new Date(Date.now() - 60_000), cursor: undefined })
  expect(rows).toMatchObject([{ lines: [{ shipped: 2 }] }])
  // Fulfilments are switched off again: what they said is no longer to be had.
  simulator.site.fulfillments = false
  expect(await operations.order(String(order.id))).toMatchObject({ lines: [{ shipped: 0 }] })
})
