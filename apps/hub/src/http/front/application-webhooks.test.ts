// A platform that calls one address for all shops of an application: the hub finds whose the message is.
import { createHmac, randomUUID } from 'node:crypto'
import { loadSimulator, type StartedSimulator } from '@plimsoll/connectors'
import { applicationKeyOf } from '@plimsoll/sync'
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type ServedHub, serveHub } from '../../testing/served-hub.ts'

/** Its simulator also says how an application connects, whose tokens end. */
type ShopifyShop = StartedSimulator & { clientCredentials: unknown }

const APP = { clientId: 'one-application', clientSecret: 'its-secret' }

let served: ServedHub
let address: string
const shops: ShopifyShop[] = []
let [first, second, third] = ['', '', '']
let calls = 0

beforeAll(async () => {
  served = await serveHub('api,worker')
  const [harbour, quay] = [await startShop('harbour.myshopify.com'), await startShop('quay.myshopify.com')]
  first = served.hub.context.organizationId
  second = await addOrganization('Quay')
  third = await addOrganization('Both')
  await connect(first, harbour)
  await connect(second, quay)
  await connect(third, harbour)
  const { settings, clientCredentials: credentials } = harbour
  const connector = served.hub.context.connectors.get('shopify')
  if (connector === undefined) throw new Error('there is no Shopify')
  address = `/webhooks/applications/shopify/${applicationKeyOf({ connector, settings, credentials })}`
})
afterAll(async () => {
  await Promise.all(shops.map((shop) => shop.close()))
  await served.close()
})
beforeEach(async () => void (await sql`delete from inbox`.execute(served.database.kysely)))

async function startShop(domain: string): Promise<ShopifyShop> {
  const start = await loadSimulator('shopify')
  if (start === undefined) throw new Error('there is no simulator of Shopify')
  const shop = (await start({ domain, app: APP })) as ShopifyShop
  shops.push(shop)
  return shop
}

async function addOrganization(name: string): Promise<string> {
  const organizationId = randomUUID()
  await sql`insert into organization (organization_id, name, created_at) values (${organizationId}, ${name}, now())`.execute(
    served.database.kysely,
  )
  return organizationId
}

async function connect(organizationId: string, { settings, clientCredentials }: ShopifyShop) {
  const ask = (path: string, body: unknown) =>
    served.ask('POST', `/api/v1/${path}`, body, { 'plimsoll-organization': organizationId })
  await ask('locations', { code: 'MAIN', name: 'Main', kind: 'warehouse' })
  const credentials = clientCredentials
  const shop = { connector: 'shopify', name: 'Shop', location: 'MAIN', settings, credentials }
  const made = await ask('connections', shop)
  expect(made.status, made.text).toBe(201)
}

function call(domain: string, secret = APP.clientSecret) {
  calls += 1
  const body = JSON.stringify({
    inventory_item_id: 1,
    location_id: 2,
    available: calls,
    updated_at: '2026-11-27T00:00:00Z',
  })
  return served.ask('POST', address, body, {
    'x-shopify-topic': 'inventory_levels/update',
    'x-shopify-shop-domain': domain,
    'x-shopify-hmac-sha256': createHmac('sha256', secret).update(body).digest('base64'),
  })
}

async function takenBy(): Promise<string[]> {
  const found = await sql<{ organizationId: string }>`
    select organization_id from inbox order by organization_id`.execute(served.database.kysely)
  return found.rows.map(({ organizationId }) => organizationId)
}

async function holdsAtAnyTime(check: () => Promise<void>) {
  // Nobody has worked the connections yet: what application they are of is not on record.
  await sql`update connection set application_key = null`.execute(served.database.kysely)
  await check()
  await sql`delete from inbox`.execute(served.database.kysely)
  const key = address.split('/').at(-1)
  await sql`update connection set application_key = ${key}`.execute(served.database.kysely)
  await check()
}

test('I9: what one address is told comes to the organization whose shop it is, and to no other', async () => {
  await holdsAtAnyTime(async () => {
    expect((await call('quay.myshopify.com')).status).toBe(200)
    expect(await takenBy()).toEqual([second])
  })
})

test('a shop that two organizations have connected is heard by both', async () => {
  await holdsAtAnyTime(async () => {
    expect((await call('harbour.myshopify.com')).status).toBe(200)
    expect(await takenBy()).toEqual([first, third].sort())
  })
})

test('what is about nobody here, or is not signed, is stored for nobody', async () => {
  await holdsAtAnyTime(async () => {
    expect((await call('elsewhere.myshopify.com')).status).toBe(200)
    expect((await call('quay.myshopify.com', 'guessed')).body).toMatchObject({ code: 'bad-signature' })
    expect(await takenBy()).toEqual([])
  })
})

test('the worker of a connection puts on record of which application it is', async () => {
  const { kysely } = served.database
  await sql`update connection set application_key = null, state = 'shadow'`.execute(kysely)
  await expect
    .poll(
      async () =>
        (await sql`select from connection where application_key is null`.execute(kysely)).rows.length,
      {
        timeout: 20_000,
      },
    )
    .toBe(0)
  const { rows } = await sql<{
    applicationKey: string
  }>`select distinct application_key from connection`.execute(kysely)
  expect(rows).toEqual([{ applicationKey: address.split('/').at(-1) }])
})
