import { inTransaction } from '@plimsoll/database'
import { findConnection, saveShipsOrdersFrom } from '../connections/connections.store.ts'
import { findConnectionId } from '../connections/connections.ts'
import { nowOf, type SyncContext } from '../context.ts'
import { syncProblem } from '../errors.ts'
import { notify } from '../notify.ts'

/**
 * Says whether the hub has a channel's orders sent, and since which of them; null: somebody else does. What is on its way
 * then goes its way to the end.
 * @throws SyncProblem where there is no such connection, or it is no channel
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
    await notify(
      tx,
      organizationId,
      { kind: 'connection', connectionIds: [connectionId] },
      { kind: 'screen', topics: ['connections'], itemIds: [] },
    )
  })
}

export type ShipsOrders = { connectionId: string; shipsOrders: boolean; from: Date | null }

/**
 * The same as a person says it: by id or name, and from now on unless they say since when.
 * @throws SyncProblem
 */
export async function changeShipsOrders(
  context: SyncContext,
  connection: string,
  change: { shipsOrders: boolean; from: Date | undefined },
): Promise<ShipsOrders> {
  const connectionId = await findConnectionId(context, connection)
  const found = await findConnection(context.database.kysely, context.organizationId, connectionId)
  // Said again without a moment, the one that holds stays: a second click gives no older orders up.
  const since = change.from ?? found?.shipsOrdersFrom ?? nowOf(context)
  const from = change.shipsOrders ? since : null
  await setShipsOrders(context, connectionId, from)
  return { connectionId, shipsOrders: change.shipsOrders, from }
}
