import { orderRouting, routingRulesAnswer, routingTrial } from '@plimsoll/client'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ServedHub, serveHub } from '../testing/served-hub.ts'

let served: ServedHub
beforeAll(async () => {
  served = await serveHub()
  await served.stock('MUG', 5)
  await served.openShop([{ sku: 'MUG', quantity: 0 }])
  await served.ask('POST', '/api/v1/locations', {
    code: 'EAST',
    name: 'East',
    kind: '3pl',
    routingPriority: 5,
  })
})
afterAll(() => served.close())

const path = '/api/v1/routing-rules'
const rules = [{ kind: 'split', parcelsMax: 1 }, { kind: 'location-priority' }]

test('rules are read, put in force with their version, and kept from those who have read older ones', async () => {
  const before = await served.ask('GET', path)
  expect(routingRulesAnswer.parse(before.body)).toMatchObject({ version: 0, actor: null })
  const put = (body: object, version: string) => served.ask('PUT', path, body, { 'if-match': version })
  expect(await put({ rules }, '"0"')).toMatchObject({
    status: 200,
    body: { version: 1, actor: 'api', rules },
  })
  expect(await put({ rules: [] }, '"0"')).toMatchObject({ status: 412, body: { code: 'version-changed' } })
  expect(
    await put({ rules: [{ kind: 'channel', connections: ['x'], locations: ['NOWHERE'] }] }, '*'),
  ).toMatchObject({
    status: 404,
    body: { code: 'unknown-location', field: 'rules.0.locations' },
  })
  const wrong = [
    [{ kind: 'closest' }],
    [{ kind: 'serves', countries: ['Germany'], locations: ['MAIN'] }],
    [{ kind: 'serves', countries: ['DE'] }],
    [{ kind: 'nearest' }, { kind: 'nearest' }],
  ]
  for (const each of wrong)
    expect(await put({ rules: each }, '*'), JSON.stringify(each)).toMatchObject({
      body: { code: 'invalid-request' },
    })
  expect((await served.ask('GET', path)).body).toMatchObject({ version: 1, rules })
})

test('an order says from where it would be sent and why; rules are tried on it without being put in force', async () => {
  const { kysely } = served.database
  const { organizationId } = served.hub.context
  const [orderId, lineId] = [served.hub.context.uuid(), served.hub.context.uuid()]
  await sql`
    insert into sales_order (organization_id, order_id, connection_id, external_id, number, state, placed_at, content_hash,
      test, seen_by, seen_at, applied_at, changed_at)
    select organization_id, ${orderId}, connection_id, 'x1', 'R-1', 'open', '2026-05-01', '', false, 'poll', '2026-05-01',
      '2026-05-01', '2026-05-01'
    from connection where organization_id = ${organizationId} limit 1`.execute(kysely)
  await sql`
    insert into order_line (organization_id, line_id, order_id, connection_id, external_id, item_id, sku, title,
      units_per_listing, ordered, current, reserved, released, shipped, returned, unsubtracted)
    select organization_id, ${lineId}, ${orderId}, item_id, '1', item_id, sku, '', 1, 2, 2, 0, 0, 0, 0, 0
    from item where organization_id = ${organizationId} and sku = 'MUG'`.execute(kysely)

  const told = await served.ask('GET', '/api/v1/orders/R-1/routing')
  expect(orderRouting.parse(told.body)).toMatchObject({
    orderId,
    rulesVersion: 1,
    parcels: [{ location: 'MAIN', lines: [{ lineId, sku: 'MUG', units: 2 }] }],
    waiting: [],
    why: {
      exact: true,
      destinationKnown: false,
      places: [
        { code: 'EAST', verdict: 'empty', kept: false },
        { code: 'MAIN', verdict: 'chosen' },
      ],
    },
  })
  expect(await served.ask('GET', '/api/v1/orders/R-2/routing')).toMatchObject({
    body: { code: 'unknown-order' },
  })
  const { name } = await nameOfConnection()
  const tried = await served.ask('POST', `${path}/try`, {
    rules: [{ kind: 'channel', connections: [name], notLocations: ['MAIN'] }],
  })
  expect(routingTrial.parse(tried.body)).toMatchObject({
    orders: 1,
    present: { parcels: 1, waitingUnits: 0 },
    tried: { parcels: 0, waitingUnits: 2, because: { 'excluded-by-rules': 2 } },
    changed: 1,
    differences: [{ number: 'R-1', present: ['MAIN'], tried: [] }],
  })
  expect((await served.ask('GET', path)).body).toMatchObject({ version: 1 })

  async function nameOfConnection(): Promise<{ name: string }> {
    const found = await sql<{ name: string }>`
      select name from connection where organization_id = ${organizationId}`.execute(kysely)
    return found.rows[0] ?? { name: '' }
  }
})
