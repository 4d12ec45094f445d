import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ServedHub, serveHub } from '../testing/served-hub.ts'

let served: ServedHub
beforeAll(async () => {
  served = await serveHub()
  await served.stock('MUG', 100)
})
afterAll(() => served.close())

const mug = (quantity: unknown, rest: object = {}) => ({ sku: 'MUG', location: 'MAIN', quantity, ...rest })
const change = (kind: string, body: unknown, key: string = randomUUID()) =>
  served.ask('POST', `/api/v1/stock/${kind}`, body, { 'idempotency-key': key })

async function figures() {
  const { body } = await served.ask('GET', '/api/v1/items/MUG')
  const { onHand, reserved, held, available } = body
  return { onHand, reserved, held, available }
}
async function countMovements(): Promise<number> {
  const found = await sql<{ rows: number }>`select count(*) as rows from movement`.execute(
    served.database.kysely,
  )
  return found.rows[0]?.rows ?? 0
}

test('each command changes what it says, and answers what it did', async () => {
  expect((await change('count', mug(50))).status).toBe(201)
  expect((await change('receive', mug(10, { reason: 'delivery' }))).status).toBe(201)
  expect((await change('adjust', mug(-5))).status).toBe(201)
  expect((await change('hold', mug(6))).status).toBe(201)
  expect((await change('unhold', mug(2))).status).toBe(201)
  expect(await figures()).toEqual({ onHand: 55, reserved: 0, held: 4, available: 51 })

  const reserved = await change('reserve', mug(20))
  expect(reserved.status).toBe(201)
  const { reservationId } = reserved.body
  expect(await figures()).toMatchObject({ reserved: 20, available: 31 })
  expect((await change('release', { reservationId, quantity: 15 })).status).toBe(201)
  expect(await figures()).toMatchObject({ reserved: 5, available: 46 })
  expect(await change('release', { reservationId, quantity: 6 })).toMatchObject({
    status: 409,
    body: { code: 'insufficient-open' },
  })
  expect((await change('release', { reservationId, quantity: 5 })).status).toBe(201)
})

test('a quantity may be of a unit of the item', async () => {
  const units = [{ code: 'case', factor: 12 }]
  await served.ask('PUT', '/api/v1/items/TEA', { name: 'Tea', units })
  const tea = (quantity?: number) => ({ sku: 'TEA', location: 'MAIN', quantity, unit: 'case' })
  expect(await change('receive', tea(1.5))).toMatchObject({
    status: 201,
    body: { onHand: 18, baseUnits: 18 },
  })
  expect(await change('receive', tea(0.3))).toMatchObject({
    status: 422,
    body: { code: 'conversion-remainder' },
  })
  expect(await change('receive', { ...tea(), serials: ['S1'] })).toMatchObject({
    status: 422,
    body: { code: 'invalid-request', field: 'quantity' },
  })
  expect(await change('receive', { ...tea(1), unit: 'pallet' })).toMatchObject({
    body: { code: 'unknown-unit' },
  })
  const commands = [{ kind: 'reserve', key: randomUUID(), ...tea(1) }]
  expect((await served.ask('POST', '/api/v1/stock/commands', { commands })).body).toMatchObject({
    outcomes: [{ result: { baseUnits: 12 } }],
  })
})

test('what units cost is received with them', async () => {
  const receive = (unitCost: unknown) => change('receive', mug(1, { unitCost }))
  expect(await receive(125_000)).toMatchObject({
    status: 409,
    body: { code: 'currency-not-set', field: 'unitCost' },
  })
  expect(await receive(0.5)).toMatchObject({ status: 422, body: { code: 'invalid-request' } })
})

test('I3: a command sent many times under one key is applied once, and answers the same each time', async () => {
  const before = await countMovements()
  const { onHand } = await figures()
  const key = randomUUID()
  const answers = await Promise.all(Array.from({ length: 8 }, () => change('receive', mug(3), key)))
  expect(answers.map(({ status }) => status).sort()).toEqual([...Array(7).fill(200), 201])
  for (const { body } of answers) expect(body).toEqual(answers[0]?.body)
  expect(await countMovements()).toBe(before + 1)
  expect((await figures()).onHand).toBe(Number(onHand) + 3)
})

test('a key used for another command is refused, and the first one stands', async () => {
  const key = randomUUID()
  expect((await change('receive', mug(3), key)).status).toBe(201)
  const before = await figures()
  expect(await change('receive', mug(4), key)).toMatchObject({
    status: 409,
    type: 'application/problem+json',
    // As the client gave it, not as it is stored.
    body: { code: 'key-reused', detail: expect.stringContaining(`"${key}"`) },
  })
  expect(await figures()).toEqual(before)
})

