import type { DailyReset } from './daily-reset.ts'
import type { Words } from './form.ts'

/** What a channel can do, and how it differs from the others. The hub goes by nothing else. */
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
  /** How often one thing may be written in a day, where the platform counts that. Absent: it does not. */
  writeCap?: WriteCap
  /** Rows in one `setLevels` call at the most; the hub never hands over more. */
  batchMax: number
  quantityMax: number
  webhooks: readonly string[]
  /** Events are pulled from a queue where the connection's settings name one: then it has `pull` and `acknowledge`. */
  queue?: QueueTerms
  tracking: boolean
  /** What `cancel` takes: nothing (there is none), a whole order only, or single lines and units. */
  cancel: false | 'order' | 'lines'
  /**
   * Declared where the platform itself can hold an order from being sent, or lets its buyer ask for it to be cancelled: then its
   * orders say `holds`. `polled`: no webhook tells of one.
   */
  holds?: true | 'polled'
  /** True where it keeps stock that the platform itself counts and sells (FBA, WFS): then it has `counts`. */
  counts?: true
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
  /** What people look for and cannot have on this platform, each with the reason; shown in docs/connectors.md. */
  notPossible?: readonly { what: Words; why: Words }[]
}

/** What can be done about an order beyond what is there. */
export type OversoldCure = 'another-location' | 'incoming' | 'split' | 'substitute' | 'cancel'

/** A cure that the platform counts against the seller. */
export type Penalty = {
  cure: OversoldCure
  /** From 1, counted and no more, to 3, selling may be suspended for it. */
  severity: 1 | 2 | 3
  /** What is counted, in words for a person: `cancellations before shipping, at most 2.5 %`. */
  counts: Words
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
  /**
   * True where there is a fast way too: what `setLevels` is asked as a decrease always takes it. It is answered
   * `accepted` only where no write proves itself but by being read back (`proof`).
   */
  increasesOnly?: true
  /**
   * Where the slow way takes more in one call than `batchMax`. So many increases at once are handed over, from so many on,
   * as long as the budget of its operation is open; else `batchMax` of them.
   */
  bulk?: { from: number; max: number; operation: string }
}

/** A cap on writes that is kept for each of many things: eBay's 250 revisions of a listing and day. */
export type WriteCap = {
  max: number
  /** Of those, so many are left for decreases: an increase is not written with them. */
  keptForDecreases: number
  resets: DailyReset
  /** What the platform counts a level to: its listing, which variations share. Pure. */
  keyOf(level: { stockUnitId: string; locationId: string }): string
  /** Several rows of one key in one call count once, or each. */
  counts: 'calls' | 'rows'
}

/** How a queue is emptied. */
export type QueueTerms = {
  /** Between two pulls that found nothing; while something comes it is pulled again at once. */
  everyMs: number
  /** Receipts in one `acknowledge` call at the most. */
  acknowledgeMax: number
}
