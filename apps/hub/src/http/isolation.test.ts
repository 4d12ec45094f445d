import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import type { StartedSimulator } from '@plimsoll/connectors'
import {
  ConnectionRegistry,
  changeConnection,
  changeKit,
  connect,
  importConnection,
  receiveWebhook,
  type SyncContext,
  SyncEngine,
} from '@plimsoll/sync'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { ensureLocation, importItems } from '../items-import.ts'
import { listRoutes } from '../testing/declared-routes.ts'
import { deleteBrokenOff } from '../testing/delete-broken-off.ts'
import { fillHistory, historyReads } from '../testing/history-rows.ts'
import { type AccountIds, accountReads, accountWrites, fillAccounts } from '../testing/other-accounts.ts'
import { catalogueReads, catalogueWrites, fillCatalogue } from '../testing/other-catalogue.ts'
import { grantReads, grantWrites } from '../testing/other-grants.ts'
import { importReads, importWithProblem, importWrites } from '../testing/other-import.ts'
import {
  fillIntake,
  type IntakeIds,
  intakeReads,
  intakeReadsOf,
  intakeWrites,
} from '../testing/other-intake.ts'
import { overviewReads } from '../testing/other-overview.ts'
import { policyReads, policyWrites } from '../testing/other-policies.ts'
import { digestsOf, findMade, gaugesOf, insertPassingRows, withoutNow } from '../testing/other-rows.ts'
import { insertSafetyRows, safetyReads, safetyWrites } from '../testing/other-safety.ts'
import { stockWrites } from '../testing/other-stock.ts'
import { viewWrites } from '../testing/other-views.ts'
import { fillPlaces, type PlaceIds, placeReads, placeWrites } from '../testing/places.ts'
import { type Answer, type ServedHub, type Shop, serveHub, startShop } from '../testing/served-hub.ts'
import { insertTrackedRows, trackedReads, trackedWrites } from '../testing/tracked-rows.ts'
import { expectWall } from '../testing/wall-rows.ts'
import { signedDelivery, wooOrder } from '../testing/woo-webhook.ts'
import type { Route } from './server.ts'

/**
 * A second brand on the same database, with rows in every table, which sells the same SKU and has the same
 * order numbers. The first brand's hub must neither show nor change any of it.
 */
const MARK = 'Zebra'
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })
let served: ServedHub
let shop: Shop
let otherShop: StartedSimulator
let before: Map<string, string>
let other: {
  context: SyncContext
  connectionId: string
  listingId: string
  inboxId: string
  reservationId: string
  importId: string
  lineId: string
  places: PlaceIds
  intake: IntakeIds
  accounts: AccountIds
}

beforeAll(async () => {
  served = await serveHub()
  await served.stock('MUG', 10)
  await served.ask('PUT', '/api/v1/valuation/currency', { currency: 'EUR' })
  shop = await served.openShop([{ sku: 'MUG', quantity: 4 }])
  before = await readEverything()
  otherShop = await startShop('woocommerce', [
    { sku: 'MUG', quantity: 3 },
    { sku: `${MARK}-1`, quantity: 3 },
    { sku: `${MARK}-unknown`, quantity: 3 },
  ])
  other = await fillSecondOrganization()
})
afterAll(async () => {
  await otherShop.close()
  await served.close()
})

async function routes(): Promise<Route[]> {
  // Routes of the hub itself, which are about no organization, have a test of their own (`accounts.test.ts`).
  return (await listRoutes(served)).filter(
    ({ path, spec }) =>
      /^\/(api|webhooks|metrics)/.test(path) && spec !== undefined && spec.tag !== 'Accounts',
  )
}

/** Every route that reads, as the first brand asks it. */
const reads: Record<string, string[]> = {
  '/metrics': ['/metrics'],
  ...overviewReads,
  ...grantReads,
  ...accountReads,
  '/api/v1/items': [
    '/api/v1/items?limit=500',
    `/api/v1/items?search=${MARK}`,
    '/api/v1/items?filter=oversold',
    '/api/v1/items?filter=drift',
  ],
  '/api/v1/item-names': ['/api/v1/item-names', `/api/v1/item-names?search=${MARK}`],
  '/api/v1/items/:sku': ['/api/v1/items/MUG', `/api/v1/items/${MARK}-1`],
  '/api/v1/items/:sku/movements': ['/api/v1/items/MUG/movements', `/api/v1/items/${MARK}-1/movements`],
  ...catalogueReads({ mark: MARK }),
  '/api/v1/items/:sku/kit': ['/api/v1/items/MUG/kit', `/api/v1/items/${MARK}-1/kit`],
  '/api/v1/items/:sku/used-in': ['/api/v1/items/MUG/used-in', `/api/v1/items/${MARK}-1/used-in`],
  ...historyReads({ mark: MARK }),
  ...trackedReads({ mark: MARK }),
  '/api/v1/locations/:code/balances': ['MAIN', MARK].map((code) => `/api/v1/locations/${code}/balances`),
  ...policyReads,
  ...safetyReads,
  ...importReads,
  ...intakeReads,
  '/api/v1/locations/:code': [`/api/v1/locations/${MARK}`],
  '/api/v1/locations/:code/bins': ['/api/v1/locations/MAIN/bins', `/api/v1/locations/${MARK}/bins`],
  ...placeReads,
  '/api/v1/reservations': ['/api/v1/reservations?sku=MUG', `/api/v1/reservations?sku=${MARK}-1`],
  // One of the second organization is asked for below, once it is there.
  '/api/v1/reservations/:id': ['/api/v1/reservations/00000000-0000-7000-8000-000000000000'],
}

