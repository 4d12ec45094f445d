import { rm } from 'node:fs/promises'
import { startHubProcess } from '../../../bench/hub/hub-process.ts'
import { createTestDatabase, makeTemporaryFolder } from '../../../packages/database/src/testing/index.ts'
import { startSite } from './site.ts'

/** A real database, a hub's own process and the built app before it: what tests of screens begin with. */
export type ServedSite = {
  address: string
  /** Of the hub itself. */
  hubUrl: string
  /** Asks the hub itself. @throws Error with what it answered */
  ask(method: string, path: string, body?: unknown): Promise<Record<string, unknown>>
  /** Rows of the hub's own database, for what no route makes. */
  query(text: string): Promise<Record<string, unknown>[]>
  stop(): Promise<void>
}

/** @param clockFactor makes a warehouse's minutes short; a hub that only answers needs no such thing */
export async function serveSite(
  role: 'api' | 'api,worker' = 'api',
  clockFactor?: number,
): Promise<ServedSite> {
  const database = await createTestDatabase()
  const folder = await makeTemporaryFolder()
  const hub = await startHubProcess({
    databaseUrl: database.url,
    dataFolder: folder,
    role,
    ...(clockFactor !== undefined && { clockFactor }),
  })
  const site = await startSite(hub.url)
  return {
    address: site.address,
    hubUrl: hub.url,
    async ask(method, path, body = {}) {
      const answer = await fetch(`${hub.url}/api/v1${path}`, {
        method,
        headers: { 'content-type': 'application/json', 'idempotency-key': crypto.randomUUID() },
        ...(method !== 'GET' && { body: JSON.stringify(body) }),
      })
      if (!answer.ok) throw new Error(`${method} ${path}: ${await answer.text()}`)
      return (await answer.json()) as Record<string, unknown>
    },
    query: async (text) => (await database.pool.query<Record<string, unknown>>(text)).rows,
    async stop() {
      await site.stop()
      await hub.stop()
      await database.drop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
