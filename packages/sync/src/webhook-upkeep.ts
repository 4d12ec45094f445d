import { noteWebhooksChecked } from './connections.store.ts'
import { nowOf } from './context.ts'
import type { WorkerContext } from './worker-context.ts'

const WEBHOOK_CHECK_MS = 3_600_000

/** Now and then makes sure that the platform still sends its webhooks to us. */
export async function keepWebhooks(context: WorkerContext): Promise<void> {
  const { clock, connection, publicUrl, operations, log } = context
  if (publicUrl === undefined) return
  const checkedAt = connection.webhooksCheckedAt?.getTime() ?? 0
  if (clock.now() - checkedAt < WEBHOOK_CHECK_MS) return
  const url = `${publicUrl}/webhooks/${connection.connectionId}`
  const found = await operations.registerWebhooks(url, { signal: context.signal })
  connection.webhooksCheckedAt = nowOf(context)
  await noteWebhooksChecked(
    context.database.kysely,
    context.organizationId,
    connection.connectionId,
    connection.webhooksCheckedAt,
  )
  if (found.registered.length + found.repaired.length > 0) {
    log.info({ connection: connection.name, ...found }, 'webhooks registered')
  }
}
