// Settings are tried with the stored credentials, whose refresh token is good for once only: whatever becomes of the
// settings, the connection keeps a token that works. The platform is a server of real HTTP that refuses one used twice.
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getSecret } from '@plimsoll/accounts'
import {
  type Connector,
  type ConnectorContext,
  readJson,
  statusError,
  systemClock,
  Unauthorized,
} from '@plimsoll/connector-kit'
import { createTestDatabase, type TestDatabase } from '@plimsoll/database/testing'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { memoryConnector } from '../testing/memory-connector.ts'
import { MemoryPlatform } from '../testing/memory-platform.ts'
import { createWorld } from '../testing/world.ts'
import { changeSettings, changeSingleSettings, readSettings } from './connection-settings.ts'
import { connect } from './connections.ts'
import { openOperations } from './open-connector.ts'
import { ConnectionRegistry } from './registry.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

const settingsOf = z.object({ shop: z.string(), note: z.string().optional(), tokens: z.string().optional() })
const credentialsOf = z.object({ refreshToken: z.string() })
type Context = ConnectorContext<z.infer<typeof settingsOf>, z.infer<typeof credentialsOf>>

async function startPlatform() {
  let generation = 0
  /** Of each token that was asked for with, in order. */
  const spent: string[] = []
  let questions = 0
  const textOf = async (request: IncomingMessage) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    return Buffer.concat(chunks).toString('utf8')
  }
  const server = createServer(async (request, response) => {
    const body = await textOf(request)
    if (request.url === '/token') {
      spent.push(body)
      if (body !== `r-${generation}`) return void response.writeHead(400).end()
      generation += 1
      return void response.end(JSON.stringify({ token: `a-${generation}`, refreshToken: `r-${generation}` }))
    }
    questions += 1
    const isKnown = request.headers.authorization === `a-${generation}`
    response.writeHead(isKnown && request.url?.startsWith('/shop/') ? 200 : isKnown ? 404 : 401)
    response.end(JSON.stringify({ account: request.url?.slice('/shop/'.length) }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo // listening on TCP
  return {
    url: `http://127.0.0.1:${port}`,
    spent,
    questions: () => questions,
    close: () => new Promise<void>((resolve) => void server.close(() => resolve())),
  }
}

function connectorOf(url: string): Connector {
  const base = memoryConnector(new MemoryPlatform(systemClock), { id: 'rotating' })
  const connector = {
    ...base,
    manifest: { ...base.manifest, settings: settingsOf, credentials: credentialsOf },
    tokens: {
      access: {
        async obtain({ settings, credentials: { refreshToken }, http }: Context) {
          const address = `${url}/${settings.tokens ?? 'token'}`
          const response = await http.send({
            operation: 'token',
            method: 'POST',
            url: address,
            body: refreshToken,
          })
          if (response.status === 400) throw new Unauthorized('The refresh token was used before.')
          if (response.status !== 200) throw statusError(response, 'token')
          const answer = readJson(
            response,
            z.object({ token: z.string(), refreshToken: z.string() }),
            'token',
          )
          return {
            accessToken: answer.token,
            expiresAt: new Date(Date.now() + 3_600_000),
            credentials: { refreshToken: answer.refreshToken },
          }
        },
      },
    },
    open: ({ http, settings }: Context) => ({
      async check() {
        const token = { name: 'access', headers: (authorization: string) => ({ authorization }) }
        const response = await http.send({
          operation: 'check',
          method: 'GET',
          url: `${url}/shop/${settings.shop}`,
          token,
        })
        if (response.status !== 200) throw statusError(response, 'check')
        const { account } = readJson(response, z.object({ account: z.string() }), 'check')
        const nothing = { currency: 'EUR', timeZone: undefined, missingScopes: [], warnings: [] }
        return { account, accountId: account, ...nothing }
      },
    }),
  }
  // As for the memory connector: its schemas check what is given to it.
  return connector as unknown as Connector
}

async function setUp() {
  const platform = await startPlatform()
  const world = await createWorld(database, systemClock)
  const context = { ...world.context, connectors: new Map([['rotating', connectorOf(platform.url)]]) }
  const { connectionId } = await connect(context, {
    connector: 'rotating',
    name: 'Shop',
    settings: { shop: 'ours' },
    credentials: { refreshToken: 'r-0' },
    locationCode: 'MAIN',
    ordersPollMs: undefined,
  })
  const registry = new ConnectionRegistry(context)
  const open = async () => {
    const found = await registry.find(connectionId)
    if (found === undefined) throw new Error('the connection is there')
    return found
  }
  const stored = async () => {
    const { organizationId, masterKey } = context
    const {
      connection: { secretId },
    } = await open()
    return await getSecret(database.kysely, masterKey, { organizationId, secretId })
  }
  /** As a worker that has just started: with what is stored, and nothing else. */
  const works = async () => {
    registry.forget(connectionId)
    await sql`update access_token set usable_until = now() - interval '1 second'
      where organization_id = ${context.organizationId}`.execute(database.kysely)
    return await openOperations(context, await open()).check()
  }
  return { platform, context, connectionId, open, stored, works }
}

test('settings that are refused, before the platform or by it, leave a connection whose token works', async () => {
  const { platform, context, connectionId, open, stored, works } = await setUp()
  await open() // so that the registry holds what is older from here on
  const change = (settings: object, version?: number) =>
    changeSettings(context, connectionId, { settings, version })
  await expect(change({ shop: 'theirs' })).rejects.toMatchObject({ code: 'wrong-account' })
  await expect(change({ shop: 'theirs' })).rejects.toMatchObject({ code: 'wrong-account' })
  await expect(change({ shop: 'ours', tokens: 'nowhere' })).rejects.toMatchObject({ kind: 'unauthorized' })
  await expect(changeSingleSettings(context, await open(), { shop: 'other' })).rejects.toMatchObject({
    code: 'wrong-account',
  })
  expect(new Set(platform.spent).size).toBe(platform.spent.length)
  expect(await stored()).toEqual({ refreshToken: `r-${platform.spent.length}` })
  expect(await works()).toMatchObject({ account: 'ours' })
  await platform.close()
})

test('other settings leave the secret as it is; a registry that holds an older one changes nothing', async () => {
  const { platform, context, connectionId, open, works } = await setUp()
  const before = (await open()).connection.secretId
  for (const note of ['a', 'b', 'c']) {
    expect(await changeSingleSettings(context, await open(), { note })).toMatchObject({ account: 'ours' })
  }
  expect((await readSettings(context, connectionId)).settings).toEqual({ shop: 'ours', note: 'c' })
  expect(await works()).toMatchObject({ account: 'ours' })
  expect((await open()).connection.secretId).toBe(before)
  expect(new Set(platform.spent).size).toBe(platform.spent.length)
  await platform.close()
})

test('a version that is not there any more is said before the platform is asked anything', async () => {
  const { platform, context, connectionId, works } = await setUp()
  const asked = platform.questions()
  const { version } = await readSettings(context, connectionId)
  const stale = { settings: { shop: 'ours', note: 'late' }, version: version + 1 }
  expect(await changeSettings(context, connectionId, stale)).toEqual({ kind: 'version-changed', version })
  const given = { ...stale, credentials: { refreshToken: 'r-1' } }
  expect(await changeSettings(context, connectionId, given)).toEqual({ kind: 'version-changed', version })
  expect([platform.questions(), platform.spent.length]).toEqual([asked, 1])
  expect(await works()).toMatchObject({ account: 'ours' })
  await platform.close()
})

test('credentials that come with the settings take the place of the stored ones, as they are after they were tried', async () => {
  const { platform, context, connectionId, open, stored, works } = await setUp()
  const before = (await open()).connection.secretId
  const change = { settings: { shop: 'ours' }, version: undefined, credentials: { refreshToken: 'r-1' } }
  expect(await changeSettings(context, connectionId, change)).toMatchObject({ kind: 'changed' })
  expect(await works()).toMatchObject({ account: 'ours' })
  expect((await open()).connection.secretId).not.toBe(before)
  expect(await stored()).toEqual({ refreshToken: 'r-3' })
  await platform.close()
})
