import { backoffMs, createBudgets, createHttp, isConnectorError } from '@plimsoll/connector-kit'
import { inTransaction, isTransient, refreshStatistics } from '@plimsoll/database'
import { type Applied, applyHints } from './apply.ts'
import type { Connection } from './connections.store.ts'
import { nowOf, type SyncContext } from './context.ts'
import { writeEffectOf } from './exposure.ts'
import { fetchHinted } from './fetching.ts'
import { GapWatch } from './gap-watch.ts'
import { type Arrival, hasOrdersToRead, type InboxRow } from './inbox.store.ts'
import type { InboxEvent } from './inbox.ts'
import { IDLE_MS_MAX, InboxWorker } from './inbox-worker.ts'
import { JobRunner } from './job-runner.ts'
import { type LaneActions, type LaneState, runLane } from './lane.ts'
import { type Lease, LeaseLost } from './leases.store.ts'
import { OrderReader } from './order-reading.ts'
import { PollPace } from './poll-pace.ts'
import { clearProblem, noteConnectorError } from './problems.ts'
import { RecentKeys } from './recent-keys.ts'
import { reconcile, type Suspicions } from './reconcile.ts'
import type { OpenConnection } from './registry.ts'
import { Sightings } from './sightings.ts'
import { StreamReader } from './streams.ts'
import { followTickets } from './tickets.ts'
import { Wakeup } from './wakeup.ts'
import { WebhookWatch } from './webhook-watch.ts'
import type { WorkerContext } from './worker-context.ts'
import { closeUnknownWrites, markSentUnknown } from './writes.store.ts'

/** Between two rounds of everything that is not a write. */
const CHORES_MS = 200
/** The clock that stamps orders may be another than the one in the answers' headers. */
const CLOCK_ERROR_MS = 2_000
/** Statistics are refreshed after so many applied events, and again each time there are so many times more. */
const STATISTICS_FIRST = 50
const STATISTICS_GROWTH = 8

/**
 * Works one connection for as long as the lease is held. Two loops: the inbox is applied as it fills,
 * and the lane makes all calls, one after the other, in order of priority: writes, what events hinted at,
 * orders, reading back, webhook upkeep.
 */
export class ConnectionWorker {
  readonly #context: WorkerContext
  readonly #stop = new AbortController()
  readonly #wakeups: Record<'inbox' | 'lane' | 'hints', Wakeup>
  readonly #inbox: InboxWorker
  readonly #suspicions: Suspicions = new Map()
  readonly #state: LaneState
  readonly #orders: OrderReader
  readonly #onLost: () => void
  #loops: Promise<void> = Promise.resolve()
  readonly #webhooks: WebhookWatch
  readonly #polls: PollPace
  readonly #streams: StreamReader
  readonly #gaps: GapWatch
  readonly #jobs: JobRunner
  #failures = 0
  #choresDueAt = 0
  #isStepped = false
  #hasProblem: boolean
  /** True at first: the former holder may have left some. */
  #mayHaveOrphans = true
  /** Orders that must be read directly may be waiting: until they are, nothing proves that all orders are known. */
  #mayHaveUnread = true
  #readAhead: 'no' | 'unless-just-read' | 'now' = 'no'
  #statisticsAt = STATISTICS_FIRST

