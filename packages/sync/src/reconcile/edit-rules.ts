import { type EditRule, inTransaction } from '@plimsoll/database'
import { saveEditRule } from '../connections/connections.store.ts'
import { findConnectionId } from '../connections/connections.ts'
import type { SyncContext } from '../context.ts'
import { notify } from '../notify.ts'

/**
 * Sets what becomes of a number that somebody types into a connection's own screens: the hub's goes out again, the edit
 * is taken over as a movement, or a person is asked. It holds for what is found from now on.
 * @throws SyncProblem for a connection that is not known
 */
export async function changeEditRule(
  context: SyncContext,
  connection: string,
  rule: EditRule,
): Promise<void> {
  const { organizationId } = context
  const connectionId = await findConnectionId(context, connection)
  await inTransaction(context.database, async (tx) => {
    await saveEditRule(tx, organizationId, connectionId, rule)
    await notify(tx, organizationId, { kind: 'connection', connectionIds: [connectionId] })
    await notify(tx, organizationId, { kind: 'screen', topics: ['connections'], itemIds: [] })
  })
}
