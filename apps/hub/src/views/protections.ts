import type { GuaranteeAssumptions, ItemProtectionShape, ProtectionList } from '@plimsoll/client'
import type { Db } from '@plimsoll/database'
import {
  findConnections,
  findItemProtections,
  findNamedProtections,
  findProtectionChanges,
  nearestProtection,
  type SyncContext,
} from '@plimsoll/sync'

/** How everything is protected, and what a guarantee rests on at each connection. */
export async function listProtections(context: SyncContext): Promise<ProtectionList> {
  const { organizationId, database } = context
  const [rows, changes, connections] = await Promise.all([
    findNamedProtections(database.kysely, organizationId),
    findProtectionChanges(database.kysely, organizationId, { limit: CHANGES_MAX }),
    findConnections(database.kysely, organizationId),
  ])
  return {
    rows: rows.map(({ scopeId, updatedAt, ...row }) => ({
      ...row,
      connectionId: row.scope === 'connection' ? scopeId : null,
      updatedAt: updatedAt.toISOString(),
    })),
    changes: changes.map((change) => ({ ...change, at: change.at.toISOString() })),
    assumptions: connections.map((connection) => assumptionsOf(context, connection)),
  }
}
const CHANGES_MAX = 100

/** The same of one item and the connections that list it. */
export async function getItemProtection(
  context: SyncContext,
  db: Db,
  itemId: string,
  connections: readonly Listed[],
): Promise<ItemProtectionShape> {
  const { organizationId } = context
  const [settings, [standing]] = [
    await findNamedProtections(db, organizationId),
    await findItemProtections(db, organizationId, [itemId]),
  ]
  const own = settings.find(({ scope, scopeId }) => scope === 'item' && scopeId === itemId)
  const [first] = connections
  const nearest = nearestProtection(settings, { itemId, connectionId: first?.connectionId ?? '' })
  return {
    mode: nearest.mode,
    isOwn: own !== undefined,
    standing:
      standing === undefined
        ? null
        : {
            state: standing.state,
            since: standing.since.toISOString(),
            shortUnits: standing.shortUnits,
            // Written by `findObstacles`, whose codes they are.
            obstacles: standing.obstacles as NonNullable<ItemProtectionShape['standing']>['obstacles'],
          },
    assumptions: connections.map((connection) => assumptionsOf(context, connection)),
  }
}

type Listed = { connectionId: string; name: string; connector: string }

function assumptionsOf(
  context: SyncContext,
  { connectionId, name, connector }: Listed,
): GuaranteeAssumptions {
  const capabilities = context.connectors.get(connector)?.manifest.capabilities
  return {
    connectionId,
    connectionName: name,
    connector,
    impossibleBecause: capabilities?.unguaranteed ?? null,
    facts: capabilities?.facts.map((fact) => ({ ...fact })) ?? [],
  }
}
