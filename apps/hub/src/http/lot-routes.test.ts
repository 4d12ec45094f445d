// Lots and serial numbers over HTTP, from receipt to recall: on the good path, and each bad input with its field and cure.
import { randomUUID } from 'node:crypto'
import { stockErrors } from '@plimsoll/stock'
import { sql } from 'kysely'
import { v7 as uuidv7 } from 'uuid'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Answer, type ServedHub, serveHub } from '../testing/served-hub.ts'
import { insertTrackedRows } from '../testing/tracked-rows.ts'

let served: ServedHub
beforeAll(async () => {
  served = await serveHub()
  for (const [sku, tracking] of [
    ['MILK', 'lot'],
    ['CAM', 'serial'],
    ['MUG', 'plain'],
  ]) {
    expect((await ask('PUT', `/items/${sku}`, { name: sku, tracking })).status).toBe(201)
  }
})
afterAll(() => served.close())

const ask = (method: 'GET' | 'POST' | 'PUT' | 'PATCH', path: string, body?: object) =>
  served.ask(method, `/api/v1${path}`, body)
const give = (kind: string, body: object) =>
  served.ask('POST', `/api/v1/stock/${kind}`, body, { 'idempotency-key': randomUUID() })
const at = { location: 'MAIN' }

async function done(answer: Promise<Answer>): Promise<Record<string, unknown>> {
  const { status, body, text } = await answer
  expect(status, text).toBeLessThan(300)
  return body
}

/** Status, code and field, and that the cure of the catalogue is said. */
async function refusal(answer: Promise<Answer>): Promise<string> {
  const { status, body } = await answer
  const { code, field, detail } = body as { code: string; field?: string; detail: string }
  const known = Object.entries(stockErrors).find(([each]) => each === code)
  if (known !== undefined) expect(detail).toContain(known[1].cure)
  return [status, code, field].filter((part) => part !== undefined).join(' ')
}

const reserve = async (sku: string, quantity: number) =>
  String((await done(give('reserve', { ...at, sku, quantity }))).reservationId)

test('lots: made before they come, received, allocated, shipped, corrected, recalled and traced', async () => {
  const made = await ask('POST', '/items/MILK/lots', {
    lot: 'L1',
    expiresOn: '2031-01-31',
    reason: 'ordered',
  })
  expect(made).toMatchObject({ status: 201, body: { lot: 'L1', status: 'released', onHand: 0 } })
  expect((await ask('POST', '/items/MILK/lots', { lot: 'L1', expiresOn: '2031-01-31' })).status).toBe(200)
  await done(give('receive', { ...at, sku: 'MILK', quantity: 4, lot: 'L1' }))
  await done(give('receive', { ...at, sku: 'MILK', quantity: 6, lot: 'L2', expiresOn: '2030-06-30' }))
  expect(await done(ask('GET', '/items/MILK/lots'))).toMatchObject({
    rows: [
      { lot: 'L2', onHand: 6 },
      { lot: 'L1', onHand: 4 },
    ],
  })

  const id = await reserve('MILK', 7)
  expect(await done(give('allocate', { reservationId: id, quantity: 7 }))).toMatchObject({
    lots: [
      { lot: 'L2', quantity: 6 },
      { lot: 'L1', quantity: 1 },
    ],
  })
  const lots = [{ lot: 'L2', quantity: 2 }]
  expect(await done(give('ship', { reservationId: id, quantity: 2, lots }))).toMatchObject({
    lots: [{ lot: 'L2', quantity: 2 }],
    reservation: { shipped: 2, open: 5 },
  })
  await done(give('return', { reservationId: id, quantity: 1, lot: 'L2', condition: 'damaged' }))

  const corrected = await done(
    ask('PATCH', '/items/MILK/lots/L2', { expiresOn: null, supplierLot: 'S-9', reason: 'misread' }),
  )
  expect(corrected).toMatchObject({
    expiresOn: null,
    supplierLot: 'S-9',
    corrections: [
      { what: 'expiresOn', before: '2030-06-30', after: null, reason: 'misread', actor: 'api' },
      { what: 'supplierLot', before: null, after: 'S-9' },
    ],
  })
  await done(ask('POST', '/items/MILK/lots/L2/status', { status: 'recalled', reason: 'glass in it' }))
  const traced = await done(ask('GET', '/items/MILK/lots/L2/trace?limit=2'))
  expect(traced).toMatchObject({
    lot: {
      status: 'recalled',
      balances: [{ locationCode: 'MAIN', onHand: 5, held: 1, isUsable: false }],
      changes: [{ after: 'released' }, { before: 'released', after: 'recalled', reason: 'glass in it' }],
    },
    owners: [{ kind: 'reservation', reservationId: id, shipped: 2, returned: 1, allocated: 4 }],
    ownersTotal: 1,
  })
  expect(traced.movements).toHaveLength(2)
  const seen = new Set((traced.movements as { movementId: string }[]).map((each) => each.movementId))
  for (let cursor = traced.next; cursor !== null; ) {
    const page = await done(ask('GET', `/items/MILK/lots/L2/trace?limit=2&cursor=${String(cursor)}`))
    for (const { movementId } of page.movements as { movementId: string }[]) {
      expect(seen).not.toContain(movementId)
      seen.add(movementId)
    }
    cursor = page.next
  }
  const [counted] = (
    await sql<{ movements: number }>`
      select count(*)::int as movements from movement join lot using (organization_id, lot_id)
      where lot.code = 'L2'`.execute(served.database.kysely)
  ).rows
  expect(seen.size).toBe(counted?.movements)

  // What was allocated of it is allocated anew, from what may leave.
  expect(
    await refusal(give('ship', { reservationId: id, quantity: 1, lots: [{ lot: 'L2', quantity: 1 }] })),
  ).toBe('409 lot-recalled lots')
  expect(await done(give('ship', { reservationId: id, quantity: 1 }))).toMatchObject({
    lots: [{ lot: 'L1', quantity: 1 }],
  })
})

