import type { MasterKey } from '@plimsoll/accounts'
import type { Clock, Connector } from '@plimsoll/connector-kit'
import type { Database, Tx } from '@plimsoll/database'
import type { StockContext } from '@plimsoll/stock'
import type { CallLog } from './calls/call-log.ts'

/** Everything the engine is handed: nothing in this package reads a clock, a random source or the network by itself. */
export type SyncContext = {
  database: Database
  organizationId: string
  clock: Clock
  uuid(): string
  /** 0 ≤ x < 1. */
  random(): number
  log: Log
  connectors: ReadonlyMap<string, Connector>
  masterKey: MasterKey
  /** Where platforms reach this hub; webhooks are registered below it. Undefined: none are, polls do it all. */
  publicUrl: string | undefined
  pace: Pace
  /** The one folder of this machine below which those of connections may be; absent: none may. */
  localFolder?: string | undefined
  /**
   * Where connections may lead: to public addresses alone, or of a sample brand to its own shops on this machine too.
   * Undefined: anywhere, such as to a shop or warehouse in the hub's own network.
   */
  reach?: 'public' | 'public-and-samples' | undefined
  /** Where calls to platforms are written down; absent: nowhere. Serves every organization of the process. */
  calls?: CallLog
}

/** How often the engine looks by itself; everything is also woken by what happens. */
export type Pace = {
  /** Between two reads of known-good levels. */
  reconcileMs: number
  /** Between two order reads that overlap far back (search indexes lag, clocks differ). */
  deepReadMs: number
  /** A decrease on an absolute platform waits at most this long for an order read before it goes out unfenced. */
  decreaseReadBudgetMs: number
  /** A lease not renewed for this long may be taken over. */
  leaseMs: number
}

export const DEFAULT_PACE: Pace = {
  reconcileMs: 10_000,
  deepReadMs: 60_000,
  decreaseReadBudgetMs: 250,
  leaseMs: 5_000,
}

export type Log = {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

/** The part of the context that the stock package works under. */
export function toStockContext(context: SyncContext): StockContext {
  const at = new Date(context.clock.now())
  return { organizationId: context.organizationId, uuid: () => context.uuid(), now: () => at }
}

export function nowOf(context: SyncContext): Date {
  return new Date(context.clock.now())
}

export type { Tx }
