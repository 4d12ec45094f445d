import {
  type CallClass,
  type ChannelOperations,
  type ConnectorContext,
  type ConnectorError,
  createHttp,
  isConnectorError,
  type QueuedMessage,
  type WebhookMessage,
} from '@plimsoll/connector-kit'
import { inTransaction } from '@plimsoll/database'
import { exchangeNoter } from '../calls/call-log.ts'
import { findConnectionsOfAccounts } from '../connections/accounts.store.ts'
import { noteWebhookSeen } from '../connections/connections.store.ts'
import { isCutOff } from '../connections/lost-access.ts'
import { reachOf } from '../connections/reach.ts'
import type { OpenConnection } from '../connections/registry.ts'
import { bindStored } from '../connections/stored-tokens.ts'
import { nowOf } from '../context.ts'
import { keepMessage } from '../files/keep-message.ts'
import { notify } from '../notify.ts'
import { assertLease } from '../worker/leases.store.ts'
import type { WorkerContext } from '../worker/worker-context.ts'
import { insertInbox } from './inbox.store.ts'
import type { InboxEvent } from './inbox.ts'
import { readEvents } from './intake.ts'

/** After a failed pull the next waits so long, doubling. */
const FAILED_FIRST_MS = 1_000
const FAILED_MAX_MS = 60_000
/** What fails so often in a row passes by itself no more, some seven seconds on: a person is told. */
const FAILURES_TOLD = 3

type QueueTold = {
  /** How many events were new to this connection. */
  onStored(events: number): void
  /** Nothing waits in it any more, and nothing that is to be put into it. */
  onEmptied(): Promise<void>
  /** It has failed several times in a row. */
  onFailing(error: ConnectorError): Promise<void>
}

/**
 * Empties a connection's queue of events: pulled, stored, and only then acknowledged (I4). What is not acknowledged
 * comes again and is known by its key (I3). A queue that serves several accounts is read by each of their workers: what
 * is another's goes into the other's inbox; what is of nobody here is left for whoever it is for.
 */
export class QueueReader {
  readonly #context: WorkerContext
  readonly #operations: ChannelOperations
  readonly #bound: ConnectorContext<unknown, unknown>
  readonly #told: QueueTold
  #failures = 0

  constructor(context: WorkerContext, open: OpenConnection, told: QueueTold) {
    this.#context = context
    this.#told = told
    this.#bound = bindForQueue(context, open)
    this.#operations = open.connector.open(this.#bound)
  }

  /** @returns how long until the next pull */
  async turn(): Promise<number | undefined> {
    const { queue } = this.#context.connector.manifest.capabilities
    const { pull, acknowledge } = this.#operations
    if (queue === undefined || pull === undefined || acknowledge === undefined) return undefined
    // Shut out: what waits there is kept for when access is back.
    if (isCutOff(this.#context.connection.pauseReasons)) return FAILED_MAX_MS
    try {
      const { signal } = this.#context
      const messages = await pull.call(this.#operations, { signal })
      const { receipts, fresh } = await this.#store(messages)
      // Before the acknowledgement: what is stored is applied whether that gets through or not.
      if (fresh > 0) this.#told.onStored(fresh)
      for (let from = 0; from < receipts.length; from += queue.acknowledgeMax) {
        const some = receipts.slice(from, from + queue.acknowledgeMax)
        await acknowledge.call(this.#operations, some, { signal })
      }
      this.#failures = 0
      if (receipts.length > 0) return 0
      await this.#told.onEmptied()
      return queue.everyMs
    } catch (error) {
      // Polls find all of it too; that credentials are refused is for the lane to find out.
      if (!isConnectorError(error)) throw error
      this.#failures += 1
      const { log, connection } = this.#context
      log.warn({ connection: connection.name, kind: error.kind }, 'the queue of events could not be emptied')
      if (this.#failures >= FAILURES_TOLD) await this.#told.onFailing(error)
      return Math.min(FAILED_MAX_MS, FAILED_FIRST_MS * 2 ** Math.min(10, this.#failures - 1))
    }
  }

  /** @returns the receipts of what is stored now, or needs no storing */
  async #store(
    messages: Awaited<ReturnType<NonNullable<ChannelOperations['pull']>>>,
  ): Promise<{ receipts: string[]; fresh: number }> {
    if (messages.length === 0) return { receipts: [], fresh: 0 }
    const { database, organizationId, connection, connector, lease, uuid } = this.#context
    const { accountOf } = connector.webhooks
    const named = messages.map((message) => ({ message, accountId: accountOf?.(message) }))
    const accountIds = named.flatMap(({ accountId }) => accountId ?? [])
    const owners = await findConnectionsOfAccounts(
      database.kysely,
      organizationId,
      connection.connector,
      accountIds,
    )
    const receipts: string[] = []
    const byOwner = new Map<string, InboxEvent[]>()
    for (const { message, accountId } of named) {
      // Without an account named it is this connection's own queue.
      const owner = accountId === undefined ? connection.connectionId : owners.get(accountId)
      if (owner === undefined) continue
      const kept = await this.#keep(message)
      if (kept === undefined) continue
      receipts.push(message.receipt)
      byOwner.set(owner, [...(byOwner.get(owner) ?? []), ...readEvents(this.#context, { connector }, kept)])
    }
    const at = nowOf(this.#context)
    const fresh = await inTransaction(database, async (tx) => {
      await assertLease(tx, organizationId, lease)
      let own = 0
      for (const [connectionId, events] of [...byOwner].sort(([a], [b]) => (a < b ? -1 : 1))) {
        const arrival = { organizationId, connectionId, source: 'webhook' as const, at, uuid }
        const stored = (await insertInbox(tx, arrival, events)).length
        if (connectionId === connection.connectionId) own += stored
        await noteWebhookSeen(tx, organizationId, connectionId, at)
        await notify(tx, organizationId, { kind: 'inbox', connectionIds: [connectionId] })
      }
      return own
    })
    return { receipts, fresh }
  }

  /** A file is kept before it is acknowledged (I4). One that is of no feed stays where it is; whoever put it there is told of it in the log. */
  async #keep(message: QueuedMessage): Promise<WebhookMessage | undefined> {
    const { connector, connection, log } = this.#context
    try {
      return (await keepMessage({ connector }, message, this.#bound)).message
    } catch (error) {
      if (!isConnectorError(error)) throw error
      log.warn({ connection: connection.name, why: error.message }, 'a file of no feed was left where it is')
      return undefined
    }
  }
}

/** Of its own, so that a pull that waits for an event is no call of the lane's. */
function bindForQueue(context: WorkerContext, open: OpenConnection): ConnectorContext<unknown, unknown> {
  const purpose = { class: 'order' as CallClass, group: context.organizationId }
  const http = createHttp({
    budgets: context.budgets,
    clock: context.clock,
    publicOnly: reachOf(context, open.connection.settings),
    purpose: () => purpose,
    onExchange: exchangeNoter(context, open),
    onCall: (call) => context.log.debug({ connection: open.connection.name, ...call }, 'call'),
  })
  const owner = { ...open, secretId: open.connection.secretId, signal: context.signal }
  return bindStored(context, owner, http)
}
