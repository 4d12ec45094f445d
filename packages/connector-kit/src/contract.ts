import type { z } from 'zod'
import type { GrantPage, TokenSource } from './authorization.ts'
import type { BudgetSpec } from './budgets.ts'
import type {
  Cancellation,
  ExternalCount,
  ExternalLevel,
  ExternalListing,
  ExternalLocation,
  ExternalOrder,
  LevelKey,
  LevelWrite,
  Page,
  QueuedMessage,
  Shipment,
  TicketOutcome,
  WebhookEvent,
  WriteOutcome,
} from './canonical.ts'
import type { Capabilities } from './capabilities.ts'
import type { ConnectionFiles } from './files/connection-files.ts'
import type { Http } from './http.ts'
import type { PersonalDataRule } from './personal-data-rule.ts'
import type { SampleTools } from './samples.ts'
import type { WarehouseOperations, WarehouseTerms } from './warehouse/operations.ts'
import type { Recipient } from './warehouse/shapes.ts'
import type { WebhookHandling } from './webhook-handling.ts'

/**
 * The connector contract. A connector is one folder, knows nothing of the hub, and touches the
 * network only through the `http` it is handed. Its operations are async, cancellable, and free of
 * retries and sleeps: the kit and the lane do those, acting on the error class alone.
 */
export type Connector<Settings = unknown, Credentials = unknown> = {
  manifest: Manifest<Settings, Credentials>
  /** Binds one connection. Makes no request. */
  open(context: ConnectorContext<Settings, Credentials>): ChannelOperations
  /**
   * Whose budgets a connection spends: connections with the same `account` share those of that scope, with the same
   * `application` the rest. Hashed before they are kept anywhere. Absent: no two connections share any.
   */
  budgetKeys?(connection: { settings: Settings; credentials: Credentials }): BudgetKeys
  /**
   * Access tokens that are fetched with the credentials and end, by name: a request is sent with one by `token: { name,
   * headers }`. Absent: the credentials themselves prove every request.
   */
  tokens?: Readonly<Record<string, TokenSource<Settings, Credentials>>>
  /**
   * Of a channel that is a warehouse too: whether these settings have it send orders of other channels. Where they do not,
   * its operations have no `warehouse`. Absent: a channel never does, a warehouse always.
   */
  sendsForOthers?(settings: Settings): boolean
  /** The platform's page on which a person grants access. Absent: credentials are typed in. */
  grant?: GrantPage<Settings, Credentials>
  webhooks: WebhookHandling<Settings, Credentials>
  /** Where its settings hold a description that can be tried on a sample file. Absent: there is nothing to describe. */
  samples?: SampleTools<Settings>
}

export type BudgetKeys = { account: string; application?: string }

export type Manifest<Settings = unknown, Credentials = unknown> = {
  /** Folder name and stable key: `shopify`. */
  id: string
  name: string
  kind: 'channel' | 'warehouse' | 'erp'
  colour: `#${string}`
  /** ISO 3166-1 alpha-2, or `world`. */
  regions: readonly string[]
  /**
   * The connect form is drawn from these: see `form.ts` for what each field's `.meta()` may say. A server that a person names is
   * an address with its scheme, also within a description in JSON: by that the hub knows where it may send credentials.
   */
  settings: z.ZodType<Settings>
  credentials: z.ZodType<Credentials>
  /** The platform's version that the connector is written against; `endsOn` (a date) where it ends. Both `check()`s warn. */
  apiVersion?: { version: string; endsOn?: string; source: string }
  capabilities: Capabilities
  /** What it does as a warehouse: of the kind `warehouse`, and of a channel that stores and ships for its sellers too. */
  warehouse?: WarehouseTerms
  /** How long one may keep to whom its orders go; absent: it demands nothing beyond the law, and the organization's setting counts. */
  personalData?: PersonalDataRule
  budgets: readonly BudgetSpec[]
}

export type ConnectorContext<Settings, Credentials> = {
  settings: Settings
  credentials: Credentials
  http: Http
  /** Milliseconds since the epoch, by the handed clock; never read the wall clock. */
  now(): number
  /** Fresh random id (idempotency keys that no write id covers). */
  uuid(): string
  /** For connectors that work with files. Absent where the connection is only being tried: nothing is kept then. */
  files?: ConnectionFiles
}

export type CallOptions = { signal?: AbortSignal }

/** What the writes of a call are for; where it is not said, as urgent as a decrease. */
export type WriteOptions = CallOptions & { urgency?: 'decrease' | 'increase' }

/** What `check()` finds: who the hub is on the platform, and what it may not do. */
export type CheckResult = {
  /** For a person. */
  account: string
  /** Never changes and is never given to another: reconnecting to another account is refused by it. */
  accountId: string
  currency: string | undefined
  timeZone: string | undefined
  /** Rights the hub needs and lacks, as the platform names them. */
  missingScopes: string[]
  /** Sentences a person should read before going live (untracked stock, old version, insecure address). */
  warnings: string[]
  /** The same in Chinese, in the same order (`toWarnings`). Absent where there are none. */
  warningsInChinese?: string[]
  /**
   * Where the platform tells nobody whose credentials they are, so that `accountId` is what the settings say, and would not
   * show that they may work on it: why, and what a person can do, in a sentence. No connection is taken over with them.
   */
  unproven?: string
  /** The same in Chinese (`toUnproven`). */
  unprovenInChinese?: string
}

