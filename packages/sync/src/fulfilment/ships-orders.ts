import { inTransaction } from '@plimsoll/database'
import { findConnection, saveShipsOrdersFrom } from '../connections/connections.store.ts'
import type { SyncContext } from '../context.ts'
import { syncProblem } from '../errors.ts'
import { notify } from '../notify.ts'

/**
 * Says whether the hub has a channel's orders sent, and since which of them; null: somebody else does. What is on its way
 * then goes its way to the end.
 * @throws SyncProblem where there is no such connection, or its platform cannot be told of shipments
 */
export async function setShipsOrders(
  context: SyncContext,
  connectionId: string,
  from: Date | null,
): Promise<void> {
  const { database, organizationId, connectors } = context
  const connection = await findConnection(database.kysely, organizationId, connectionId)
  if (connection === undefined)
    throw syncProblem('unknown-connection', 'connection', 'There is no such connection.')
  if (from !== null && connectors.get(connection.connector)?.manifest.kind !== 'channel')
    throw syncProblem('wrong-state', 'connection', `"${connection.name}" sells nothing: choose a channel.`)
  await inTransaction(database, async (tx) => {
    await saveShipsOrdersFrom(tx, organizationId, connectionId, from)
    await notify(tx, organizationId, { kind: 'connection', connectionIds: [connectionId] })
  })
}
