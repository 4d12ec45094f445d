import type { z } from 'zod'
import type { BudgetSpec } from './budgets.ts'
import type {
  ExternalLevel,
  ExternalListing,
  ExternalLocation,
  ExternalOrder,
  LevelKey,
  LevelWrite,
  Page,
  Shipment,
  TicketOutcome,
  WebhookEvent,
  WebhookRequest,
  WriteOutcome,
} from './canonical.ts'
import type { Http } from './http.ts'

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
  webhooks: WebhookHandling<Credentials>
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
  /** The connect form is drawn from these; a secret field carries `.meta({ secret: true })`, each a `title` and `description`. */
  settings: z.ZodType<Settings>
  credentials: z.ZodType<Credentials>
  authorization: 'api-key' | 'oauth2-code' | 'client-credentials' | 'signed-requests'
  capabilities: Capabilities
  budgets: readonly BudgetSpec[]
}

export type Capabilities = {
  multiLocation: boolean
  /**
   * How an absolute quantity is protected from sales that the hub has not seen:
   * `compare-and-set` (Shopify), `absolute` (WooCommerce, eBay, Amazon),
   * `counts-open-orders` (Walmart, Magento), `delta`.
   */
  writeStyle: 'compare-and-set' | 'absolute' | 'counts-open-orders' | 'delta'
  /** How a write proves itself. */
  proof: 'echo' | 'outcome-later' | 'read-back'
  /** True where a batch is applied whole or not at all. */
  allOrNothing: boolean
  /**
   * Declared by a connector that answers some or all writes with `accepted`, whatever the `proof` of its other
   * writes; it then has `outcomes`. Absent: no write is ever `accepted`.
   */
  tickets?: TicketTerms
  /** Rows in one `setLevels` call at the most; the hub never hands over more. */
  batchMax: number
  quantityMax: number
  webhooks: readonly string[]
  tracking: boolean
  cancel: boolean
  /**
   * Declared where one listing can be taken off the channel by itself and put back: in words for a person, what that
   * does there (`set to private`). Absent: it can not, or only together with others that may sell. Where an account or a
   * listing does not allow it, `withdraw` throws Forbidden or Invalid, and the task says what a person must do.
   */
  withdraw?: string
  /** Until how long after sending a request may still take effect; an unknown write is final only then. */
  latestEffectMs: number
  /** How late the order list may show an order. */
  visibilityLagMs: number
  /** What may be read beside the orders, each from a cursor: then the connector has `stream`. Absent: nothing. */
  streams?: readonly { name: string; everyMs: number; visibilityLagMs: number }[]
  /**
   * How it shows that an order was missed: `count`, the orders placed in a period can be counted (`countOrders`);
   * `numbers`, their numbers follow each other without holes but for those of deleted orders. Absent: it does not.
   */
  gaps?: 'count' | 'numbers'
  /** How far the clock that stamps its orders may be off the one in its answers' headers; absent: two seconds. */
  clockErrorMs?: number
  /**
   * Why no guarantee against overselling can be had on it, in a sentence for a person: it sells more than it shows, its
   * sales stay invisible, others confirm shipments. Absent: one can, as far as the facts hold.
   */
  unguaranteed?: string
  /** What the platform counts against a seller who cannot serve an order; absent: nothing that it publishes. */
  penalties?: readonly Penalty[]
  /** Facts above that a guarantee rests on, with their source; `verified` only after a real account has shown it. */
  facts: readonly { fact: string; source: string; verified: boolean }[]
}

/** What can be done about an order beyond what is there. */
export type OversoldCure = 'another-location' | 'incoming' | 'split' | 'substitute' | 'cancel'

/** A cure that the platform counts against the seller. */
export type Penalty = {
  cure: OversoldCure
  /** From 1, counted and no more, to 3, selling may be suspended for it. */
  severity: 1 | 2 | 3
  /** What is counted, in words for a person: `cancellations before shipping, at most 2.5 %`. */
  counts: string
  source: string
  verified: boolean
}

/** How long and how often the platform may be asked what became of an accepted write. */
export type TicketTerms = {
  /** Until how long after `setLevels` answered a ticket may be asked about; later it is `unknown`. */
  lifeMs: number
  /** Asking sooner than this after the write, or after the last time, finds nothing new. */
  askEveryMs: number
  /** Tickets in one `outcomes` call at the most; the hub never hands over more. */
  askMax: number
}

export type ConnectorContext<Settings, Credentials> = {
  settings: Settings
  credentials: Credentials
  http: Http
  /** Milliseconds since the epoch, by the handed clock; never read the wall clock. */
  now(): number
  /** Fresh random id (idempotency keys that no write id covers). */
  uuid(): string
}

export type CallOptions = { signal?: AbortSignal }

/** What `check()` finds: who the hub is on the platform, and what it may not do. */
export type CheckResult = {
  account: string
  currency: string | undefined
  timeZone: string | undefined
  /** Rights the hub needs and lacks, as the platform names them. */
  missingScopes: string[]
  /** Sentences a person should read before going live (untracked stock, old version, insecure address). */
  warnings: string[]
}

export type ChannelOperations = {
  check(options?: CallOptions): Promise<CheckResult>
  locations(options?: CallOptions): Promise<ExternalLocation[]>
  listings(cursor: string | undefined, options?: CallOptions): Promise<Page<ExternalListing>>
  /** One listing as it is now; throws NotFound when it is gone. */
  listing(externalId: string, options?: CallOptions): Promise<ExternalListing>
  /** Reads these levels now (not from a search index). Levels that the platform no longer has are left out. */
  levels(keys: readonly LevelKey[], options?: CallOptions): Promise<ExternalLevel[]>
  /** One outcome for every write, in any order. Throws only when the call as a whole failed. */
  setLevels(writes: readonly LevelWrite[], options?: CallOptions): Promise<WriteOutcome[]>
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
  /** One order read directly; throws NotFound. */
  order(externalId: string, options?: CallOptions): Promise<ExternalOrder>
  ship(shipment: Shipment, options?: CallOptions): Promise<{ externalId: string }>
  /** Makes the platform send its webhooks to `url`, idempotently; re-registers lost and disabled ones. */
  registerWebhooks(url: string, options?: CallOptions): Promise<{ registered: string[]; repaired: string[] }>
}

export type WebhookHandling<Credentials> = {
  /** True only if the signature over the raw bytes is right. Never throws. */
  verify(request: WebhookRequest, credentials: Credentials): boolean
  /**
   * Pings that platforms send unsigned when a webhook is made (WooCommerce): answered 200, nothing stored.
   * Absent: none.
   */
  isPing?(request: WebhookRequest): boolean
  /**
   * True where its topic says that it is about numbers which the platform changes at every sale and every write: a
   * reason to look, looked into after what comes with it. Asked before the signature is verified. Absent: none.
   */
  mayWait?(request: WebhookRequest): boolean
  /** Reads a verified body. Throws Malformed, never guesses. */
  parse(request: WebhookRequest): WebhookEvent[]
  /** JSON keys that hold personal data, dropped at any depth before anything is stored. */
  personalDataKeys: readonly string[]
}

/** Keeps a connector's types while checking it against the contract. */
export function defineConnector<Settings, Credentials>(
  connector: Connector<Settings, Credentials>,
): Connector<Settings, Credentials> {
  return connector
}
