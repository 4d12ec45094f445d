import { createHash } from 'node:crypto'
import { type Connector, systemClock } from '@plimsoll/connector-kit'
import { createTestDatabase, type TestDatabase } from '@plimsoll/database/testing'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sampleConnector } from '../../../connector-kit/src/conformance/sample/sample-connector.ts'
import {
  type SampleSimulator,
  startSampleSimulator,
} from '../../../connector-kit/src/conformance/sample/sample-simulator.ts'
import type { SyncContext } from '../context.ts'
import { receiveForApplication } from '../intake/intake.ts'
import { createWorld } from '../testing/world.ts'
import { addApplication, listApplications, removeApplication } from './applications.ts'
import { connect } from './connections.ts'
import { applicationKeyOf, ConnectionRegistry } from './registry.ts'

let database: TestDatabase
let shop: SampleSimulator
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 6 })
  shop = await startSampleSimulator()
})
afterAll(async () => {
  await shop.close()
  await database.drop()
})

async function open(): Promise<{ context: SyncContext; registry: ConnectionRegistry }> {
  const world = await createWorld(database, systemClock)
  const connectors = world.context.connectors as Map<string, Connector>
  connectors.set('sample', sampleConnector as unknown as Connector)
  const context = { ...world.context, publicUrl: 'https://hub.example' }
  return { context, registry: new ConnectionRegistry(context) }
}

const given = () => {
  const { appKey, webhookToken } = shop.given
  return { settings: { url: shop.url }, credentials: { appKey, webhookToken } }
}

function call(
  { context, registry }: { context: SyncContext; registry: ConnectionRegistry },
  key: string,
  request: { method: string; query?: string; headers?: Record<string, string> },
) {
  const { method, query = '', headers = {} } = request
  return receiveForApplication(
    context,
    registry,
    { connector: 'sample', key },
    {
      method,
      url: `https://hub.example/webhooks/applications/sample/${key}${query}`,
      headers,
      body: Buffer.from('{}'),
    },
  )
}

test('the platform asks whether the address is ours before anything is connected, and is answered', async () => {
  const hub = await open()
  const key = applicationKeyOf({ connector: sampleConnector as unknown as Connector, ...given() })
  const question = { method: 'GET', query: '?challenge=abc' }
  expect(await call(hub, key, question)).toEqual({ kind: 'unknown-connection' })

  const added = await addApplication(hub.context, 'sample', given())
  const address = `https://hub.example/webhooks/applications/sample/${key}`
  expect(added).toMatchObject({ applicationKey: key, url: address })
  expect(await listApplications(hub.context)).toEqual([added])
  const proof = createHash('sha256').update(`abc${shop.given.webhookToken}${address}`).digest('hex')
  expect(await call(hub, key, question)).toEqual({
    kind: 'challenge',
    contentType: 'application/json',
    body: JSON.stringify({ proof }),
  })
  // What is no question is nothing here, and what is not signed is refused.
  expect(await call(hub, key, { method: 'GET' })).toEqual({ kind: 'unknown-connection' })
  expect(await call(hub, key, { method: 'POST' })).toEqual({ kind: 'bad-signature' })
  const signed = { 'x-sample-signature': 'nobody.AAAA' }
  expect(await call(hub, key, { method: 'POST', headers: signed })).toEqual({ kind: 'bad-signature' })
  expect(await call(hub, 'another', question)).toEqual({ kind: 'unknown-connection' })

  // Its first account is connected: the address stays the same.
  await connect(hub.context, {
    connector: 'sample',
    name: 'Corner shop',
    settings: { url: shop.url },
    credentials: shop.given,
    locationCode: 'MAIN',
    ordersPollMs: undefined,
  })
  expect(await call(hub, key, question)).toMatchObject({ kind: 'challenge' })

  await removeApplication(hub.context, { connector: 'sample', key })
  expect(await listApplications(hub.context)).toEqual([])
  await expect(removeApplication(hub.context, { connector: 'sample', key })).rejects.toMatchObject({
    code: 'unknown-application',
  })
})

test('given again it replaces what was kept, and no secret is left lying', async () => {
  const { context } = await open()
  await addApplication(context, 'sample', given())
  const changed = { ...given(), credentials: { ...given().credentials, webhookToken: 'another' } }
  await addApplication(context, 'sample', changed)
  const found = await sql<{ secrets: number; sealed: Buffer }>`
    select count(*)::int as secrets, min(sealed) as sealed from secret
    where organization_id = ${context.organizationId}`.execute(database.kysely)
  expect(found.rows[0]?.secrets).toBe(1)
  expect(found.rows[0]?.sealed.includes(shop.given.appKey)).toBe(false)
})

test.each([
  ['a platform without addresses for applications', 'memory-other', { key: 'x' }, 'wrong-state'],
  ['no connector', 'nobody', { key: 'x' }, 'unknown-connector'],
  ['what is no credential of it', 'sample', { appKey: 'x', shoe: 'y' }, 'invalid-settings'],
  ['what does not say which application', 'sample', { webhookToken: 'x' }, 'invalid-settings'],
  ['nothing', 'sample', {}, 'invalid-settings'],
  ['no object', 'sample', 'x', 'invalid-settings'],
  ['no text', 'sample', { appKey: 7 }, 'invalid-settings'],
])('refused: %s', async (_, connector, credentials, code) => {
  const world = await createWorld(database, systemClock)
  await world.open('other', { mug: 1 })
  const connectors = world.context.connectors as Map<string, Connector>
  connectors.set('sample', sampleConnector as unknown as Connector)
  await expect(addApplication(world.context, connector, { credentials })).rejects.toMatchObject({ code })
})
