import type { Budgets, ChannelOperations, Connector } from '@plimsoll/connector-kit'
import type { Connection } from '../connections/connections.store.ts'
import type { SyncContext } from '../context.ts'
import type { RecentKeys } from '../intake/recent-keys.ts'
import type { Sightings } from '../intake/sightings.ts'
import type { CircuitBreaker } from '../lanes/circuit-breaker.ts'
import type { Withdrawals } from '../lanes/withdrawals.ts'
import type { WriteEffect } from '../load-line/exposure.ts'
import type { StandIn } from './burst-chores.ts'
import type { Lease } from './leases.store.ts'

/** What the lease holder of one connection works with. */
export type WorkerContext = SyncContext & {
  connection: Connection
  connector: Connector
  operations: ChannelOperations
  budgets: Budgets
  lease: Lease
  /** Before then a call of the lease's former holder may still act, so nothing is raised. */
  raiseFrom: Date
  /** Aborts the worker's calls and waits: the lease is lost or the process stops. */
  signal: AbortSignal
  /** Aborts when the connection is handed over: what is under way ends, nothing new begins. */
  ending: AbortSignal
  /** Until when the call under way, if it writes, may leave (by the clock): later it could act beyond its promise. */
  writing: { leavesUntil: number | undefined }
  /** What the writes of the call under way are: it decides who goes first where the budget is short. */
  sending: { class: 'decrease' | 'increase' }
  /** A chore that is made in place of a decrease, in a burst of them. */
  standIn: StandIn
  circuit: CircuitBreaker
  withdrawals: Withdrawals
  /** Order states known to be stored: reads overlap, so most of what a read finds is among them. */
  storedOrders: RecentKeys
  /** Which order versions came by webhook. */
  sightings: Sightings
  /** How far the platform's clock has been seen behind ours, at the most. */
  platformClockBehindMs(): number
  /** How far it may be ahead of ours, what its manifest declares for errors included; undefined before its first answer. */
  platformClockAheadMs(): number | undefined
  notePlatformClock(seen: { behindMs: number; aheadMs: number }): void
  /** Up to then every order of the connection is known; undefined before the first read. */
  fenceAt(): Date | undefined
  /** Where below the hub's address its webhooks come: its own place, or that of its application. */
  webhookPath: string
  /** Lists of which something was told: they are read soon. Emptied by the worker. */
  hurried: Set<string>
  /** How an absolute quantity takes effect on this platform. */
  writeEffect: WriteEffect
}