async function readEverything(): Promise<Map<string, string>> {
  const answers = new Map<string, string>()
  for (const url of Object.values(reads).flat()) {
    const { text } = await served.ask('GET', url)
    answers.set(
      url,
      url === '/metrics' ? gaugesOf(text, served.hub.context.organizationId) : withoutNow(text),
    )
  }
  return answers
}
test('I9: every route that reads is asked here', async () => {
  const paths = (await routes()).filter(({ method }) => method === 'GET').map(({ path }) => path)
  expect([...paths].sort()).toEqual(Object.keys(reads).sort())
})

test('I9: the second organization has rows in every table that has organizations', async () => {
  const empty = (await digestsOf(served.database.kysely, other.context.organizationId))
    .filter(({ rows }) => rows === 0)
    .map(({ table }) => table)
  expect(empty).toEqual([])
})

test('I9: no answer to the first organization changes because there is a second', async () => {
  const after = await readEverything()
  for (const [url, text] of after) {
    expect(text, url).toBe(before.get(url))
    if (!url.includes(MARK)) expect(text, url).not.toContain(MARK)
  }
})

test('I9: what the first organization asks about rows of the second is not found, and changes none of them', async () => {
  const untouched = await digestsOf(served.database.kysely, other.context.organizationId)
  const { connectionId, listingId, inboxId, reservationId, importId, lineId } = other
  const key = () => ({ 'idempotency-key': randomUUID() })
  const ask = served.ask
  const refused: Record<string, () => Promise<Answer>> = {
    'POST /api/v1/connections/:id/import': () =>
      ask('POST', `/api/v1/connections/${connectionId}/import`, {}),
    'POST /api/v1/connections/:id/live': () =>
      ask('POST', `/api/v1/connections/${connectionId}/live`, { preview: randomUUID() }),
    'POST /api/v1/connections/:id/pause': () =>
      ask('POST', `/api/v1/connections/${connectionId}/pause`, { reason: 'x' }),
    'POST /api/v1/connections/:id/resume': () =>
      ask('POST', `/api/v1/connections/${connectionId}/resume`, {}),
    'PUT /api/v1/connections/:id/credentials': () =>
      ask('PUT', `/api/v1/connections/${connectionId}/credentials`, otherShop.credentials),
    'PATCH /api/v1/connections/:id/settings': () =>
      ask('PATCH', `/api/v1/connections/${connectionId}/settings`, { url: 'https://other.example' }),
    'POST /api/v1/connections': () =>
      ask('POST', '/api/v1/connections', {
        connector: 'woocommerce',
        name: 'Mine',
        location: MARK,
        settings: otherShop.settings,
        credentials: otherShop.credentials,
      }),
    'POST /api/v1/mappings': () => ask('POST', '/api/v1/mappings', { mappings: [{ listingId, sku: 'MUG' }] }),
    ...policyWrites(ask, served.database.kysely, other, MARK),
    'POST /api/v1/items': () =>
      ask('POST', '/api/v1/items', {
        name: 'x',
        items: [{ sku: 'NEW', name: 'New', location: MARK, quantity: 1 }],
      }),
    ...catalogueWrites(ask, { mark: MARK }),
    ...stockWrites(ask, { mark: MARK, reservationId }),
    // Of the first's own item from the second's, and the other way round.
    'PUT /api/v1/items/:sku/kit': () =>
      ask('PUT', '/api/v1/items/MUG/kit', {
        kind: 'virtual',
        components: [{ sku: `${MARK}-1`, quantity: 1 }],
      }),
    ...trackedWrites(ask, { mark: MARK, lineId }),
    'POST /webhooks/:connectionId': () => {
      const { webhookSecret = '' } = otherShop.credentials as Record<string, string>
      const { body, headers } = signedDelivery(
        webhookSecret,
        wooOrder({ id: 77, productId: 1, sku: 'MUG', quantity: 1 }),
      )
      // The hub itself leads it to whose it is; the first organization has no part in that.
      return served.askFirst('POST', `/webhooks/${connectionId}`, body, headers)
    },
    ...grantWrites(served, other),
    ...accountWrites(ask, other.accounts, MARK),
    'PUT /api/v1/valuation/currency': () => ask('PUT', '/api/v1/valuation/currency', { currency: 'none' }),
    ...safetyWrites(ask, other),
    ...importWrites(ask, importId),
    ...viewWrites(ask),
    ...intakeWrites(ask, other.intake),
    ...placeWrites({ ask, key, mark: MARK, ...other.places }),
    'PUT /api/v1/demo/faults': () => ask('PUT', '/api/v1/demo/faults', {}),
  }
  // These answer that nothing was replayed.
  const nothing: Record<string, () => Promise<Answer>> = {
    'POST /api/v1/parked/:id/replay': () => ask('POST', `/api/v1/parked/${inboxId}/replay`, {}),
    'POST /api/v1/parked/replay': () => ask('POST', '/api/v1/parked/replay', {}),
  }
  // These answer that each command was refused.
  const outcomes: Record<string, () => Promise<Answer>> = {
    'POST /api/v1/stock/commands': () =>
      ask('POST', '/api/v1/stock/commands', {
        commands: [
          { kind: 'receive', key: 'a', sku: `${MARK}-1`, location: 'MAIN', quantity: 1 },
          { kind: 'ship', key: 'b', reservationId, quantity: 1 },
        ],
      }),
  }
  const writing = (await routes())
    .filter(({ method }) => method !== 'GET')
    .map(({ method, path }) => `${method} ${path}`)
  expect([...writing].sort()).toEqual(
    [refused, nothing, outcomes].flatMap((each) => Object.keys(each)).sort(),
  )
  for (const [route, run] of Object.entries(refused)) {
    const { status, text } = await run()
    expect([404, 422], `${route}: ${text}`).toContain(status)
  }
  const reservation = await ask('GET', `/api/v1/reservations/${reservationId}`)
  expect(reservation).toMatchObject({ status: 404, body: { code: 'unknown-reservation' } })
  for (const url of intakeReadsOf(other.intake)) expect((await ask('GET', url)).status, url).toBe(404)
  for (const [route, run] of Object.entries(nothing))
    expect((await run()).body, route).toMatchObject({ replayed: 0 })
  for (const [route, run] of Object.entries(outcomes)) {
    expect((await run()).body, route).toMatchObject({ outcomes: [{ kind: 'refused' }, { kind: 'refused' }] })
  }
  expect(await digestsOf(served.database.kysely, other.context.organizationId)).toEqual(untouched)
})

