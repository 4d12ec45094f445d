import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getSecret, removeSecret, saveSecret } from '@plimsoll/accounts'
import {
  type Connector,
  createBudgets,
  createHttp,
  readJson,
  statusError,
  systemClock,
  type Tokens,
  Unauthorized,
} from '@plimsoll/connector-kit'
import { fromEnvironment } from '@plimsoll/connector-kit/conformance'
import { inTransaction } from '@plimsoll/database'
import { createTestDatabase, type TestDatabase } from '@plimsoll/database/testing'
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import type { SyncContext } from '../context.ts'
import { memoryConnector } from '../testing/memory-connector.ts'
import { MemoryPlatform } from '../testing/memory-platform.ts'
import { createWorld } from '../testing/world.ts'
import { createStoredTokens } from './stored-tokens.ts'

/**
 * A platform that gives tokens over real HTTP: strict, since each refresh token is good once. Two processes that fetched
 * with the same would lock the connection out.
 */
let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(async () => {
  await database.drop()
})

async function startTokenServer() {
  let refreshToken = 'r-0'
  let given = 0
  const fetches: string[] = []
  const behaviour = { delayMs: 0, status: 200, lifeSeconds: 3_600 }
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', async () => {
      const body = Buffer.concat(chunks).toString('utf8')
      fetches.push(body)
      const isGood = body === refreshToken
      const { status } = behaviour
      if (status === 200 && isGood) {
        given += 1
        refreshToken = `r-${given}`
      }
      const token = `a-${given}`
      if (behaviour.delayMs > 0) await systemClock.sleep(behaviour.delayMs)
      if (!isGood || status !== 200) return void response.writeHead(isGood ? status : 400).end()
      response.end(JSON.stringify({ token, refreshToken: `r-${given}`, seconds: behaviour.lifeSeconds }))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo // listening on TCP
  return {
    url: `http://127.0.0.1:${port}/`,
    fetches,
    behaviour,
    close: () => new Promise<void>((resolve) => void server.close(() => resolve())),
  }
}

const credentials = z.object({ key: z.string() })
const answer = z.object({ token: z.string(), refreshToken: z.string(), seconds: z.number() })

function connectorOf(url: string): Connector {
  const base = memoryConnector(new MemoryPlatform(systemClock), { id: 'tokens' })
  const connector = {
    ...base,
    manifest: { ...base.manifest, credentials },
    tokens: {
      access: {
        async obtain({ credentials: { key }, http, now }: Obtaining) {
          const response = await http.send({ operation: 'token', method: 'POST', url, body: key })
          if (response.status === 400) throw new Unauthorized('The refresh token is not known.')
          if (response.status !== 200) throw statusError(response, 'token')
          const { token, refreshToken, seconds } = readJson(response, answer, 'token')
          const expiresAt = new Date(now() + seconds * 1_000)
          return { accessToken: token, expiresAt, credentials: { key: refreshToken } }
        },
      },
    },
  }
  // As for the memory connector: its schemas check what is given to it.
  return connector as unknown as Connector
}
type Obtaining = {
  credentials: { key: string }
  http: ReturnType<typeof createHttp>
  now(): number
}

/** One organization's stored credentials, and any number of processes that use them. */
async function setUp() {
  const server = await startTokenServer()
  const { context } = await createWorld(database, systemClock)
  await sql`insert into organization (organization_id, name, created_at)
    values (${context.organizationId}, 'Brand', now()) on conflict do nothing`.execute(database.kysely)
  const secretId = randomUUID()
  const place = { organizationId: context.organizationId, secretId }
  await inTransaction(database, (tx) =>
    saveSecret(tx, context.masterKey, { ...place, value: { key: 'r-0' }, at: new Date() }),
  )
  const connector = connectorOf(server.url)
  const openProcess = (signal?: AbortSignal): Tokens =>
    createStoredTokens(context, {
      connector,
      settings: {},
      secretId,
      http: createHttp({ budgets: createBudgets([], systemClock), clock: systemClock }),
      ...(signal !== undefined && { signal }),
    })
  return { server, context, place, openProcess }
}

async function expire(context: SyncContext, secretId: string): Promise<void> {
  await sql`update access_token set usable_until = now() - interval '1 second'
    where organization_id = ${context.organizationId} and secret_id = ${secretId}`.execute(database.kysely)
}

test('however many processes and calls need it at once, one fetches, and what was replaced is kept sealed', async () => {
  const { server, context, place, openProcess } = await setUp()
  server.behaviour.delayMs = 150
  const processes = Array.from({ length: 4 }, () => openProcess())
  const asked = processes.flatMap((tokens) => Array.from({ length: 5 }, () => tokens.get('access')))
  expect(new Set(await Promise.all(asked))).toEqual(new Set(['a-1']))
  expect(server.fetches).toEqual(['r-0'])
  expect(await getSecret(database.kysely, context.masterKey, place)).toEqual({ key: 'r-1' })
  const kept = await sql<{ sealed: Buffer }>`select sealed from access_token`.execute(database.kysely)
  for (const { sealed } of kept.rows) expect(sealed.toString('latin1')).not.toContain('a-1')
  // A process that starts later finds it.
  expect(await openProcess().get('access')).toBe('a-1')
  expect(server.fetches).toHaveLength(1)
  await server.close()
})

