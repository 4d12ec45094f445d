import { randomUUID } from 'node:crypto'
/**
 * A process that routes one order, for tests of what two of them do at once: `node order-router.ts DATABASE_URL ORGANIZATION_ID
 * ORDER_ID NOW_MS`. Says that it is ready, waits for a line, and prints the outcome once that is committed.
 */
import { once } from 'node:events'
import { manualClock } from '@plimsoll/connector-kit'
import { openDatabase } from '@plimsoll/database'
import { sql } from 'kysely'
import { DEFAULT_PACE, type SyncContext } from '../context.ts'
import { routeOrder } from '../fulfilment/route-orders.ts'

const [databaseUrl = '', organizationId = '', orderId = '', nowMs = ''] = process.argv.slice(2)
const database = await openDatabase({ databaseUrl, keep: 'running', poolMax: 2 })
const silent = () => undefined
const context: SyncContext = {
  database,
  organizationId,
  clock: manualClock(Number(nowMs)),
  uuid: randomUUID,
  random: () => 0.1,
  log: { debug: silent, info: silent, warn: silent, error: silent },
  connectors: new Map(),
  masterKey: { name: 'test', bytes: Buffer.alloc(32, 7) },
  publicUrl: undefined,
  pace: DEFAULT_PACE,
}
await database.kysely.selectNoFrom(sql.lit(1).as('one')).execute()
process.stdout.write('ready\n')
await once(process.stdin, 'data')
process.stdout.write(`${await routeOrder(context, orderId)}\n`)
process.stdin.destroy()
await database.close()
