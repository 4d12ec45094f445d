import type { ExplainNode, GuaranteeAssumptions, ItemProtectionShape, ProtectionList } from '@plimsoll/client'
import type { Db } from '@plimsoll/database'
import {
  findConnections,
  findItemProtections,
  findNamedProtections,
  findProtectionChanges,
  findProtectionsAt,
  isHeldByOrders,
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

/** A level of the item, as far as its protection goes. */
type ProtectedLevel = {
  connectionId: string
  protection: ItemProtectionShape['channels'][number]['protection']
  explain: ExplainNode
}

/** How one item is protected, on each connection that lists it. */
export async function findItemProtection(db: Db, organizationId: string, itemId: string) {
  const [settings, [standing], [changed], isHeld] = await Promise.all([
    findNamedProtections(db, organizationId),
    findItemProtections(db, organizationId, [itemId]),
    findProtectionsAt(db, organizationId, [{ scope: 'item', scopeId: itemId }], FOR_EVER),
    isHeldByOrders(db, organizationId, itemId),
  ])
  return { itemId, settings, standing, changed, isHeld }
}
/** Whatever was set last. */
const FOR_EVER = new Date(8.64e15)

export function toItemProtection(
  context: SyncContext,
  { itemId, settings, standing, changed, isHeld }: Awaited<ReturnType<typeof findItemProtection>>,
  connections: readonly Listed[],
  levels: readonly ProtectedLevel[],
): ItemProtectionShape {
  const own = settings.find(({ scope, scopeId }) => scope === 'item' && scopeId === itemId)
  const byConnection = Map.groupBy(levels, ({ connectionId }) => connectionId)
  return {
    // Of no connection: those may be set otherwise, each by itself.
    mode: nearestProtection(settings, { itemId, connectionId: '' }).mode,
    isOwn: own !== undefined,
    standing:
      standing === undefined
        ? null
        : {
            state: standing.state,
            since: standing.since.toISOString(),
            shortUnits: standing.shortUnits,
            obstacles: [
              // Written by `findObstacles`, whose codes they are.
              ...(standing.obstacles as NonNullable<ItemProtectionShape['standing']>['obstacles']),
              ...(isHeld ? (['unread-order'] as const) : []),
            ],
          },
    channels: connections.map(({ connectionId, name }) => {
      const listed = byConnection.get(connectionId) ?? []
      return {
        connectionId,
        connectionName: name,
        mode: nearestProtection(settings, { itemId, connectionId }).mode,
        protection: STRONGEST.find((each) => listed.some((level) => level.protection === each)) ?? 'open',
        keptBack: listed.reduce((sum, { explain }) => sum + keptBackIn(explain), 0),
      }
    }),
    changed:
      changed?.since && changed.actor !== null
        ? { at: changed.since.toISOString(), actor: changed.actor }
        : null,
    assumptions: connections.map((connection) => assumptionsOf(context, connection)),
  }
}

const STRONGEST = ['guaranteed', 'tightening', 'buffered'] as const

/** As the explanation says it. */
function keptBackIn({ label, value, rows = [] }: ExplainNode): number {
  const own = label === 'load-line' || label === 'demand-buffer' ? Math.max(0, -(value ?? 0)) : 0
  return rows.reduce((sum, row) => sum + keptBackIn(row), own)
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
