import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { setTimeout as after } from 'node:timers/promises'
import type { Capabilities, Clock, Connector, WebhookEvent } from '@plimsoll/connector-kit'
import { type Database, inTransaction } from '@plimsoll/database'
import { findItemsBySku, saveItems, saveLocation } from '@plimsoll/stock'
import { sql } from 'kysely'
import { ConnectionRegistry } from '../connections/registry.ts'
import type { SyncContext } from '../context.ts'
import {
  changeConnection,
  changeStock,
  connect,
  importConnection,
  type Log,
  type Pace,
  receiveWebhook,
  SyncEngine,
  toStockContext,
} from '../index.ts'
import { insertInbox } from '../intake/inbox.store.ts'
import { toInboxEvent } from '../intake/inbox.ts'
import { memoryConnector } from './memory-connector.ts'
import { MemoryPlatform } from './memory-platform.ts'

export const FAST_PACE: Pace = {
  reconcileMs: 100,
  deepReadMs: 1_000,
  decreaseReadBudgetMs: 250,
  leaseMs: 500,
}

/**
 * One organization with a warehouse, and shops that it is connected to. Each has rows of its own, so that
 * many worlds share one test database.
 */
export type World = Awaited<ReturnType<typeof createWorld>>

export async function createWorld(hub: Database, clock: Clock, pace: Partial<Pace> = {}) {
  const organizationId = randomUUID()
  const database = hub.forOrganization(organizationId)
  const connectors = new Map<string, Connector>()
  const connectorsById = new Map<string, Connector>()
  const errors: { fields: object; message: string }[] = []
  const log: Log = {
    debug: () => undefined,
    info: () => undefined,
    warn: () => undefined,
    error: (fields, message) => void errors.push({ fields, message }),
  }
  const context: SyncContext = {
    database,
    organizationId,
    clock,
    uuid: randomUUID,
    random: () => 0.1,
    log,
    connectors,
    masterKey: { name: 'test', bytes: Buffer.alloc(32, 7) },
    publicUrl: undefined,
    pace: { ...FAST_PACE, ...pace },
  }
  await sql`
    insert into organization (organization_id, name, created_at)
    values (${organizationId}, 'Test', ${new Date(clock.now())})`.execute(database.kysely)
  await inTransaction(database, (tx) =>
    saveLocation(tx, toStockContext(context), { code: 'MAIN', name: 'Main', kind: 'warehouse' }),
  )
  const registry = new ConnectionRegistry(context)
  const rows = async <T>(query: ReturnType<typeof sql<T>>): Promise<T[]> =>
    (await query.execute(database.kysely)).rows

  return {
    context,
    errors,
    rows,

    async stock(sku: string, units: number): Promise<string> {
      const [item] = await inTransaction(database, (tx) =>
        saveItems(tx, toStockContext(context), [{ sku, name: sku }]),
      )
      assert(item !== undefined, 'the item is saved')
      if (units > 0) await this.adjust(sku, units)
      return item.itemId
    },

    /** Adds units to (or takes them from) the warehouse, or another location, as a person would. */
    async adjust(sku: string, units: number, locationCode = 'MAIN'): Promise<void> {
      const [outcome] = await changeStock(context, [
        {
          key: randomUUID(),
          kind: 'adjust',
          sku,
          locationCode,
          quantity: units,
          actor: 'test',
          reason: null,
          effectiveAt: undefined,
        },
      ])
      assert.equal(outcome?.kind, 'applied')
    },

    async available(sku: string): Promise<number> {
      const [item] = await findItemsBySku(database.kysely, organizationId, [sku])
      assert(item !== undefined, 'the item is known')
      const [row] = await rows(sql<{ available: number }>`
        select coalesce(sum(on_hand - reserved - held), 0)::bigint as available from balance
        where organization_id = ${organizationId} and item_id = ${item.itemId}`)
      return row?.available ?? 0
    },

    /** Connects a new shop and imports what it lists; `live` unless told otherwise. */
    async open(
      name: string,
      listings: Record<string, number | undefined>,
      options: Partial<Capabilities> & { state?: 'shadow' | 'live'; ordersPollMs?: number } = {},
    ): Promise<{ platform: MemoryPlatform; connectionId: string }> {
      const { state, ordersPollMs, ...capabilities } = options
      const platform = new MemoryPlatform(clock)
      for (const [externalId, quantity] of Object.entries(listings)) platform.list(externalId, { quantity })
      const connector = `memory-${name}`
      const built = memoryConnector(platform, { id: connector, ...capabilities })
      connectors.set(connector, built)
      const { connectionId } = await connect(context, {
        connector,
        name,
        settings: {},
        credentials: { key: platform.key },
        locationCode: 'MAIN',
        ordersPollMs: ordersPollMs ?? 100,
      })
      connectorsById.set(connectionId, built)
      await this.import(connectionId)
      if (state !== 'shadow') await changeConnection(context, connectionId, { kind: 'go-live' })
      return { platform, connectionId }
    },

    async import(connectionId: string) {
      registry.forget(connectionId)
      const open = await registry.find(connectionId)
      assert(open !== undefined, 'the connection is known')
      return await importConnection(context, open)
    },

    connectorOf(connectionId: string): Connector {
      const connector = connectorsById.get(connectionId)
      assert(connector !== undefined, 'the connection is known')
      return connector
    },

    /** Stores events as intake does once their webhook is verified and read. */
    async store(connectionId: string, events: readonly WebhookEvent[]): Promise<number> {
      const stored = events.flatMap((event) => toInboxEvent(event, randomUUID) ?? [])
      const fresh = await inTransaction(database, (tx) =>
        insertInbox(
          tx,
          { organizationId, connectionId, source: 'webhook', at: new Date(clock.now()), uuid: randomUUID },
          stored,
        ),
      )
      return fresh.length
    },

    async webhook(
      connectionId: string,
      body: object | string,
      key = 'key-1',
      headers: Record<string, string> = {},
    ) {
      const text = typeof body === 'string' ? body : JSON.stringify(body)
      return await receiveWebhook(context, registry, connectionId, {
        method: 'POST',
        url: `https://hub.example/webhooks/${connectionId}`,
        headers: { ...headers, 'x-key': key, 'x-topic': 'order' },
        body: Buffer.from(text),
      })
    },

    level: async (connectionId: string, externalId: string) => {
      const [row] = await rows(sql<{
        levelId: string
        desired: number | null
        acknowledged: number | null
        tracked: boolean
        writable: boolean
        problemCode: string | null
      }>`
        select level_id, desired, acknowledged, tracked, writable, problem_code from level
        where organization_id = ${organizationId} and connection_id = ${connectionId}
          and stock_unit_id = ${externalId}`)
      assert(row !== undefined, `the level of ${externalId} is known`)
      return row
    },

    connection: async (connectionId: string) => {
      const [row] = await rows(sql<{
        state: string
        pauseReasons: string[]
        problemCode: string | null
        problem: string | null
        problemTold: unknown
      }>`
        select state, pause_reasons, problem_code, problem, problem_told from connection
        where organization_id = ${organizationId} and connection_id = ${connectionId}`)
      assert(row !== undefined, 'the connection is known')
      return row
    },

    inbox: async (connectionId: string) =>
      await rows(sql<{ topic: string; state: string; reasonCode: string | null; payload: unknown }>`
        select topic, state, reason_code, payload from inbox
        where organization_id = ${organizationId} and connection_id = ${connectionId}
        order by received_at, inbox_id`),

    tasks: async (kind: string) =>
      await rows(sql<{ subject: string; units: number | null; isOpen: boolean; detail: string }>`
        select subject, units, closed_at is null as is_open, detail from task
        where organization_id = ${organizationId} and kind = ${kind}
        order by opened_at, task_id`),

    engine: (changes: Partial<SyncContext> = {}) => new SyncEngine({ ...context, ...changes }),
  }
}

/**
 * Waits until a condition holds, looking every few milliseconds: the engine under test runs by itself.
 * @throws when it does not within `ms`, saying what was waited for
 */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  ms = 6_000,
): Promise<void> {
  const looks = Math.ceil(ms / 10)
  for (let look = 0; look < looks; look += 1) {
    if (await condition()) return
    await after(10)
  }
  assert.fail(`not within ${ms} ms: ${what}`)
}
