import type { KindName } from '../platforms/kinds.ts'
import type { WarehouseKindName } from '../warehouses/kinds.ts'

/**
 * A run, written down before it begins: who is there, what people do, what goes wrong. Drawn from a seed, and made
 * smaller piece by piece when a run fails (shrinking). Moments are milliseconds from the start.
 */
export type Plan = {
  seed: string
  processes: readonly { name: string; skewMs: number }[]
  platforms: readonly PlannedPlatform[]
  /** Who stores and sends for the brand; none: somebody else sends, and nobody tells the hub but the platforms. */
  warehouses: readonly PlannedWarehouse[]
  /** SKUs and how many units of each lie in the warehouse. */
  items: readonly { sku: string; units: number }[]
  /** Sets of them, which are sold like any item. */
  kits: readonly { sku: string; parts: readonly { sku: string; units: number }[] }[]
  /** What the brand has set on how much is shown, before it goes live. */
  policies: readonly PlannedPolicy[]
  acts: readonly Act[]
  /** How the brand protects itself from overselling; `settleMs`: so long before the storm it asks for it. */
  protection: { mode: 'open' | 'guaranteed' | 'auto'; settleMs: number }
  faults: readonly Fault[]
  /** Then all faults end, and convergence is owed. */
  stormMs: number
  /** What happens on the days after the first, each after a night in which the processes sleep. */
  laterDays?: readonly Day[]
}

export type Day = Pick<Plan, 'acts' | 'faults' | 'stormMs'>

export type PlannedPlatform = {
  name: string
  kind: KindName
  /** What it shows at first; null: it does not count that one. Two listings may share one stock unit. */
  listings: readonly PlannedListing[]
  /** So long into the storm it is in shadow, and nothing may be written to it; undefined: it is live from the start. */
  shadowMs?: number
  /** So far ahead (or behind) its clock is: what it stamps orders with, and what it is asked for by. */
  clockMs?: number
  /** What becomes of a number that somebody types there: people are asked whose counts; undefined: the hub's. */
  editRule?: 'ask'
  /** Its number does not fall by what it is told has shipped: whoever writes it must have lowered it before. */
  neverFalls?: boolean
}

export type PlannedWarehouse = {
  name: string
  kind: WarehouseKindName
  stock: readonly { sku: string; units: number }[]
}

/** How much a listing, all of an item, all of a platform, or everything shows. What is left out is not set. */
export type PlannedPolicy = {
  platform: string | undefined
  /** Of an item or a kit, everywhere; then neither of the others. */
  sku?: string
  /** With its platform. */
  listing: string | undefined
  bufferUnits?: number
  bufferPercent?: number
  sharePercent?: number
  cap?: number
  floor?: number
  fixed?: number
  paused?: boolean
}

export type PlannedListing = {
  id: string
  sku: string
  stockUnitId: string
  /** A pack of three sells three. */
  unitsPerListing: number
  quantity: number | null
}

export type Act = { at: number } & (
  | {
      kind: 'sell'
      platform: string
      listing: string
      units: number
      /** The platform's own race: it sells what it does not have. */
      evenIfNone: boolean
      payAfterMs: number
      afterwards:
        | 'wait'
        | 'ship'
        | 'cancel'
        | 'refund-one-and-cancel'
        | 'ship-and-return-one'
        | 'ship-one-and-cancel'
      afterwardsMs: number
    }
  /** People receive goods, or take some out. */
  | { kind: 'stock'; sku: string; units: number }
  /** Goods come to a warehouse without any paper, or are lost there. */
  | { kind: 'deliver'; warehouse: string; sku: string; units: number }
  /** People promise units to somebody by name: strictly, so that the hub must refuse where the channels may sell them. */
  | { kind: 'reserve'; sku: string; units: number }
  /** A person types a number on the platform's own screen; null: stops the counting. */
  | { kind: 'edit'; platform: string; listing: string; quantity: number | null }
  /** People change how much is shown. */
  | { kind: 'policy'; policy: PlannedPolicy }
  /** People stop what is written to a platform, and let it go on. */
  | { kind: 'pause'; platform: string; forMs: number }
  /** The kill switch: people stop all writes, and let them go on. */
  | { kind: 'halt'; forMs: number }
  /**
   * More at once than goes without being asked about (I8): somebody has a whole platform show nothing, or books in so much of
   * everything that all of a platform's numbers rise many times over.
   */
  | { kind: 'mistake'; platform: string; how: 'zeros' }
  | { kind: 'mistake'; how: 'raises'; skus: readonly string[]; units: number }
  /** A stranger, who does not know the key, sends a webhook of an order that nobody placed. */
  | { kind: 'forge'; platform: string; listing: string; units: number }
)

