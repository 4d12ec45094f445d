import type { Connector, WarehouseTerms } from '@plimsoll/connector-kit'
import type { Db } from '@plimsoll/database'
import { sql } from 'kysely'
import type { SyncContext } from '../context.ts'
import type { WorkerContext } from '../worker/worker-context.ts'

/**
 * Whether a connection sends orders of other channels from what it counts: a warehouse does; a channel that keeps stock for
 * its sellers where its settings say so. What it then counts may be shown on other channels, and is promised to their orders.
 */
export function sendsForOthers(connector: Connector | undefined, settings: unknown): boolean {
  if (connector === undefined) return false
  const { manifest } = connector
  if (manifest.kind === 'warehouse') return true
  if (manifest.warehouse === undefined) return false
  const given = manifest.settings.safeParse(settings)
  // Settings that cannot be read switch nothing on.
  return given.success && connector.sendsForOthers?.(given.data) === true
}

/** Every connection that does. */
export async function findSendingConnections(
  db: Db,
  { organizationId, connectors }: Pick<SyncContext, 'organizationId' | 'connectors'>,
): Promise<Set<string>> {
  const found = await sql<{ connectionId: string; connector: string; settings: unknown }>`
    select connection_id, connector, settings from connection where organization_id = ${organizationId}`.execute(
    db,
  )
  return new Set(
    found.rows.flatMap(({ connectionId, connector, settings }) =>
      sendsForOthers(connectors.get(connector), settings) ? [connectionId] : [],
    ),
  )
}

/** What a connection that is being worked declares as a warehouse; undefined: it is none, or is switched off as one. */
export function warehouseTermsOf({
  connector,
  operations,
}: Pick<WorkerContext, 'connector' | 'operations'>): WarehouseTerms | undefined {
  return operations.warehouse === undefined ? undefined : connector.manifest.warehouse
}
