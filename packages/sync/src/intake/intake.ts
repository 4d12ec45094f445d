import {
  type ConnectorContext,
  isConnectorError,
  type PersonalDataKey,
  type WebhookHandling,
  type WebhookMessage,
  type WebhookRequest,
  withoutPersonalData,
} from '@plimsoll/connector-kit'
import { digestOf } from '@plimsoll/stock'
import { openApplication } from '../connections/applications.ts'
import { noteWebhookSeen } from '../connections/connections.store.ts'
import type { ConnectionRegistry, OpenConnection } from '../connections/registry.ts'
import { nowOf, type SyncContext } from '../context.ts'
import { keepMessage } from '../files/keep-message.ts'
import { type InboxEvent, toInboxEvent } from './inbox.ts'

export type IntakeAnswer =
  | { kind: 'stored'; fresh: number }
  | { kind: 'nothing-to-store' }
  /** The platform asks whether the address is ours. */
  | { kind: 'challenge'; contentType: string; body: string }
  | { kind: 'unknown-connection' }
  | { kind: 'bad-signature' }
  /** It is the platform's, and of nothing that the connection knows: calling again does not help. */
  | { kind: 'refused'; why: string }
  /** Whether it is the platform's could not be found out now: it is to call again. */
  | { kind: 'unverifiable'; why: string }

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
  return await receiveFor(context, registry, open, open, request)
}

/**
 * Takes a webhook in at the address of an application, which serves all its connections: the message names the account.
 * The credentials of that account's connection verify it; what is about an account that is not connected here (or about
 * none) is verified with another's of the same application, and not stored.
 */
export async function receiveForApplication(
  context: SyncContext,
  registry: ConnectionRegistry,
  application: { connector: string; key: string },
  request: WebhookRequest,
): Promise<IntakeAnswer> {
  const connections = await registry.findOfApplication(application.connector, application.key)
  const [any] = connections
  if (any === undefined) return await receiveBeforeConnecting(context, application, request)
  const accountId = any.connector.webhooks.accountOf?.(request)
  const meant = connections.find(({ connection }) => connection.accountId === accountId)
  return await receiveFor(context, registry, meant ?? any, meant, request)
}

/**
 * No account of it is connected yet: what the platform asks is answered with what the application proves itself with, and
 * what it tells is verified, and about nobody here.
 */
async function receiveBeforeConnecting(
  context: SyncContext,
  application: { connector: string; key: string },
  request: WebhookRequest,
): Promise<IntakeAnswer> {
  const open = await openApplication(context, application)
  if (open === undefined) return { kind: 'unknown-connection' }
  const { webhooks } = open.connector
  const answer = webhooks.challenge?.(request, open.bound)
  if (answer !== undefined) return { kind: 'challenge', ...answer }
  if (request.method === 'GET') return { kind: 'unknown-connection' }
  if (webhooks.isPing?.(request) === true) return { kind: 'nothing-to-store' }
  return (await verify(webhooks, request, open.bound)) ?? { kind: 'nothing-to-store' }
}

/** @returns why it is not taken; undefined: it is the platform's */
async function verify(
  webhooks: WebhookHandling<unknown, unknown>,
  request: WebhookRequest,
  bound: ConnectorContext<unknown, unknown>,
): Promise<IntakeAnswer | undefined> {
  try {
    return (await webhooks.verify(request, bound)) ? undefined : { kind: 'bad-signature' }
  } catch (error) {
    if (!isConnectorError(error)) throw error
    return { kind: 'unverifiable', why: error.message }
  }
}

/** @param meant whose it is; undefined: nobody's here */
async function receiveFor(
  context: SyncContext,
  registry: ConnectionRegistry,
  open: OpenConnection,
  meant: OpenConnection | undefined,
  request: WebhookRequest,
): Promise<IntakeAnswer> {
  const { clock, calls } = context
  const at = clock.now()
  const startedMs = clock.monotonic()
  const about: string[] = []
  const answer = await takeIn({ context, registry, open, meant, about }, request)
  calls?.noteWebhook(registry.callerOf(meant ?? open), request, {
    status: STATUS_OF[answer.kind],
    at,
    durationMs: clock.monotonic() - startedMs,
    about,
  })
  return answer
}

