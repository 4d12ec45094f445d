import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createBudgets, createHttp, systemClock } from '../packages/connector-kit/src/index.ts'
import { migrate, openDatabase } from '../packages/database/src/index.ts'
import { CallLog } from '../packages/sync/src/index.ts'
import { makeDataFolder } from './data-folder.ts'
import type { Bench } from './main.ts'

/** The body of a write of fifty levels, and its answer. */
const ASKED = JSON.stringify({
  query: 'mutation set($input: Input!) { set(input: $input) { changes { id } } }',
  variables: {
    quantities: Array.from({ length: 50 }, (_, nth) => ({ itemId: `gid://shop/Item/${nth}`, quantity: nth })),
  },
})
const ANSWERED = JSON.stringify({
  data: {
    set: { changes: Array.from({ length: 50 }, (_, nth) => ({ id: `gid://shop/Change/${nth}`, name: 'x' })) },
  },
})
const CONNECTIONS = 10
const BLOCKS = 6

/**
 * What writing calls down costs: writes over real HTTP to a platform in the same process, in blocks that are written down
 * and blocks that are not, in turn, so that whatever else the machine does falls on both. Masking and inserting are
 * counted with the blocks whose calls they are of. The processor's time is of this process, platform and all; that of
 * PostgreSQL is not in it.
 */
export const bench: Bench = async ({ quick, say }) => {
  const calls = quick ? 200 : 1_500
  const folder = await makeDataFolder()
  const database = await openDatabase({ dataFolder: folder, keep: 'stop-with-process' })
  const platform = createServer((request, response) => {
    request.resume().on('end', () => {
      response.setHeader('content-type', 'application/json').end(ANSWERED)
    })
  })
  try {
    await migrate(database)
    platform.listen(0, '127.0.0.1')
    await once(platform, 'listening')
    const url = `http://127.0.0.1:${(platform.address() as AddressInfo).port}/levels`
    const quiet = { debug: nothing, info: nothing, warn: say, error: say }
    const log = new CallLog({ database, clock: systemClock, uuid: randomUUID, log: quiet as never })
    const organizationId = randomUUID()
    const clients = Array.from({ length: CONNECTIONS }, () => {
      const caller = {
        organizationId,
        connectionId: randomUUID(),
        secrets: ['a-secret-of-it'],
        privateNames: [],
      }
      const client = (isKept: boolean) =>
        createHttp({
          budgets: createBudgets([], systemClock),
          clock: systemClock,
          ...(isKept && { onExchange: (exchange) => log.noteExchange(caller, exchange) }),
        })
      return { with: client(true), without: client(false) }
    })
    const spent = { with: { ms: 0, cpuMs: 0 }, without: { ms: 0, cpuMs: 0 } }
    for (let block = -2; block < BLOCKS * 2; block += 1) {
      const kind = block % 2 === 0 ? 'with' : 'without'
      const startedMs = performance.now()
      const before = process.cpuUsage()
      await Promise.all(
        clients.map(async (client) => {
          for (let call = 0; call < calls / CONNECTIONS; call += 1)
            await client[kind].send({
              operation: 'setLevels',
              method: 'POST',
              url,
              headers: { 'content-type': 'application/json', authorization: 'Bearer a-secret-of-it' },
              body: ASKED,
            })
        }),
      )
      const ms = performance.now() - startedMs
      await log.flush()
      const { user, system } = process.cpuUsage(before)
      // The first two warm up.
      if (block < 0) continue
      spent[kind].ms += ms
      spent[kind].cpuMs += (user + system) / 1_000
      say(`${kind}: ${Math.round(ms)} ms`)
    }
    const of = calls * BLOCKS
    const figures = (kind: 'with' | 'without') => ({
      writesPerSecond: Math.round((of / spent[kind].ms) * 1_000),
      cpuMsPerWrite: Math.round((spent[kind].cpuMs / of) * 1_000) / 1_000,
    })
    const { rows } = await database.pool.query<{ kept: number }>(
      'select count(*)::int as kept from platform_call where organization_id = $1',
      [organizationId],
    )
    return { writes: of, with: figures('with'), without: figures('without'), kept: rows[0]?.kept }
  } finally {
    platform.close()
    await database.close()
    await rm(folder, { recursive: true, force: true })
  }
}

function nothing(): void {
  // Nobody reads it here.
}