  constructor(context: SyncContext, open: OpenConnection, lease: Lease, onLost: () => void) {
    const { clock } = context
    const budgets = createBudgets(open.connector.manifest.budgets, clock)
    const http = createHttp({
      budgets,
      clock,
      onCall: (call) => context.log.debug({ connection: open.connection.name, ...call }, 'call'),
    })
    let behindMs = 0
    let aheadMs = 0
    const { capabilities } = open.connector.manifest
    this.#context = {
      ...context,
      connection: open.connection,
      connector: open.connector,
      operations: open.connector.open({
        settings: open.settings,
        credentials: open.credentials,
        http,
        now: () => clock.now(),
        uuid: () => context.uuid(),
      }),
      budgets,
      lease,
      raiseFrom: lease.callsUntil,
      storedOrders: new RecentKeys(),
      sightings: new Sightings(),
      signal: this.#stop.signal,
      platformClockBehindMs: () => behindMs,
      platformClockAheadMs: () => aheadMs + (capabilities.clockErrorMs ?? CLOCK_ERROR_MS),
      notePlatformClock: (seen) => {
        // The Date header has whole seconds: up to one of them is rounding, and the largest seen counts.
        behindMs = Math.min(60_000, Math.max(behindMs, seen.behindMs))
        aheadMs = Math.min(60_000, Math.max(aheadMs, seen.aheadMs))
      },
      fenceAt: () => this.#state.fenceAt,
      writeEffect: writeEffectOf(capabilities),
    }
    this.#state = {
      fenceAt: undefined,
      readAt: undefined,
      batchLimit: open.connector.manifest.capabilities.batchMax,
      orderReadMs: 0,
      applied: 0,
    }
    this.#orders = new OrderReader(this.#context)
    this.#webhooks = new WebhookWatch(this.#context)
    this.#polls = new PollPace(this.#context, () => this.#webhooks.verdict)
    this.#streams = new StreamReader(this.#context, this.#polls)
    this.#gaps = new GapWatch(this.#context)
    this.#jobs = new JobRunner(this.#context, {
      suspicions: this.#suspicions,
      readAndApplyOrders: () => this.#readAndApplyOrders(),
      applyInbox: () => this.#inbox.apply(),
    })
    this.#inbox = new InboxWorker(this.#context, (applied) => this.#noteApplied(applied))
    this.#onLost = onLost
    this.#wakeups = { inbox: new Wakeup(clock), lane: new Wakeup(clock), hints: new Wakeup(clock) }
    this.#hasProblem = open.connection.problemCode !== null
  }

  /** As it was when this worker started. */
  get connection(): Connection {
    return this.#context.connection
  }

  get budgetLeft(): number {
    return this.#context.budgets.snapshot().left
  }

  start(): void {
    this.#loops = Promise.all([
      this.#loop('inbox', () => this.#inbox.turn()),
      this.#loop('lane', () => this.#laneTurn()),
      this.#loop('hints', () => this.#hintsTurn()),
    ]).then(() => undefined)
  }

  storeAndApply(arrival: Arrival, events: readonly InboxEvent[]): Promise<number | undefined> {
    return this.#inbox.storeAndApply(arrival, events)
  }

  /** Something will have to be written soon. */
  readAhead(): void {
    this.#readAhead = 'now'
    this.#wakeups.lane.wake()
  }

  receive(rows: readonly InboxRow[]): void {
    if (this.#inbox.receive(rows)) this.#wakeups.inbox.wake()
  }

  wakeInbox(): void {
    this.#inbox.lookSoon()
    this.#wakeups.inbox.wake()
  }

  /** Something waits to be written. */
  wakeLane(): void {
    if (this.#readAhead === 'no') this.#readAhead = 'unless-just-read'
    this.#jobs.lookSoon()
    this.#wakeups.lane.wake()
  }

  /** Ends the loops; a call in flight is cut and its writes stay recorded as sent or unknown. */
  async stop(): Promise<void> {
    this.#stop.abort(new Error('The worker stops.'))
    await this.#loops
  }

  /**
   * One turn of both loops, for a scheduler that replays runs step by step; `start` does the same by itself.
   * @returns how long it would wait now; undefined when the lease is lost
   */
  async turn(): Promise<number | undefined> {
    this.#isStepped = true
    const inbox = await this.#attempt('inbox', () => this.#inbox.turn({ look: true }))
    const lane = await this.#attempt('lane', () => this.#laneTurn())
    await this.#attempt('hints', () => this.#hintsTurn())
    return inbox === undefined || lane === undefined ? undefined : Math.min(inbox, lane)
  }

  /** Calls `turn` until stopped or the lease is lost. It answers how long to wait; a failure waits longer each time. */
  async #loop(name: 'inbox' | 'lane' | 'hints', turn: () => Promise<number>): Promise<void> {
    const { signal } = this.#context
    const wakeup = this.#wakeups[name]
    while (!signal.aborted) {
      const waitMs = await this.#attempt(name, turn)
      if (waitMs === undefined) return
      await wakeup.wait(waitMs, signal)
    }
  }

  async #attempt(name: string, turn: () => Promise<number>): Promise<number | undefined> {
    const { signal, log, connection } = this.#context
    try {
      return await turn()
    } catch (error) {
      if (signal.aborted) return undefined
      if (error instanceof LeaseLost) {
        log.warn({ connection: connection.name }, error.message)
        this.#onLost()
        return undefined
      }
      // Whatever the lane was doing, a write may have gone out whose outcome was never recorded.
      if (name === 'lane') this.#mayHaveOrphans = true
      return await this.#afterFailure(name, error)
    }
  }

  /**
   * Writes recorded as sent while no call is in flight: their process died, or the database was away when
   * their outcome came. Nobody knows what became of them.
   */
  async #adoptOrphans(): Promise<void> {
    if (!this.#mayHaveOrphans) return
    const { database, organizationId, lease } = this.#context
    const orphaned = await inTransaction(database, (tx) =>
      markSentUnknown(tx, organizationId, lease, nowOf(this.#context)),
    )
    this.#mayHaveOrphans = false
    if (orphaned > 0) {
      this.#context.log.warn(
        { connection: this.#context.connection.name, writes: orphaned },
        'writes without a recorded outcome are unknown; their levels are read back',
      )
    }
  }

  async #afterFailure(loop: string, error: unknown): Promise<number> {
    const { log, connection, random } = this.#context
    this.#failures += 1
    // What it was handed and could not apply is found where it is stored.
    if (loop === 'inbox') this.#inbox.lookSoon()
    const waitMs = backoffMs(Math.min(this.#failures, 8), random)
    if (isConnectorError(error)) {
      log.warn({ connection: connection.name, kind: error.kind, waitMs }, error.message)
      this.#hasProblem = true
      await this.#quietly(() => noteConnectorError(this.#context, connection, error))
    } else if (isTransient(error)) {
      log.warn(
        { connection: connection.name, loop, waitMs, error },
        'the database did not answer; trying again',
      )
    } else {
      log.error({ connection: connection.name, loop, waitMs, error }, 'a turn failed')
    }
    return waitMs
  }

  /** Apart from the inbox: an order must not wait for what is only a reason to look. */
  async #hintsTurn(): Promise<number> {
    await applyHints(this.#context)
    return IDLE_MS_MAX
  }

  #noteApplied({ settled, toRead }: Applied): void {
    if (toRead > 0) this.#mayHaveUnread = true
    if (settled === 0) return
    this.#state.applied += settled
    this.#polls.noteMoved('orders')
    this.#wakeups.lane.wake()
  }

  async #laneTurn(): Promise<number> {
    const { connection, clock } = this.#context
    await this.#adoptOrphans()
    if (isCutOff(connection.pauseReasons)) return IDLE_MS_MAX
    const actions = { readAndApplyOrders: () => this.#readAndApplyOrders() }

    let againAt: Date | undefined
    if (connection.state === 'live') {
      const readAhead = this.#readAhead
      this.#readAhead = 'no'
      againAt = await runLane(this.#context, this.#state, actions, readAhead)
    }
    if (this.#isStepped || clock.now() >= this.#choresDueAt) await this.#doChores(actions)
    const nextAt = Math.min(this.#choresDueAt, againAt?.getTime() ?? Number.POSITIVE_INFINITY)
    return Math.min(IDLE_MS_MAX, Math.max(0, nextAt - clock.now()))
  }

  /** Everything that is not a write, now and then: a decrease that comes meanwhile waits for no more than one call. */
  async #doChores(actions: LaneActions): Promise<void> {
    const { clock, pace } = this.#context
    const fetched = await fetchHinted(this.#context, 'all')
    if (fetched.looked > 0) await this.#inbox.apply()
    if (this.#polls.isDue('orders')) await this.#readAndApplyOrders()
    await this.#orders.savePosition()
    await followTickets(this.#context)
    await this.#reconcile(actions, pace.reconcileMs)
    await this.#refreshStatistics()
    const isReadingOn = await this.#readDeeper()
    const isStreaming = await this.#streams.turn()
    if (isStreaming) await this.#inbox.apply()
    await this.#webhooks.turn()
    await this.#gaps.turn(this.#state.fenceAt)
    const isWorking = await this.#jobs.turn()
    await this.#polls.save()
    if (fetched.failed > 0) this.#hasProblem = true
    else await this.#succeeded()
    // Whatever was found to do may have more behind it.
    const isMore = isReadingOn || isStreaming || isWorking || fetched.looked > 0
    this.#choresDueAt = clock.now() + (isMore ? 0 : CHORES_MS)
  }

  async #readAndApplyOrders(): Promise<boolean> {
    const { clock } = this.#context
    const startedMs = clock.monotonic()
    const readAt = nowOf(this.#context)
    const { fenceAt, fresh, pages } = await this.#orders.readNew().catch((error: unknown) => {
      this.#polls.noteFailure('orders', error)
      throw error
    })
    const tookMs = clock.monotonic() - startedMs
    this.#state.orderReadMs = this.#state.orderReadMs * 0.8 + tookMs * 0.2
    this.#polls.noteRead('orders', { fresh, requests: pages })
    // Even where nothing was new, a webhook may be waiting: the fence counts only what is applied.
    await this.#inbox.apply()
    this.#state.readAt = readAt
    const isKnown = !(await this.#hasUnread()) || (await this.#readUnread())
    if (isKnown) this.#state.fenceAt = fenceAt
    return isKnown
  }

  /** @returns true when none is left */
  async #readUnread(): Promise<boolean> {
    const { failed } = await fetchHinted(this.#context, 'orders')
    if (failed > 0) this.#hasProblem = true
    await this.#inbox.apply()
    return !(await this.#hasUnread())
  }

  /** An order known to differ but not yet read directly is not known: a write could erase what it sold. */
  async #hasUnread(): Promise<boolean> {
    if (!this.#mayHaveUnread) return false
    const { database, organizationId, connection } = this.#context
    this.#mayHaveUnread = await hasOrdersToRead(database.kysely, organizationId, connection.connectionId)
    return this.#mayHaveUnread
  }

  /** A new installation's tables grow many times over in its first minutes. */
  async #refreshStatistics(): Promise<void> {
    if (this.#state.applied < this.#statisticsAt) return
    this.#statisticsAt = this.#state.applied * STATISTICS_GROWTH
    await refreshStatistics(this.#context.database.kysely)
  }

  /** @returns true while pages of the unhurried read are left */
  async #readDeeper(): Promise<boolean> {
    const isReadingOn = await this.#orders.readDeeper()
    if (isReadingOn) await this.#inbox.apply()
    return isReadingOn
  }

  async #reconcile(actions: LaneActions, everyMs: number): Promise<void> {
    const { clock, database, organizationId, connection, connector } = this.#context
    const isDue = this.#polls.isDue('levels')
    if (isDue) {
      this.#polls.noteReadBack(everyMs)
      const sentBefore = new Date(clock.now() - connector.manifest.capabilities.latestEffectMs)
      await inTransaction(database, (tx) =>
        closeUnknownWrites(tx, organizationId, connection.connectionId, {
          sentBefore,
          at: nowOf(this.#context),
        }),
      )
    }
    const read = await reconcile(this.#context, this.#suspicions, { suspiciousOnly: !isDue }, actions)
    if (read > 0) this.#wakeups.lane.wake()
  }

  async #succeeded(): Promise<void> {
    this.#failures = 0
    if (!this.#hasProblem) return
    this.#hasProblem = false
    await clearProblem(this.#context, this.#context.connection.connectionId)
  }

  /** For what must not fail the work it goes with: its own failure is logged. */
  async #quietly(work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      this.#context.log.error({ error }, 'a problem could not be noted, or a hint not be given')
    }
  }
}

/** Credentials are refused: any call would fail. A person's pause stops writes alone. */
function isCutOff(pauseReasons: readonly string[]): boolean {
  return pauseReasons.includes('unauthorized') || pauseReasons.includes('forbidden')
}