export type RegisteredWebhooks = {
  registered: string[]
  repaired: string[]
  /**
   * Where the platform makes up what it signs with, and tells it this once: fields of the credentials, laid over those
   * that are stored as soon as they are told. Until then its webhooks are refused. Told again while they are not stored.
   */
  secrets?: Readonly<Record<string, unknown>>
}

export type ChannelOperations = {
  check(options?: CallOptions): Promise<CheckResult>
  locations(options?: CallOptions): Promise<ExternalLocation[]>
  listings(cursor: string | undefined, options?: CallOptions): Promise<Page<ExternalListing>>
  /** One listing as it is now; throws NotFound when it is gone. */
  listing(externalId: string, options?: CallOptions): Promise<ExternalListing>
  /** Reads these levels now (not from a search index). Levels that the platform no longer has are left out. */
  levels(keys: readonly LevelKey[], options?: CallOptions): Promise<ExternalLevel[]>
  /**
   * One outcome for every write, in any order. Throws only when the call as a whole failed. Where there are a fast way
   * and a slow one for many, a `decrease` always takes the fast one.
   */
  setLevels(writes: readonly LevelWrite[], options?: WriteOptions): Promise<WriteOutcome[]>
  /**
   * One outcome for every ticket, in any order; asking changes nothing, and the final ones stay the same until the
   * tickets die. A ticket is all that is needed: any process may ask, long after the one that wrote has gone.
   * Throws only when the call as a whole failed. Required where the manifest declares `tickets`, absent elsewhere.
   */
  outcomes?(tickets: readonly string[], options?: CallOptions): Promise<TicketOutcome[]>
  /**
   * Takes a listing off the channel although its quantity could not be lowered, so that it stops selling: for a
   * refused decrease. Withdrawing one that is withdrawn changes nothing. Throws as `setLevels` does. Required where the
   * manifest declares `withdraw`, absent elsewhere.
   */
  withdraw?(externalId: string, options?: CallOptions): Promise<void>
  /**
   * Where a listing is on sale now, as far as `withdraw` takes that away: the hub keeps it before it withdraws anything,
   * and hands it to `reinstate`. One withdrawal that was cut off half-way is then put back as it was before it began.
   * Changes nothing. Absent where `reinstate` needs no such thing.
   */
  placement?(externalId: string, options?: CallOptions): Promise<string>
  /**
   * Puts a listing that `withdraw` took off back as it was sold before. Reinstating one that sells changes nothing.
   * @param options.placement what `placement` said, in a connector that has it
   */
  reinstate?(externalId: string, options?: CallOptions & { placement?: string }): Promise<void>
  /** Orders changed at or after `since`, oldest change first, every state included. */
  orders(
    query: { since: Date; cursor: string | undefined },
    options?: CallOptions,
  ): Promise<Page<ExternalOrder>>
  /** How many orders were placed from `from` on and before `to`, those in the list of `orders`. Required for `gaps: 'count'`. */
  countOrders?(period: { from: Date; to: Date }, options?: CallOptions): Promise<number>
  /** What changed in a declared stream at or after `since`, oldest first, as webhooks would tell it. */
  stream?(
    name: string,
    query: { since: Date; cursor: string | undefined },
    options?: CallOptions,
  ): Promise<Page<WebhookEvent>>
  /**
   * One order read directly; throws NotFound. By its own id, or by that of a part of it which one of its webhooks named in its
   * place; the answer has the order's.
   */
  order(externalId: string, options?: CallOptions): Promise<ExternalOrder>
  /**
   * To whom an order goes: read when it is sent, not before. Undefined: the platform does not say (yet, or any more).
   * Absent: it never does, and others than the hub send its orders.
   */
  recipient?(orderExternalId: string, options?: CallOptions): Promise<Recipient | undefined>
  ship(shipment: Shipment, options?: CallOptions): Promise<{ externalId: string }>
  /**
   * Cancels what has not shipped. Cancelling what is cancelled changes nothing. Invalid where the platform does not
   * allow it any more. A platform that works on it later is `Unavailable` (sent) until it is done: told again, by another
   * process too, it is looked at, and asked anew only where nothing is known to be under way. Required where the manifest
   * declares `cancel`, absent elsewhere.
   */
  cancel?(cancellation: Cancellation, options?: CallOptions): Promise<void>
  /** What the platform counts at its own locations. Required where the manifest declares `counts`, absent elsewhere. */
  counts?(cursor: string | undefined, options?: CallOptions): Promise<Page<ExternalCount>>
  /**
   * Takes waiting messages out of the connection's queue for a while; what is not acknowledged comes again. May wait a
   * few seconds for one. At least once, in any order. Absent where the settings name no queue.
   */
  pull?(options?: CallOptions): Promise<QueuedMessage[]>
  /** Removes messages for good. Called only once what they say is stored. Acknowledging again changes nothing. */
  acknowledge?(receipts: readonly string[], options?: CallOptions): Promise<void>
  /**
   * Makes the platform send its webhooks to `url`, idempotently; re-registers lost and disabled ones. With `accountOf`,
   * `url` is the same for all connections of the application. Empty where the hub has no public address: then only what
   * goes into a queue can be asked for.
   */
  registerWebhooks(url: string, options?: CallOptions): Promise<RegisteredWebhooks>
  /** Required where the manifest declares `warehouse` (and `sendsForOthers` of the settings), absent elsewhere. */
  warehouse?: WarehouseOperations
}

/** Keeps a connector's types while checking it against the contract. */
export function defineConnector<Settings, Credentials>(
  connector: Connector<Settings, Credentials>,
): Connector<Settings, Credentials> {
  return connector
}
