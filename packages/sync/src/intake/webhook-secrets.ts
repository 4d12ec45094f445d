import { isDeepStrictEqual } from 'node:util'
import { getSecret, saveSecret } from '@plimsoll/accounts'
import { inTransaction } from '@plimsoll/database'
import { nowOf } from '../context.ts'
import { notify } from '../notify.ts'
import { assertLease } from '../worker/leases.store.ts'
import type { WorkerContext } from '../worker/worker-context.ts'

/**
 * Lays what a platform said as its webhooks were registered over the stored credentials, sealed as they are. Every process
 * opens the connection anew after that: what verifies a webhook must know them. Nothing happens where they are stored.
 */
export async function keepWebhookSecrets(
  context: WorkerContext,
  secrets: Readonly<Record<string, unknown>>,
): Promise<void> {
  const { database, masterKey, organizationId, connection, connector, lease } = context
  const place = { organizationId, secretId: connection.secretId }
  await inTransaction(database, async (tx) => {
    await assertLease(tx, organizationId, lease)
    const stored = connector.manifest.credentials.parse(await getSecret(tx, masterKey, place))
    const value = connector.manifest.credentials.parse({ ...(stored as object), ...secrets })
    if (isDeepStrictEqual(stored, value)) return
    await saveSecret(tx, masterKey, { ...place, value, at: nowOf(context) })
    await notify(tx, organizationId, { kind: 'connection', connectionIds: [connection.connectionId] })
  })
}