test('I9: what the first organization does with the SKU, the order number and the import that both have changes none of the second’s rows', async () => {
  const untouched = await digestsOf(served.database.kysely, other.context.organizationId)
  const sameKey = { 'idempotency-key': 'both' }
  const body = { sku: 'MUG', location: 'MAIN', quantity: 2 }
  expect((await served.ask('POST', '/api/v1/stock/receive', body, sameKey)).status).toBe(201)
  const items = [{ sku: 'MUG', name: 'Renamed', location: 'MAIN', quantity: 1 }]
  expect(await served.ask('POST', '/api/v1/items', { name: 'both', items })).toMatchObject({
    body: { received: 1 },
  })
  const { webhookSecret = '' } = shop.simulator.credentials as Record<string, string>
  const order = signedDelivery(webhookSecret, wooOrder({ id: 1, productId: 1, sku: 'MUG', quantity: 1 }))
  expect((await served.ask('POST', `/webhooks/${shop.connectionId}`, order.body, order.headers)).status).toBe(
    200,
  )
  expect((await served.ask('PUT', '/api/v1/valuation/currency', { currency: 'CNY' })).status).toBe(200)
  expect(await served.goLive(shop.connectionId)).toBe(200)
  expect(await digestsOf(served.database.kysely, other.context.organizationId)).toEqual(untouched)
})

test('I9: an import of the second organization is not found, and neither are its problems, its mappings and its rows', async () => {
  for (const path of ['', '/problems', '/mappings', '/problem-rows/csv', '/problem-rows/xlsx']) {
    const answer = await served.ask('GET', `/api/v1/imports/${other.importId}${path}`)
    expect(answer, path).toMatchObject({ status: 404, body: { code: 'unknown-import' } })
  }
})