const absent = randomUUID()
const bad: [
  what: string,
  kind: string,
  body: unknown,
  answer: { status: number; code: string; field?: string },
][] = [
  [
    'a negative receipt',
    'receive',
    mug(-1),
    { status: 422, code: 'quantity-not-positive', field: 'quantity' },
  ],
  [
    'a receipt of nothing',
    'receive',
    mug(0),
    { status: 422, code: 'quantity-not-positive', field: 'quantity' },
  ],
  ['half a unit', 'receive', mug(1.5), { status: 422, code: 'quantity-not-whole', field: 'quantity' }],
  [
    'more than can be counted',
    'receive',
    mug(2 ** 53),
    { status: 422, code: 'quantity-out-of-range', field: 'quantity' },
  ],
  [
    'a sum beyond what can be counted',
    'receive',
    mug(Number.MAX_SAFE_INTEGER),
    { status: 422, code: 'quantity-out-of-range', field: 'quantity' },
  ],
  ['an adjustment of nothing', 'adjust', mug(0), { status: 422, code: 'quantity-zero', field: 'quantity' }],
  ['a negative count', 'count', mug(-3), { status: 422, code: 'quantity-negative', field: 'quantity' }],
  ['a quantity in words', 'receive', mug('ten'), { status: 422, code: 'invalid-request', field: 'quantity' }],
  [
    'no quantity: absent is not zero',
    'count',
    { sku: 'MUG', location: 'MAIN' },
    { status: 422, code: 'invalid-request', field: 'quantity' },
  ],
  ['a quantity of null', 'count', mug(null), { status: 422, code: 'invalid-request', field: 'quantity' }],
  [
    'an unknown SKU',
    'receive',
    { ...mug(1), sku: 'TEAPOT' },
    { status: 404, code: 'unknown-sku', field: 'sku' },
  ],
  [
    'an unknown location',
    'receive',
    { ...mug(1), location: 'MOON' },
    { status: 404, code: 'unknown-location', field: 'location' },
  ],
  [
    'no SKU',
    'receive',
    { location: 'MAIN', quantity: 1 },
    { status: 422, code: 'invalid-request', field: 'sku' },
  ],
  [
    'an SKU that no database can hold',
    'receive',
    { ...mug(1), sku: 'M\u0000G' },
    { status: 422, code: 'invalid-request' },
  ],
  [
    'a moment that is none',
    'receive',
    mug(1, { effectiveAt: 'yesterday' }),
    { status: 422, code: 'invalid-request', field: 'effectiveAt' },
  ],
  [
    'more than is available',
    'reserve',
    mug(100_000),
    { status: 409, code: 'insufficient-stock', field: 'quantity' },
  ],
  [
    'more than is held',
    'unhold',
    mug(100_000),
    { status: 409, code: 'insufficient-held', field: 'quantity' },
  ],
  [
    'an unknown reservation',
    'release',
    { reservationId: absent, quantity: 1 },
    { status: 404, code: 'unknown-reservation', field: 'reservationId' },
  ],
  [
    'a reservation that is no id',
    'release',
    { reservationId: '7', quantity: 1 },
    { status: 422, code: 'invalid-request', field: 'reservationId' },
  ],
  ['a list in place of an object', 'receive', [], { status: 422, code: 'invalid-request' }],
  ['a body that is no JSON', 'receive', '{"sku":', { status: 400, code: 'malformed-body' }],
  [
    'a body that would poison objects',
    'receive',
    '{"__proto__":{"sku":"MUG"}}',
    { status: 400, code: 'malformed-body' },
  ],
  ['an empty body', 'receive', '', { status: 400, code: 'malformed-body' }],
]

test.each(bad)(
  '%s is refused with its code, field and cure, and nothing moves',
  async (_what, kind, body, answer) => {
    const before = await countMovements()
    const given = await change(kind, body)
    const { status, ...said } = answer
    expect(given).toMatchObject({ status, type: 'application/problem+json', body: { status, ...said } })
    // What went wrong and the cure: at least two sentences.
    expect(String(given.body.detail).split('. ').length).toBeGreaterThanOrEqual(2)
    expect(await countMovements()).toBe(before)
  },
)

test.each([
  ['no key', {}],
  ['an empty key', { 'idempotency-key': '' }],
  ['a key that is too long', { 'idempotency-key': 'k'.repeat(201) }],
])('a command with %s is refused before anything is read', async (_what, headers) => {
  const before = await countMovements()
  expect(await served.ask('POST', '/api/v1/stock/receive', mug(1), headers)).toMatchObject({
    status: 400,
    type: 'application/problem+json',
    body: { code: 'idempotency-key-missing', field: 'Idempotency-Key' },
  })
  expect(await countMovements()).toBe(before)
})

test('the locations are listed by the codes that commands take', async () => {
  const { body } = await served.ask('GET', '/api/v1/locations')
  expect(body.rows).toMatchObject([{ code: 'MAIN', name: 'Main warehouse', kind: 'warehouse' }])
})