test('serials: received, shipped and returned by name; one life each', async () => {
  await done(give('receive', { ...at, sku: 'CAM', serials: ['C1', 'C2', 'C3'] }))
  const id = await reserve('CAM', 2)
  await done(give('ship', { reservationId: id, serials: ['C1', 'C2'] }))
  await done(give('return', { reservationId: id, serials: ['C2'], condition: 'inspection' }))
  expect(await done(ask('GET', '/serials/C2'))).toMatchObject({
    rows: [
      {
        sku: 'CAM',
        state: 'held',
        locationCode: 'MAIN',
        events: [{ kind: 'received' }, { kind: 'shipped', reservationId: id }, { kind: 'returned' }],
      },
    ],
  })
  const open = await reserve('CAM', 1)
  const ship = (...serials: string[]) => refusal(give('ship', { reservationId: open, quantity: 1, serials }))
  expect(await ship('C1')).toBe('409 serial-shipped serials')
  expect(await ship('C9')).toBe('409 serial-not-in-stock serials')
  expect(await ship('C3', 'C3')).toBe('422 serial-duplicate serials')
  expect(await ship('C3', 'C2')).toBe('422 serial-count-mismatch serials')
  expect(await refusal(give('ship', { reservationId: open, quantity: 1 }))).toBe('422 serial-missing serials')
  expect(await refusal(give('receive', { ...at, sku: 'CAM', serials: ['C3'] }))).toBe(
    '409 serial-exists serials',
  )
  expect(await refusal(give('receive', { ...at, sku: 'CAM', serials: [' C4'] }))).toBe(
    '422 serial-invalid serials',
  )
  expect(await refusal(give('receive', { ...at, sku: 'MUG', serials: ['M1'] }))).toBe(
    '422 serial-not-tracked serials',
  )
  expect(await refusal(give('return', { reservationId: id, serials: ['C2'] }))).toBe(
    '409 serial-not-shipped serials',
  )
})