/** How each is answered over HTTP (`errors.ts` and the hub's own codes say the same). */
const STATUS_OF: Readonly<Record<IntakeAnswer['kind'], number>> = {
  stored: 200,
  'nothing-to-store': 200,
  challenge: 200,
  'unknown-connection': 404,
  'bad-signature': 401,
  refused: 422,
  unverifiable: 503,
}

type Arrival = {
  context: SyncContext
  registry: ConnectionRegistry
  open: OpenConnection
  meant: OpenConnection | undefined
  /** Is told what came. */
  about: string[]
}

async function takeIn(
  { context, registry, open, meant, about }: Arrival,
  request: WebhookRequest,
): Promise<IntakeAnswer> {
  const { webhooks } = open.connector
  const answer = webhooks.challenge?.(request, registry.contextOf(open))
  if (answer !== undefined) return { kind: 'challenge', ...answer }
  if (request.method === 'GET') return { kind: 'unknown-connection' }
  if (webhooks.isPing?.(request) === true) return { kind: 'nothing-to-store' }
  // Reading a dozen of these takes longer than applying the order that they came with.
  if (webhooks.mayWait?.(request) === true) await context.clock.sleep(WAIT_MS)
  const refused = await verify(webhooks, request, registry.contextOf(open))
  if (refused !== undefined) return refused
  if (meant === undefined) return { kind: 'nothing-to-store' }

  const kept = await keep(meant, request, registry.contextOf(meant))
  if ('refused' in kept) return { kind: 'refused', why: kept.refused }
  const events = readEvents(context, meant, kept.message)
  if (events.length === 0) return { kind: 'nothing-to-store' }
  for (const { topic, subject, eventKey } of events)
    about.push(`event:${eventKey}`, `${topic === 'order-deleted' ? 'order' : topic}:${subject}`)
  const at = nowOf(context)
  const { connectionId } = meant.connection
  const fresh = await registry.intakeOf(connectionId).store(events)
  if (registry.isWebhookNoteDue(connectionId, at.getTime()))
    await noteWebhookSeen(context.database.kysely, context.organizationId, connectionId, at)
  return { kind: 'stored', fresh }
}

/** A file where only the settings say what it means (kept before it is answered, I4); else as it came. */
async function keep(
  meant: OpenConnection,
  request: WebhookRequest,
  bound: ConnectorContext<unknown, unknown>,
): Promise<{ message: WebhookMessage } | { refused: string }> {
  try {
    return await keepMessage(meant, request, bound)
  } catch (error) {
    if (!isConnectorError(error)) throw error
    return { refused: error.message }
  }
}

/** Reads a verified message; one that cannot be read becomes an event of its own, less personal data. */
export function readEvents(
  context: Pick<SyncContext, 'uuid'>,
  { connector }: Pick<OpenConnection, 'connector'>,
  message: WebhookMessage,
): InboxEvent[] {
  const { webhooks } = connector
  try {
    const events = webhooks.parse(message)
    return events.flatMap((event) => toInboxEvent(event, () => context.uuid()) ?? [])
  } catch (error) {
    if (!isConnectorError(error)) throw error
    const text = Buffer.from(message.body).toString('utf8')
    const digest = digestOf(text)
    return [
      {
        topic: 'unreadable',
        subject: digest.slice(0, 12),
        eventKey: `unreadable:${digest}`,
        payload: { reason: error.message, ...toRaw(webhooks.personalDataKeys, message, text) },
      },
    ]
  }
}

/** What came over the wire, so that a mended connector can read it again. */
function toRaw(personalDataKeys: readonly PersonalDataKey[], message: WebhookMessage, text: string): object {
  const topicHeaders = Object.fromEntries(
    Object.entries(message.headers).filter(([name]) => /topic|event|resource|api-version/i.test(name)),
  )
  try {
    const body = withoutPersonalData(JSON.parse(text), personalDataKeys)
    return { headers: topicHeaders, body }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    // Not JSON at all: personal data cannot be told apart, so only its length and first character are kept
    // (`<` is a web page, `{` a body cut short).
    return { headers: topicHeaders, bodyLength: text.length, startsWith: text.slice(0, 1) }
  }
}
