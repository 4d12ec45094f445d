import { getSecret } from '@plimsoll/accounts'
import type { Connector, ConnectorContext } from '@plimsoll/connector-kit'
import { digestOf } from '@plimsoll/stock'
import { type Caller, callerOf } from '../calls/call-log.ts'
import type { SyncContext } from '../context.ts'
import { IntakeQueue, type Receiver } from '../intake/intake-queue.ts'
import { type Connection, findConnection, findConnections } from './connections.store.ts'
import { openHttp } from './open-connector.ts'
import { bindStored } from './stored-tokens.ts'

/** A connection with its connector and its opened credentials. Never logged, never answered. */
export type OpenConnection = {
  connection: Connection
  connector: Connector
  settings: unknown
  credentials: unknown
}

const AGE_MS_MAX = 60_000

/**
 * Keeps opened connections for a short while: intake must answer in a millisecond, and opening one
 * costs two reads and a decryption. Forgotten at once when a connection changes (NOTIFY) and at the
 * latest after a minute.
 */
export class ConnectionRegistry {
  readonly #context: SyncContext
  readonly #workerOf: (connectionId: string) => Receiver | undefined
  readonly #webhookNotedAt = new Map<string, number>()
  readonly #intakes = new Map<string, IntakeQueue>()
  readonly #bound = new WeakMap<OpenConnection, ConnectorContext<unknown, unknown>>()
  readonly #callers = new WeakMap<OpenConnection, Caller>()
  readonly #known = new Map<string, { at: number; open: OpenConnection }>()

  /** @param workerOf who works a connection in this process, if anybody does */
  constructor(
    context: SyncContext,
    workerOf: (connectionId: string) => Receiver | undefined = () => undefined,
  ) {
    this.#context = context
    this.#workerOf = workerOf
  }

  /** @returns undefined when there is no such connection. Throws when its connector or secret cannot be had. */
  async find(connectionId: string): Promise<OpenConnection | undefined> {
    const known = this.#known.get(connectionId)
    const now = this.#context.clock.now()
    if (known !== undefined && now - known.at < AGE_MS_MAX) return known.open
    const open = await openStored(this.#context, connectionId)
    if (open === undefined) return undefined
    this.#known.set(connectionId, { at: now, open })
    return open
  }

  /** What the connector verifies webhooks with: it may have to fetch the platform's keys. */
  contextOf(open: OpenConnection): ConnectorContext<unknown, unknown> {
    const known = this.#bound.get(open)
    if (known !== undefined) return known
    const owner = { ...open, secretId: open.connection.secretId }
    const bound = bindStored(this.#context, owner, openHttp(this.#context, open.connector, open))
    this.#bound.set(open, bound)
    return bound
  }

  /** As whose calls its webhooks are written down. */
  callerOf(open: OpenConnection): Caller {
    const known = this.#callers.get(open)
    if (known !== undefined) return known
    const caller = callerOf(this.#context.organizationId, open)
    this.#callers.set(open, caller)
    return caller
  }

  /** The connections of one application, as `applicationKeyOf` names it, in the order in which they were made. */
  async findOfApplication(connectorId: string, applicationKey: string): Promise<OpenConnection[]> {
    const { database, organizationId } = this.#context
    const all = await findConnections(database.kysely, organizationId)
    const found: OpenConnection[] = []
    for (const { connector, connectionId } of all) {
      if (connector !== connectorId) continue
      const open = await this.find(connectionId)
      if (open !== undefined && applicationKeyOf(open) === applicationKey) found.push(open)
    }
    return found
  }

  /** True once a second per connection: when a webhook came is shown, not counted. */
  isWebhookNoteDue(connectionId: string, now: number): boolean {
    if (now - (this.#webhookNotedAt.get(connectionId) ?? 0) < 1_000) return false
    this.#webhookNotedAt.set(connectionId, now)
    return true
  }

  intakeOf(connectionId: string): IntakeQueue {
    const known = this.#intakes.get(connectionId)
    if (known !== undefined) return known
    const queue = new IntakeQueue(this.#context, connectionId, () => this.#workerOf(connectionId))
    this.#intakes.set(connectionId, queue)
    return queue
  }

  forget(connectionId: string): void {
    this.#known.delete(connectionId)
  }
}

/** As it is stored at this moment. @returns as `ConnectionRegistry.find` does */
export async function openStored(
  { database, organizationId, masterKey, connectors }: SyncContext,
  connectionId: string,
): Promise<OpenConnection | undefined> {
  const connection = await findConnection(database.kysely, organizationId, connectionId)
  if (connection === undefined) return undefined
  const connector = connectors.get(connection.connector)
  if (connector === undefined) {
    throw new Error(`There is no connector "${connection.connector}" in this installation.`)
  }
  const { secretId } = connection
  const secret = await getSecret(database.kysely, masterKey, { organizationId, secretId })
  return {
    connection,
    connector,
    settings: connector.manifest.settings.parse(connection.settings),
    credentials: connector.manifest.credentials.parse(secret),
  }
}

/** Names the application that a connection uses, in addresses: nobody can tell its credentials from it. */
export function applicationKeyOf({
  connector,
  settings,
  credentials,
}: Pick<OpenConnection, 'connector' | 'settings' | 'credentials'>): string {
  const keys = connector.budgetKeys?.({ settings, credentials })
  return digestOf(JSON.stringify([connector.manifest.id, keys?.application ?? keys?.account ?? ''])).slice(
    0,
    32,
  )
}
