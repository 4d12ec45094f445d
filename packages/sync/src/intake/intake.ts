import { isConnectorError, type WebhookRequest, withoutPersonalData } from '@plimsoll/connector-kit'
import { digestOf } from '@plimsoll/stock'
import { noteWebhookSeen } from '../connections/connections.store.ts'
import type { ConnectionRegistry, OpenConnection } from '../connections/registry.ts'
import { nowOf, type SyncContext } from '../context.ts'
import { type InboxEvent, toInboxEvent } from './inbox.ts'

export type IntakeAnswer =
  | { kind: 'stored'; fresh: number }
  | { kind: 'nothing-to-store' }
  | { kind: 'unknown-connection' }
  | { kind: 'bad-signature' }

/** Platforms wait seconds for their answer. */
const WAIT_MS = 50

/**
 * Takes one webhook in: verified, stored, and only then answered (I4). A verified body that cannot be
 * read is parked, not refused: refusing would make the platform send it again for nothing, or drop it.
 */
export async function receiveWebhook(
  context: SyncContext,
  registry: ConnectionRegistry,
  connectionId: string,
  request: WebhookRequest,
): Promise<IntakeAnswer> {
  const open = await registry.find(connectionId)
  if (open === undefined) return { kind: 'unknown-connection' }
  const { webhooks } = open.connector
  if (webhooks.isPing?.(request) === true) return { kind: 'nothing-to-store' }
  // Reading a dozen of these takes longer than applying the order that they came with.
  if (webhooks.mayWait?.(request) === true) await context.clock.sleep(WAIT_MS)
  if (!webhooks.verify(request, open.credentials)) return { kind: 'bad-signature' }

  const events = readEvents(context, open, request)
  if (events.length === 0) return { kind: 'nothing-to-store' }
  const at = nowOf(context)
  const fresh = await registry.intakeOf(connectionId).store(events)
  if (registry.isWebhookNoteDue(connectionId, at.getTime()))
    await noteWebhookSeen(context.database.kysely, context.organizationId, connectionId, at)
  return { kind: 'stored', fresh }
}

/** Reads a verified body; one that cannot be read becomes an event of its own, less personal data. */
function readEvents(context: SyncContext, open: OpenConnection, request: WebhookRequest): InboxEvent[] {
  try {
    const events = open.connector.webhooks.parse(request)
    return events.flatMap((event) => toInboxEvent(event, () => context.uuid()) ?? [])
  } catch (error) {
    if (!isConnectorError(error)) throw error
    const text = Buffer.from(request.body).toString('utf8')
    const digest = digestOf(text)
    return [
      {
        topic: 'unreadable',
        subject: digest.slice(0, 12),
        eventKey: `unreadable:${digest}`,
        payload: { reason: error.message, ...toRaw(open, request, text) },
      },
    ]
  }
}

/** What came over the wire, so that a mended connector can read it again. */
function toRaw(open: OpenConnection, request: WebhookRequest, text: string): object {
  const topicHeaders = Object.fromEntries(
    Object.entries(request.headers).filter(([name]) => /topic|event|resource|api-version/i.test(name)),
  )
  try {
    const body = withoutPersonalData(JSON.parse(text), open.connector.webhooks.personalDataKeys)
    return { headers: topicHeaders, body }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    // Not JSON at all: personal data cannot be told apart, so only its length and first character are kept
    // (`<` is a web page, `{` a body cut short).
    return { headers: topicHeaders, bodyLength: text.length, startsWith: text.slice(0, 1) }
  }
}
