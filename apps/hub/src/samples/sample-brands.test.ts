import { rm } from 'node:fs/promises'
import { createTestDatabase, makeTemporaryFolder, type TestDatabase } from '@plimsoll/database/testing'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { readConfiguration } from '../configuration.ts'
import { type RunningHub, startHub } from '../hub.ts'
import { findRowsOf } from '../testing/rows-of.ts'
import { askServer, serverOf } from '../testing/served-hub.ts'

vi.setConfig({ testTimeout: 300_000, hookTimeout: 120_000 })

let database: TestDatabase
let folder: string
let hub: RunningHub
beforeAll(async () => {
  database = await createTestDatabase()
  folder = await makeTemporaryFolder()
  hub = await start()
})
afterAll(async () => {
  await hub.close()
  await database.drop()
  await rm(folder, { recursive: true, force: true })
})

const start = async () =>
  await startHub(readConfiguration({ databaseUrl: database.url, data: folder, port: 0, log: 'silent' }), {
    keep: 'running',
    pace: { leaseMs: 1_000 },
    checksAnswers: true,
  })
type Overview = {
  ordersToday: number
  drift: number
  pending: number
  inStep: number
  connections: { state: string; name: string }[]
}
const ask = (method: 'GET' | 'POST' | 'DELETE', url: string, payload?: unknown, organization = '') =>
  askServer(serverOf(hub), {
    method,
    url: `/api/v1${url}`,
    payload,
    ...(organization !== '' && { headers: { 'plimsoll-organization': organization } }),
  })
const overviewOf = async (organization: string): Promise<Overview> => {
  const answer = await ask('GET', '/overview', undefined, organization)
  expect(answer.status, answer.text).toBe(200)
  return answer.body as unknown as Overview
}

test('a sample brand is in step in seconds, sells by itself, comes back after a restart, and is wiped with all that it was', async () => {
  const before = performance.now()
  const made = await ask('POST', '/sample-brand', { language: 'zh' })
  expect(made.status, made.text).toBe(201)
  const sample = String(made.body.organizationId)
  await vi.waitFor(async () => {
    const { inStep, drift, pending, connections } = await overviewOf(sample)
    expect(connections.map(({ state }) => state)).toEqual(['live', 'live'])
    expect({ inStep, drift, pending }).toEqual({ inStep: 120, drift: 0, pending: 0 })
  }, 60_000)
  const seconds = (performance.now() - before) / 1_000
  expect(seconds).toBeLessThan(60)
  console.info(`in step after ${seconds.toFixed(1)} s`)

  // A second time it is the same one; the machine's own brand is another, and still empty.
  expect((await ask('POST', '/sample-brand', { language: 'en' })).body).toEqual({ organizationId: sample })
  expect((await ask('GET', '/me')).body).toMatchObject({
    organizations: [{ isSample: false }, { organizationId: sample, name: '示例品牌', isSample: true }],
  })
  expect((await ask('GET', '/items')).body).toMatchObject({ rows: [] })
  expect((await ask('GET', '/items?limit=1', undefined, sample)).text).toMatch(/[\u4e00-\u9fff]/)

  await vi.waitFor(async () => expect((await overviewOf(sample)).ordersToday).toBeGreaterThan(1), 60_000)
  await hub.close()
  const { ordersToday } = await (async () => {
    hub = await start()
    return await overviewOf(sample)
  })()
  // Orders of the shops that were opened again are new ones, and everything is in step with them.
  await vi.waitFor(
    async () => expect((await overviewOf(sample)).ordersToday).toBeGreaterThan(ordersToday),
    60_000,
  )
  await vi.waitFor(
    async () => expect(await overviewOf(sample)).toMatchObject({ drift: 0, pending: 0 }),
    60_000,
  )

  const name = (await ask('GET', '/organization', undefined, sample)).body.name
  expect((await ask('DELETE', '/organization', { name }, sample)).status).toBe(202)
  await vi.waitFor(async () => expect(await findRowsOf(database.kysely, sample)).toEqual([]), 60_000)
  expect((await ask('GET', '/items', undefined, sample)).status).toBe(404)
  expect((await ask('GET', '/me')).body).toMatchObject({ organizations: [{ isSample: false }] })
})
