import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { processContext } from '../../apps/hub/src/process-context.ts'
import { seededRandom } from '../../packages/connector-kit/src/simulator/index.ts'
import { openDatabase } from '../../packages/database/src/index.ts'
import { applyBatch, type BenchConnection } from './apply.ts'
import type { LedgerBrand } from './brand.ts'
import { fullLoad } from './load.ts'
import { createOrderSource } from './orders.ts'

type Work = {
  url: string
  organizationId: string
  itemIds: readonly string[]
  connections: readonly BenchConnection[]
  seconds: number
  seed: number
}

/**
 * Orders applied per second by several processes at once, each with two writers and connections of its own: as hubs
 * share the work. Uniform demand.
 */
export async function ordersByProcesses(
  url: string,
  brand: LedgerBrand,
  options: { processes: number; seconds: number },
): Promise<number> {
  const rates = await Promise.all(
    Array.from({ length: options.processes }, (_, nth) => {
      const connections = brand.locationIds.map((defaultLocationId) => ({
        connectionId: brand.context.uuid(),
        defaultLocationId,
      }))
      return inProcess({
        url,
        organizationId: brand.context.organizationId,
        itemIds: brand.itemIds,
        connections,
        seconds: options.seconds,
        seed: nth + 1,
      })
    }),
  )
  return rates.reduce((sum, rate) => sum + rate, 0)
}

function inProcess(work: Work): Promise<number> {
  const child = fork(fileURLToPath(import.meta.url), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('exit', (code) => reject(new Error(`a process of the benchmark ended with ${code}`)))
    child.on('message', (rate) => resolve(Number(rate)))
    child.send(work)
  })
}

/** What a child does with its share. */
async function workAlone(work: Work): Promise<number> {
  const database = await openDatabase({ databaseUrl: work.url, keep: 'running', poolMax: 4 })
  const context = {
    organizationId: work.organizationId,
    uuid: processContext.uuid,
    now: () => new Date(),
  }
  const brand: LedgerBrand = {
    context,
    itemIds: [...work.itemIds],
    locationIds: work.connections.map(({ defaultLocationId }) => defaultLocationId),
  }
  const { ordersPerSecond } = await fullLoad({
    database,
    connections: work.connections,
    orderOf: createOrderSource(brand, 'uniform', seededRandom(work.seed)),
    apply: (connection, batch) => applyBatch(database, context, connection, batch),
    seconds: work.seconds,
    writers: 2,
  })
  await database.close()
  return ordersPerSecond
}

if (process.send !== undefined && process.argv[1] === fileURLToPath(import.meta.url)) {
  process.once('message', (work) => {
    // Sent by `inProcess` of this very file.
    void workAlone(work as Work).then((rate) => process.send?.(rate, () => process.disconnect()))
  })
}
