import { isConnectorError } from '@plimsoll/connector-kit'
import { nowOf, type Tx } from '../context.ts'
import type { WorkerContext } from '../worker/worker-context.ts'
import { type InboxRow, type InboxVerdict, insertInbox } from './inbox.store.ts'
import { type InboxEvent, toInboxEvent } from './inbox.ts'
import { verdictOf } from './verdicts.ts'

/** A connector mended since may read what it could not: then its events take the row's place. Else it stays parked. */
export async function reparse(context: WorkerContext, tx: Tx, row: InboxRow): Promise<InboxVerdict> {
  const raw = row.payload as { reason?: string; headers?: Record<string, string>; body?: unknown }
  const events = readAgain(context, raw)
  if (events === undefined) {
    context.log.warn({ inboxId: row.inboxId }, 'an unreadable event was replayed and is still unreadable')
    return {
      ...verdictOf(row, 'parked'),
      reasonCode: 'malformed',
      reason: raw.reason ?? 'The event cannot be read.',
      told: { code: 'unreadable', facts: { message: raw.reason ?? '' } },
    }
  }
  const { organizationId, uuid } = context
  const { connectionId, source } = row
  await insertInbox(tx, { organizationId, connectionId, source, at: nowOf(context), uuid }, events, {
    kind: 'inbox',
    connectionIds: [connectionId],
  })
  return verdictOf(row, 'applied')
}

/** @returns undefined where it still cannot be read, or was never kept: what is not JSON may hold personal data */
function readAgain(
  { connector, uuid }: WorkerContext,
  { headers = {}, body }: { headers?: Record<string, string>; body?: unknown },
): InboxEvent[] | undefined {
  if (body === undefined) return undefined
  try {
    const events = connector.webhooks.parse({ headers, body: Buffer.from(JSON.stringify(body)) })
    return events.flatMap((event) => toInboxEvent(event, uuid) ?? [])
  } catch (error) {
    if (!isConnectorError(error)) throw error
    return undefined
  }
}
