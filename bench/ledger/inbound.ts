import type { ExternalOrder } from '../../packages/connector-kit/src/index.ts'
import { createBudgets, systemClock } from '../../packages/connector-kit/src/index.ts'
import type { Database } from '../../packages/database/src/index.ts'
import type { IncomingOrder } from '../../packages/orders/src/index.ts'
import { findConnections } from '../../packages/sync/src/connections/connections.store.ts'
import { DEFAULT_PACE, type SyncContext } from '../../packages/sync/src/index.ts'
import { applyArriving } from '../../packages/sync/src/intake/apply.ts'
import { toInboxEvent } from '../../packages/sync/src/intake/inbox.ts'
import { memoryConnector } from '../../packages/sync/src/testing/memory-connector.ts'
import { MemoryPlatform } from '../../packages/sync/src/testing/memory-platform.ts'
import { acquireLeases } from '../../packages/sync/src/worker/leases.store.ts'
import { openWorkerContext } from '../../packages/sync/src/worker/open-worker-context.ts'
import type { BenchConnection } from './apply.ts'
import type { LedgerBrand } from './brand.ts'

const HOUR_MS = 3_600_000

/**
 * The whole way in for the connections of a brand: each lists every item; their orders are stored in the inbox and
 * taken, parsed, tied to items and applied, and the changed items are noted, as webhooks are that come in a storm.
 * @returns how a batch of orders goes that way
 */
export async function openInbound(
  database: Database,
  brand: LedgerBrand,
  connections: readonly BenchConnection[],
): Promise<(connection: BenchConnection, batch: readonly IncomingOrder[]) => Promise<void>> {
  const { context: stock } = brand
  const { organizationId, uuid } = stock
  const now = new Date()
  await seedConnections(database, brand, connections)
  const ids = connections.map(({ connectionId }) => connectionId)
  const known = await findConnections(database.kysely, organizationId)
  const leases = new Map(
    (await takeAll(database, organizationId, ids, now)).map((lease) => [lease.connectionId, lease]),
  )
  // Nothing on the way in talks to the platform: this one has no listings.
  const connector = memoryConnector(new MemoryPlatform(systemClock), { id: 'bench' })
  const sync: SyncContext = {
    database,
    organizationId,
    clock: systemClock,
    uuid,
    random: () => 0.5,
    log: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined },
    connectors: new Map(),
    masterKey: { name: 'none', bytes: Buffer.alloc(32) },
    publicUrl: undefined,
    pace: DEFAULT_PACE,
  }
  const contexts = new Map(
    known.flatMap((connection) => {
      const lease = leases.get(connection.connectionId)
      if (lease === undefined) return []
      const open = { connection, connector, settings: {}, credentials: { key: '' } }
      const context = openWorkerContext(sync, open, {
        lease,
        budgets: createBudgets([], systemClock),
        signal: new AbortController().signal,
        ending: new AbortController().signal,
        fenceAt: () => undefined,
      })
      return [[connection.connectionId, context] as const]
    }),
  )
  return async ({ connectionId }, batch) => {
    const context = contexts.get(connectionId)
    if (context === undefined) throw new Error('the connection is worked here')
    const at = new Date()
    const events = batch.flatMap(({ facts }) => {
      const {
        destination: _,
        shipBy: __,
        shippingMethod: ___,
        holds: ____,
        externalLocationId,
        ...told
      } = facts
      const order: ExternalOrder = { ...told, locationId: externalLocationId }
      return (
        toInboxEvent({ kind: 'order', externalId: facts.externalId, version: facts.version, order }, uuid) ??
        []
      )
    })
    const arrival = { organizationId, connectionId, source: 'webhook' as const, at, uuid }
    const applied = await applyArriving(context, arrival, events)
    if (applied?.settled !== batch.length) throw new Error('every order is applied')
  }
}

async function takeAll(database: Database, organizationId: string, ids: readonly string[], now: Date) {
  const taken = []
  // Half of what is free each time, as hubs that share the work do.
  for (let left = [...ids]; left.length > 0; ) {
    const leases = await acquireLeases(
      database.kysely,
      organizationId,
      left,
      '00000000-0000-7000-8000-000000000001',
      {
        now,
        expiresAt: new Date(now.getTime() + HOUR_MS),
      },
    )
    taken.push(...leases)
    const held = new Set(leases.map(({ connectionId }) => connectionId))
    left = left.filter((id) => !held.has(id))
  }
  return taken
}

async function seedConnections(
  { pool }: Database,
  { context, itemIds }: LedgerBrand,
  connections: readonly BenchConnection[],
): Promise<void> {
  const { organizationId, uuid } = context
  const secretId = uuid()
  await pool.query(
    `insert into secret (organization_id, secret_id, key_name, sealed, created_at) values ($1, $2, 'bench', '\\x00', now())`,
    [organizationId, secretId],
  )
  for (const [nth, { connectionId, defaultLocationId }] of connections.entries()) {
    await pool.query(
      `insert into connection (organization_id, connection_id, connector, name, state, pause_reasons, settings, secret_id,
         default_location_id, orders_poll_ms, created_at)
       values ($1, $2, 'bench', $3, 'live', '{}', '{}', $4, $5, 1000, now())`,
      [organizationId, connectionId, `Bench ${nth}`, secretId, defaultLocationId],
    )
    await pool.query(
      `insert into listing (organization_id, listing_id, connection_id, external_id, stock_unit_id, title, tracked,
         fulfilled_by, sells_beyond_zero, state, item_id, units_per_listing, mapped_by, imported_at)
       select $1, gen_random_uuid(), $2, id::text, id::text, 'A thing', true, 'merchant', false, 'active', id, 1, 'sku', now()
       from unnest($3::uuid[]) as listed(id)`,
      [organizationId, connectionId, itemIds],
    )
  }
}
