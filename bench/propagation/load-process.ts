import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { processContext } from '../../apps/hub/src/process-context.ts'
import { seededRandom } from '../../packages/connector-kit/src/simulator/index.ts'
import { openDatabase } from '../../packages/database/src/index.ts'
import { applyBatch, type BenchConnection } from '../ledger/apply.ts'
import type { LedgerBrand } from '../ledger/brand.ts'
import { loadAtRate } from '../ledger/load.ts'
import { createOrderSource } from '../ledger/orders.ts'

type Work = {
  url: string
  organizationId: string
  itemIds: readonly string[]
  connections: readonly BenchConnection[]
  seconds: number
  ordersPerSecond: number
}

/**
 * Orders through the ledger at a given rate, from a process of their own.
 * @returns how many a second were really applied: those that a slow machine had to take late count when they were done
 */
export function ordersAtRate(work: Work): Promise<number> {
  const child = fork(fileURLToPath(import.meta.url), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('exit', (code) => reject(new Error(`the ordering process ended with ${code}`)))
    child.on('message', (rate) => resolve(Number(rate)))
    child.send(work)
  })
}

async function orderAlone(work: Work): Promise<number> {
  const { organizationId, seconds, ordersPerSecond } = work
  const connections = [...work.connections]
  const database = await openDatabase({ databaseUrl: work.url, keep: 'running', poolMax: 4 })
  const context = { organizationId, uuid: processContext.uuid, now: () => new Date() }
  const locationIds = connections.map(({ defaultLocationId }) => defaultLocationId)
  const brand: LedgerBrand = { context, itemIds: [...work.itemIds], locationIds }
  const random = seededRandom(1)
  const reached = await loadAtRate({
    database,
    connections,
    orderOf: createOrderSource(brand, 'uniform', random),
    apply: (connection, batch) => applyBatch(database, context, connection, batch),
    seconds,
    writers: connections.length,
    ordersPerSecond,
    random,
  })
  await database.close()
  return reached.ordersPerSecond
}

if (process.send !== undefined && process.argv[1] === fileURLToPath(import.meta.url)) {
  process.once('message', (work) => {
    // Sent by `ordersAtRate`.
    void orderAlone(work as Work).then((rate) => process.send?.(rate, () => process.disconnect()))
  })
}
