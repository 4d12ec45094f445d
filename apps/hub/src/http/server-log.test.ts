// What a platform sends back in an address (codes, states, tickets) is a secret: it is not written to the log.
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type ServedHub, serveHub } from '../testing/served-hub.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

let served: ServedHub
beforeAll(async () => {
  served = await serveHub()
})
afterAll(() => served.close())

test('a request that fails is logged by its address without the query', async () => {
  const told: object[] = []
  vi.spyOn(served.hub.log, 'error').mockImplementation((...[fields]) => void told.push(fields as object))
  // As the database's owner, which the hub itself is not.
  await sql
    .raw('reset role; alter table saved_view rename to saved_view_away')
    .execute(served.database.kysely)
  const asked = await served.ask('GET', '/api/v1/views?code=abc-secret&state=xyz')
  expect(asked.status, asked.text).toBe(500)
  expect(told).toMatchObject([{ url: '/api/v1/views' }])
  expect(JSON.stringify(told)).not.toContain('abc-secret')
})