type Ask = Parameters<typeof ask>
test.each<[string, Ask, string]>([
  ['lots of an unknown item', ['GET', '/items/TEA/lots'], '404 unknown-item sku'],
  ['an unknown lot', ['GET', '/items/MILK/lots/L7'], '404 unknown-lot lot'],
  ['the trace of an unknown lot', ['GET', '/items/MILK/lots/L7/trace'], '404 unknown-lot lot'],
  ['a trace from no cursor', ['GET', '/items/MILK/lots/L1/trace?cursor=7'], '422 invalid-request cursor'],
  ['a trace of no rows', ['GET', '/items/MILK/lots/L1/trace?limit=0'], '422 invalid-request limit'],
  ['a lot of an unknown item', ['POST', '/items/TEA/lots', { lot: 'X' }], '404 unknown-sku sku'],
  ['a lot of a plain item', ['POST', '/items/MUG/lots', { lot: 'X' }], '422 lot-not-tracked sku'],
  ['a lot without a code', ['POST', '/items/MILK/lots', {}], '422 invalid-request lot'],
  ['a lot of blanks', ['POST', '/items/MILK/lots', { lot: '  ' }], '422 lot-code-invalid lot'],
  [
    'no day',
    ['POST', '/items/MILK/lots', { lot: 'X', expiresOn: '31.1.2027' }],
    '422 lot-day-invalid expiresOn',
  ],
  [
    'made after its end',
    ['POST', '/items/MILK/lots', { lot: 'X', manufacturedOn: '2027-02-01', expiresOn: '2027-01-01' }],
    '422 lot-day-invalid expiresOn',
  ],
  [
    'another lot of the code',
    ['POST', '/items/MILK/lots', { lot: 'L1', expiresOn: '2032-01-01' }],
    '409 lot-differs expiresOn',
  ],
  [
    'a misspelt field',
    ['POST', '/items/MILK/lots', { lot: 'X', expires: '2027-01-01' }],
    '422 invalid-request',
  ],
  [
    'a status that is none',
    ['POST', '/items/MILK/lots/L1/status', { status: 'lost', reason: 'x' }],
    '422 invalid-request status',
  ],
  [
    'a status without a reason',
    ['POST', '/items/MILK/lots/L1/status', { status: 'recalled' }],
    '422 invalid-request reason',
  ],
  [
    'a status for blanks',
    ['POST', '/items/MILK/lots/L1/status', { status: 'recalled', reason: ' ' }],
    '422 reason-missing reason',
  ],
  [
    'the status of an unknown lot',
    ['POST', '/items/MILK/lots/L7/status', { status: 'recalled', reason: 'x' }],
    '404 unknown-lot lot',
  ],
  ['a correction of nothing', ['PATCH', '/items/MILK/lots/L1', { reason: 'x' }], '422 invalid-request'],
  [
    'a correction without a reason',
    ['PATCH', '/items/MILK/lots/L1', { expiresOn: null }],
    '422 invalid-request reason',
  ],
  [
    'a correction to no day',
    ['PATCH', '/items/MILK/lots/L1', { expiresOn: '2027-02-30', reason: 'x' }],
    '422 lot-day-invalid expiresOn',
  ],
  [
    'a correction of an unknown lot',
    ['PATCH', '/items/MILK/lots/L7', { expiresOn: null, reason: 'x' }],
    '404 unknown-lot lot',
  ],
  [
    'a correction of a plain item',
    ['PATCH', '/items/MUG/lots/L1', { expiresOn: null, reason: 'x' }],
    '422 lot-not-tracked sku',
  ],
  ['an unknown serial', ['GET', '/serials/C99'], '404 unknown-serial serial'],
])('%s is refused, with its field and cure', async (_, request, answer) => {
  expect(await refusal(ask(...request))).toBe(answer)
})