test('a token that ends soon is replaced before it is used; a refused one once, by whoever meets it', async () => {
  const { server, openProcess } = await setUp()
  server.behaviour.lifeSeconds = 1 // its margin is a fifth: used for 800 ms
  const [one, other] = [openProcess(), openProcess()]
  expect(await one.get('access')).toBe('a-1')
  await systemClock.sleep(900)
  server.behaviour.lifeSeconds = 3_600
  expect(await one.get('access')).toBe('a-2')
  expect(await other.get('access')).toBe('a-2')
  const replaced = await Promise.all([one.replace('access', 'a-2'), other.replace('access', 'a-2')])
  expect(replaced).toEqual(['a-3', 'a-3'])
  // Somebody who still held an older one gets the newest.
  expect(await other.replace('access', 'a-2')).toBe('a-3')
  expect(server.fetches).toEqual(['r-0', 'r-1', 'r-2'])
  await server.close()
})

test('a failed fetch fails all who waited for it, and the next who needs it tries again', async () => {
  const { server, openProcess } = await setUp()
  Object.assign(server.behaviour, { status: 503, delayMs: 100 })
  const failed = await Promise.allSettled(
    [openProcess(), openProcess(), openProcess()].map((t) => t.get('access')),
  )
  for (const each of failed)
    expect(each).toMatchObject({ status: 'rejected', reason: { kind: 'unavailable' } })
  expect(server.fetches.length).toBeLessThanOrEqual(2)
  Object.assign(server.behaviour, { status: 200, delayMs: 0 })
  expect(await openProcess().get('access')).toBe('a-1')
  await server.close()
})

test('a refused grant is Unauthorized', async () => {
  const { server, context, place, openProcess } = await setUp()
  await inTransaction(database, (tx) =>
    saveSecret(tx, context.masterKey, { ...place, value: { key: 'revoked' }, at: new Date() }),
  )
  await expect(openProcess().get('access')).rejects.toMatchObject({ kind: 'unauthorized' })
  await server.close()
})

test('a process that died while it fetched holds nobody up for longer than its claim; one that stops waits no more', async () => {
  const { server, context, place, openProcess } = await setUp()
  const claimedUntil = new Date(Date.now() + 600)
  await sql`insert into access_token (organization_id, secret_id, name, generation, claimed_by, claimed_until)
    values (${place.organizationId}, ${place.secretId}, 'access', 0, ${randomUUID()}, ${claimedUntil})`.execute(
    context.database.kysely,
  )
  const stopping = new AbortController()
  const stopped = openProcess(stopping.signal).get('access')
  stopping.abort()
  await expect(stopped).rejects.toMatchObject({ kind: 'unavailable', sent: false })
  expect(await openProcess().get('access')).toBe('a-1')
  expect(Date.now()).toBeGreaterThanOrEqual(claimedUntil.getTime())
  await server.close()
})

test('no transaction is open while the platform is asked', async () => {
  const { server, openProcess } = await setUp()
  server.behaviour.delayMs = 300
  const asked = openProcess().get('access')
  await systemClock.sleep(150)
  expect(server.fetches).toHaveLength(1)
  const open = await sql<{ busy: number }>`select count(*)::int as busy from pg_stat_activity
    where datname = current_database() and state like 'idle in transaction%'`.execute(database.kysely)
  expect(open.rows).toEqual([{ busy: 0 }])
  await asked
  await server.close()
})

test('new credentials leave no token of the old ones behind', async () => {
  const { server, place, openProcess } = await setUp()
  await openProcess().get('access')
  await inTransaction(database, (tx) => removeSecret(tx, place))
  const left = await sql`select from access_token where secret_id = ${place.secretId}`.execute(
    database.kysely,
  )
  expect(left.rows).toEqual([])
  await server.close()
})

test('I3: in any order of needing, refusing, ending and failing, no refresh token is ever used twice', async () => {
  const step = fc.record({
    process: fc.nat({ max: 1 }),
    kind: fc.constantFrom('get', 'replace', 'expire', 'fail', 'restart'),
  })
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(step, { minLength: 1, maxLength: 4 }), { maxLength: 6 }),
      async (rounds) => {
        const { server, context, place, openProcess } = await setUp()
        const processes = [openProcess(), openProcess()]
        const last = ['', '']
        for (const round of rounds) {
          server.behaviour.status = round.some(({ kind }) => kind === 'fail') ? 503 : 200
          if (round.some(({ kind }) => kind === 'expire')) await expire(context, place.secretId)
          for (const { process, kind } of round) if (kind === 'restart') processes[process] = openProcess()
          await Promise.all(
            round.map(async ({ process, kind }) => {
              const tokens = processes[process] as Tokens
              const asked =
                kind === 'replace' ? tokens.replace('access', last[process] ?? '') : tokens.get('access')
              await asked.then(
                (token) => {
                  last[process] = token ?? ''
                },
                (error: unknown) => expect(error).toMatchObject({ kind: 'unavailable' }),
              )
            }),
          )
        }
        server.behaviour.status = 200
        await expire(context, place.secretId)
        const [one, other] = await Promise.all([openProcess().get('access'), openProcess().get('access')])
        expect(one).toBe(other)
        const spent = server.fetches.filter(
          (_, at) => server.fetches.indexOf(server.fetches[at] ?? '') !== at,
        )
        // Asked again with the same one only where the platform had failed before it took it.
        if (!rounds.flat().some(({ kind }) => kind === 'fail')) expect(spent).toEqual([])
        await server.close()
      },
    ),
    fromEnvironment({ numRuns: 12 }),
  )
}, 120_000)