test('I9: the live stream of the first organization tells nothing of the second', async () => {
  const request = get(`${served.url}/api/v1/stream`)
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  response.setEncoding('utf8')
  // The second's change is notified first, so it would be in the stream before the first's.
  await importItems(other.context, {
    name: randomUUID(),
    items: [{ sku: `${MARK}-1`, name: MARK, location: MARK, quantity: 5 }],
  })
  await served.ask(
    'POST',
    '/api/v1/stock/receive',
    { sku: 'MUG', location: 'MAIN', quantity: 1 },
    { 'idempotency-key': randomUUID() },
  )
  let text = ''
  for await (const chunk of response) {
    text += chunk
    if (text.includes('event: activity')) break
  }
  expect(text).toContain('MUG')
  expect(text).not.toContain(MARK)
})

test('I9: PostgreSQL gives no row of the second to the first’s sessions, whatever they ask', () =>
  expectWall(served, other.context.organizationId))

test('I9: deleted, the second organization leaves no row in any table, wherever the work was broken off, and none of the first’s changes', () =>
  deleteBrokenOff(served, other.context.organizationId))

async function fillSecondOrganization() {
  const [organizationId, { kysely }] = [randomUUID(), served.database]
  const database = served.hub.everyone.forOrganization(organizationId)
  const context: SyncContext = { ...served.hub.context, database, organizationId, publicUrl: undefined }
  await sql`insert into organization values (${organizationId}, ${MARK}, now())`.execute(kysely)
  await ensureLocation(context, { code: MARK, name: MARK, kind: 'warehouse' })
  await importItems(context, {
    name: 'both',
    items: [
      { sku: 'MUG', name: MARK, location: MARK, quantity: 40 },
      { sku: `${MARK}-1`, name: MARK, location: MARK, quantity: 1 },
    ],
  })
  await fillCatalogue(context, { mark: MARK })
  for (const kind of ['assembled', 'virtual'] as const) {
    const sku = `${MARK}-${kind}`
    await importItems(context, { name: sku, items: [{ sku, name: MARK }] })
    const components = [{ sku: 'MUG', quantity: 2 }]
    const said = { sku, kind, components, actor: MARK, reason: MARK, expectedVersion: undefined }
    expect(await changeKit(context, said)).toMatchObject({ kind: 'defined' })
  }
  const { connectionId } = await connect(context, {
    connector: 'woocommerce',
    name: MARK,
    settings: otherShop.settings,
    credentials: otherShop.credentials,
    locationCode: MARK,
    ordersPollMs: 500,
  })
  const registry = new ConnectionRegistry(context)
  const open = await registry.find(connectionId)
  if (open === undefined) throw new Error('the connection was made')
  await importConnection(context, open)
  await changeConnection(context, connectionId, { kind: 'go-live' })

  const engine = new SyncEngine(context)
  await engine.start({ worker: true })
  const { webhookSecret = '' } = otherShop.credentials as Record<string, string>
  const rowOf = async (sku: string) => {
    const found = await sql<{ listingId: string; externalId: string }>`
      select listing_id, external_id from listing where organization_id = ${organizationId} and sku = ${sku}`.execute(
      kysely,
    )
    return found.rows[0] ?? { listingId: '', externalId: '' }
  }
  // One that is applied, one beyond what is there, one that cannot be applied.
  for (const [id, sku, quantity] of [
    [1, 'MUG', 2],
    [2, `${MARK}-1`, 9],
    [3, `${MARK}-unknown`, 1],
  ] as const) {
    const { externalId } = await rowOf(sku)
    const delivery = signedDelivery(
      webhookSecret,
      wooOrder({ id, productId: Number(externalId), sku, quantity }),
    )
    const url = `https://hub.example/webhooks/${connectionId}`
    await receiveWebhook(context, registry, connectionId, { method: 'POST', url, ...delivery })
  }
  for (;;) {
    const found = await sql<{ isDone: boolean }>`
      select exists (select from task where organization_id = ${organizationId})
        and exists (select from write where organization_id = ${organizationId} and state = 'applied')
        and exists (select from inbox where organization_id = ${organizationId} and state = 'parked') as is_done`.execute(
      kysely,
    )
    if (found.rows[0]?.isDone === true) break
  }
  await engine.stop()

  const made = await findMade(kysely, organizationId)
  await insertTrackedRows(kysely, organizationId, MARK)
  await insertPassingRows(kysely, organizationId, MARK)
  await insertSafetyRows(kysely, organizationId, MARK)
  await fillHistory(served.database.url, organizationId)
  return {
    context,
    accounts: await fillAccounts(context, MARK),
    places: await fillPlaces(context, MARK),
    connectionId,
    listingId: (await rowOf('MUG')).listingId,
    intake: await fillIntake(kysely, organizationId, {
      connectionId,
      listingId: (await rowOf('MUG')).listingId,
      mark: MARK,
    }),
    ...made,
    importId: await importWithProblem({ ...context, dataFolder: served.folder }, MARK),
  }
}