type During = { from: number; to: number }

export type Fault =
  /** Calls to a platform: slow, lost on the way there, their answers lost on the way back. */
  | ({ kind: 'network'; platform: string; latencyMaxMs: number; loss: number; answerLoss: number } & During)
  /** One kind of call is carried out and its answer lost, or it arrives only after it was given up. */
  | ({
      kind: 'lost-answers'
      platform: string
      of: 'requestShipment'
      rate: number
      lateRate: number
    } & During)
  /** Requests that act long after they were sent, within what the manifest declares. */
  | ({ kind: 'late-acting'; platform: string; rate: number } & During)
  /** Calls that fail: of every kind, or of those that read orders, read one by itself, read numbers, or write. */
  | ({ kind: 'unavailable'; platform: string; rate: number; of: 'all' | Operation } & During)
  /** Nothing answers, or no order can be read, for longer than a read of the orders reaches back; and no webhook is sent. */
  | ({ kind: 'outage'; platform: string; of: 'all' | 'orders' } & During)
  | ({ kind: 'throttle'; platform: string; rate: number } & During)
  | ({ kind: 'malformed'; platform: string; rate: number; how: Malformation } & During)
  | ({ kind: 'batch'; platform: string; rate: number; how: 'whole' | 'one-row' } & During)
  /** Writes that are said to be done, or accepted, and never are; or whose answer shows that they were not. */
  | ({ kind: 'writes-not-applied'; platform: string; rate: number; how: 'said-done' | 'old-shown' } & During)
  /** Some orders cannot be read, in the list or by themselves: something in them is not as it should be. */
  | ({ kind: 'unreadable-orders'; platform: string; rate: number } & During)
  | ({ kind: 'webhooks'; platform: string; loss: number; duplicates: number; delayMaxMs: number } & During)
  /** A process cannot reach a platform. */
  | ({ kind: 'partition'; process: string; platform: string } & During)
  | ({ kind: 'database-away'; process: string } & During)
  | ({ kind: 'database-slow'; process: string; latencyMaxMs: number } & During)
  | ({ kind: 'hints'; loss: number; delayMaxMs: number } & During)
  /** After so many statements; or, where it is about a table, when the next change of that is to be committed. */
  | {
      kind: 'database-cut'
      process: string
      at: number
      statements: number
      about?: string | undefined
      asHolder?: boolean | undefined
      onCommit: 'before' | 'after'
    }
  | { kind: 'crash'; process: string; at: number; downMs: number }
  | { kind: 'crash-in-transaction'; process: string; at: number; statements: number; downMs: number }
  | { kind: 'freeze'; process: string; at: number; forMs: number }
  /** The next write that it sends travels long, and it dies or freezes meanwhile: others take over while it may still act. */
  | { kind: 'gone-while-writing'; process: string; at: number; how: 'crash' | 'freeze'; forMs: number }
  /** The platform refuses the credentials that the hub has, until a person enters new ones. */
  | { kind: 'credentials'; platform: string; at: number }

export type Operation = 'orders' | 'order' | 'levels' | 'setLevels'

export type Malformation = 'web-page' | 'null-quantity' | 'missing-row'

/** A day of a few platforms that goes on so long in steps goes round in circles. */
const STEPS_OF_DAY_MAX = 60_000

/** A run of this plan that has taken more steps goes round in circles. */
export function stepsMaxOf({ platforms, laterDays = [] }: Plan): number {
  return STEPS_OF_DAY_MAX * Math.ceil(platforms.length / 3) * (1 + laterDays.length)
}