test.each<[string, object, string]>([
  ['more than is open', { quantity: 3 }, '409 insufficient-open quantity'],
  ['none', { quantity: 0 }, '422 quantity-not-positive quantity'],
  ['an unknown lot', { quantity: 1, lots: [{ lot: 'L7', quantity: 1 }] }, '404 unknown-lot lots'],
  [
    'lots that do not add up',
    { quantity: 2, lots: [{ lot: 'L1', quantity: 1 }] },
    '422 lot-quantity-mismatch lots',
  ],
  ['a shelf life that none has', { quantity: 1, minShelfLifeDays: 36_500 }, '409 insufficient-lots quantity'],
  ['no shelf life', { quantity: 1, minShelfLifeDays: -1 }, '422 shelf-life-invalid minShelfLifeDays'],
  ['force without a reason', { quantity: 1, force: true }, '422 reason-missing reason'],
  ['no lots', { quantity: 1, lots: [] }, '422 invalid-request lots'],
])('allocating %s is refused, with its field and cure', async (_, told, answer) => {
  await done(give('receive', { ...at, sku: 'MILK', quantity: 10, lot: 'L1' }))
  const id = await reserve('MILK', 2)
  try {
    expect(await refusal(give('allocate', { reservationId: id, ...told }))).toBe(answer)
  } finally {
    await done(give('release', { reservationId: id, quantity: 2 }))
  }
})

test('allocating what is not tracked by lot, or not reserved, is refused', async () => {
  await served.stock('MUG', 1)
  const id = await reserve('MUG', 1)
  expect(await refusal(give('allocate', { reservationId: id, quantity: 1 }))).toBe(
    '422 lot-not-tracked reservationId',
  )
  expect(await refusal(give('allocate', { reservationId: randomUUID(), quantity: 1 }))).toBe(
    '404 unknown-reservation reservationId',
  )
})

test('I9: lots, serials and reservations of another organization are not there', async () => {
  const organizationId = uuidv7()
  const db = served.database.kysely
  await sql`insert into organization (organization_id, name, created_at) values (${organizationId}, 'x', now())`.execute(
    db,
  )
  await sql`
    insert into item (organization_id, item_id, sku, name, tracking, created_at)
    values (${organizationId}, ${uuidv7()}, 'MILK', 'x', 'lot', now())`.execute(db)
  await sql`
    insert into location (organization_id, location_id, code, name, kind, created_at)
    values (${organizationId}, ${uuidv7()}, 'MAIN', 'x', 'warehouse', now())`.execute(db)
  await insertTrackedRows(db, organizationId, 'THEIRS')
  const owner = uuidv7()
  await sql`
    insert into reservation (organization_id, reservation_id, item_id, location_id, lot_id, kind, owner_kind, owner_id,
      units_each, reserved, released, shipped, returned, created_at, updated_at)
    select ${organizationId}, ${owner}, item_id, location_id, lot_id, 'strict', 'api', ${owner}, 1, 1, 0, 0, 0, now(), now()
    from lot join location using (organization_id) where organization_id = ${organizationId}`.execute(db)

  expect(await refusal(ask('GET', '/items/MILK/lots/THEIRS'))).toBe('404 unknown-lot lot')
  expect(await refusal(ask('GET', '/items/MILK/lots/THEIRS/trace'))).toBe('404 unknown-lot lot')
  expect(await refusal(ask('GET', '/serials/THEIRS'))).toBe('404 unknown-serial serial')
  const reason = 'x'
  expect(await refusal(ask('PATCH', '/items/MILK/lots/THEIRS', { expiresOn: null, reason }))).toBe(
    '404 unknown-lot lot',
  )
  expect(await refusal(ask('POST', '/items/MILK/lots/THEIRS/status', { status: 'recalled', reason }))).toBe(
    '404 unknown-lot lot',
  )
  for (const kind of ['allocate', 'ship', 'release', 'return']) {
    expect(await refusal(give(kind, { reservationId: owner, quantity: 1 }))).toBe(
      '404 unknown-reservation reservationId',
    )
  }
  expect(await refusal(ask('GET', `/reservations/${owner}`))).toBe('404 unknown-reservation id')
  const untouched = await sql`
    select from lot join lot_status_change using (organization_id, lot_id)
    where organization_id = ${organizationId} and status = 'released' and expires_on = '2030-01-01'`.execute(
    db,
  )
  expect(untouched.rows).toHaveLength(1)
})
