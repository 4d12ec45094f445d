import {
  type BudgetSnapshot,
  type Budgets,
  CALL_CLASSES,
  type CallClass,
  type ChannelOperations,
  createBudgets,
} from '@plimsoll/connector-kit'
import type { Connection } from '../connections/connections.store.ts'
import { isCutOff } from '../connections/lost-access.ts'
import type { OpenConnection } from '../connections/registry.ts'
import type { SyncContext } from '../context.ts'
import { CountReader } from '../counts/count-reader.ts'
import { FulfilmentDesk } from '../fulfilment/fulfilment-desk.ts'
import { type Applied, applyHints } from '../intake/apply.ts'
import { fetchHinted } from '../intake/fetching.ts'
import { GapWatch } from '../intake/gap-watch.ts'
import type { Arrival, InboxRow } from '../intake/inbox.store.ts'
import type { InboxEvent } from '../intake/inbox.ts'
import { KnownOrders } from '../intake/known-orders.ts'
import { OrderReader } from '../intake/order-reading.ts'
import { PollPace } from '../intake/poll-pace.ts'
import { QueueReader } from '../intake/queue-reader.ts'
import { StreamReader } from '../intake/streams.ts'
import { WebhookWatch } from '../intake/webhook-watch.ts'
import { bulkRaise, type LaneActions, runLane } from '../lanes/lane.ts'
import { type LaneState, newLaneState } from '../lanes/lane-state.ts'
import { closeLateWrites } from '../lanes/late-writes.ts'
import { adoptOrphans } from '../lanes/orphans.ts'
import { followTickets } from '../lanes/tickets.ts'
import { followWithdrawals } from '../lanes/withdrawals.ts'
import { reconcile, type Suspicions } from '../reconcile/reconcile.ts'
import { finishZeroing } from '../safety/pauses.ts'
import { BurstChores, type Chore, notOwed, owed } from './burst-chores.ts'
import { ChorePace } from './chore-pace.ts'
import { FenceTelling } from './fence-telling.ts'
import { IDLE_MS_MAX, InboxWorker, QUIET_MS_MAX } from './inbox-worker.ts'
import { JobRunner } from './job-runner.ts'
import { LanePace } from './lane-pace.ts'
import type { Lease } from './leases.store.ts'
import { openWorkerContext } from './open-worker-context.ts'
import { hasStandingChores, isAnyListDue } from './standing-chores.ts'
import { StatisticsPace } from './statistics-pace.ts'
import { doesAnythingWait } from './waiting.store.ts'
import type { WorkerContext } from './worker-context.ts'
import { type LoopName, WorkerTurns } from './worker-turns.ts'

/**
 * Works one connection for as long as the lease is held. Two loops: the inbox is applied as it fills,
 * and the lane makes all calls, one after the other, in order of priority: writes, what events hinted at,
 * orders, reading back, webhook upkeep.
 */
export class ConnectionWorker {
  readonly #context: WorkerContext
  readonly #stop = new AbortController()
  readonly #ending = new AbortController()
  readonly #turns: WorkerTurns
  readonly #inbox: InboxWorker
  readonly #suspicions: Suspicions = new Map()
  readonly #state: LaneState
  readonly #orders: OrderReader
  readonly #known: KnownOrders
  #loops: Promise<void> = Promise.resolve()
  readonly #webhooks: WebhookWatch
  readonly #polls: PollPace
  readonly #streams: StreamReader
  readonly #gaps: GapWatch
  readonly #jobs: JobRunner
  readonly #chores: ChorePace
  readonly #queue: QueueReader
  readonly #counts: CountReader
  readonly #fulfilment: FulfilmentDesk
  readonly #statistics: StatisticsPace
  readonly #actions: LaneActions = {
    readAndApplyOrders: () => this.#known.readAndApply(),
    isCalledAway: () => this.#burst.takesTurn(),
  }
  readonly #burst: BurstChores
  readonly #fence: FenceTelling
  #isStepped = false
  /** True at first: the former holder may have left some. */
  #mayHaveOrphans = true
  readonly #lane: LanePace

  /** @param budgets shared with whoever spends the same; its own unless given */
  constructor(
    context: SyncContext,
    open: OpenConnection,
    lease: Lease,
    onLost: () => void,
    budgets: Budgets = createBudgets(open.connector.manifest.budgets, context.clock),
  ) {
    this.#context = openWorkerContext(context, open, {
      lease,
      budgets,
      signal: this.#stop.signal,
      ending: this.#ending.signal,
      fenceAt: () => this.#state.fenceAt,
    })
    this.#state = newLaneState(open.connector.manifest.capabilities)
    this.#orders = new OrderReader(this.#context)
    this.#fence = new FenceTelling(this.#context, this.#orders)
    this.#queue = new QueueReader(this.#context, open, {
      onStored: () => this.wakeInbox(),
      onEmptied: () => this.#turns.succeeded('queue'),
      onFailing: (error) => this.#turns.noteFailing('queue', error),
    })
    this.#chores = new ChorePace(context.clock)
    this.#lane = new LanePace(context.clock, IDLE_MS_MAX)
    this.#statistics = new StatisticsPace(context.database)
    this.#webhooks = new WebhookWatch(this.#context)
    this.#polls = new PollPace(this.#context, () => this.#webhooks.verdict)
    this.#streams = new StreamReader(this.#context, this.#polls)
    this.#gaps = new GapWatch(this.#context)
    this.#counts = new CountReader(this.#context, this.#polls)
    this.#fulfilment = new FulfilmentDesk(this.#context, () => this.#lane.isCalled || this.#burst.isWanted)
    this.#jobs = new JobRunner(this.#context, {
      ...this.#actions,
      suspicions: this.#suspicions,
      applyInbox: () => this.#inbox.apply(),
    })
    this.#inbox = new InboxWorker(this.#context, {
      onApplied: (applied) => this.#noteApplied(applied),
      lookEveryMs: () => (this.#chores.isQuiet ? QUIET_MS_MAX : IDLE_MS_MAX),
    })
    this.#known = new KnownOrders(this.#context, this.#state, {
      orders: this.#orders,
      polls: this.#polls,
      applyInbox: () => this.#inbox.apply(),
      onFailed: () => this.#turns.noteProblem(),
    })
    const raise = bulkRaise(this.#context, this.#state, this.#actions)
    this.#burst = new BurstChores(this.#context, raise, this.#kindsOfChores(), (error) =>
      this.#turns.noteFailing('calls', error),
    )
    this.#turns = new WorkerTurns(this.#context, { onLost, onFailed: (loop) => this.#noteFailed(loop) })
  }

  /** As it was at the start. */
  get connection(): Connection {
    return this.#context.connection
  }

  get budget(): BudgetSnapshot {
    return this.#context.budgets.snapshot()
  }

  start(): void {
    this.#loops = Promise.all([
      this.#turns.loop('inbox', () => this.#inbox.turn()),
      this.#turns.loop('lane', () => this.#laneTurn()),
      this.#turns.loop('hints', () => this.#hintsTurn()),
      this.#turns.loop('queue', () => this.#queue.turn()),
    ]).then(() => undefined)
  }

  storeAndApply(arrival: Arrival, events: readonly InboxEvent[]): Promise<number | undefined> {
    return this.#inbox.storeAndApply(arrival, events)
  }

  /** Something will have to be written soon. */
  readAhead(): void {
    this.#lane.readAhead()
    this.#turns.wake('lane')
  }

  receive(rows: readonly InboxRow[]): void {
    if (this.#inbox.receive(rows)) this.#turns.wake('inbox')
  }

  wakeInbox(): void {
    this.#inbox.lookSoon()
    this.#turns.wake('inbox')
  }

  /** Something waits to be written. */
  wakeLane(): void {
    this.#lane.call()
    this.#jobs.lookSoon()
    this.#chores.noteMoved()
    this.#turns.wake('lane')
  }

  /** Ends the loops; a call in flight is cut and its writes stay recorded as sent or unknown. */
  async stop(): Promise<void> {
    this.#stop.abort(new Error('The worker stops.'))
    await this.#loops
  }

  /** Ends the loops once what is under way is done; cuts it off where that takes longer than `limitMs`. */
  async finish(limitMs: number): Promise<void> {
    this.#ending.abort(new Error('The connection is handed over.'))
    const ended = new AbortController()
    const late = this.#context.clock.sleep(limitMs, ended.signal).then(
      () => this.#stop.abort(new Error('The worker stops.')),
      () => undefined, // all ended in time
    )
    await this.#loops
    ended.abort()
    await late
    this.#stop.abort(new Error('The worker stops.'))
  }

  /**
   * One turn of both loops, for a scheduler that replays runs step by step; `start` does the same by itself.
   * @returns how long it would wait now; undefined when the lease is lost
   */
  async turn(): Promise<number | undefined> {
    this.#isStepped = true
    const inbox = await this.#turns.attempt('inbox', () => this.#inbox.turn({ look: true }))
    const lane = await this.#turns.attempt('lane', () => this.#laneTurn())
    await this.#turns.attempt('hints', () => this.#hintsTurn())
    await this.#turns.attempt('queue', () => this.#queue.turn())
    return inbox === undefined || lane === undefined ? undefined : Math.min(inbox, lane)
  }

  #noteFailed(loop: LoopName): void {
    // What it was handed and could not apply is found where it is stored.
    if (loop === 'inbox') this.#inbox.lookSoon()
    // Whatever the lane was doing, a write may have gone out whose outcome was never recorded.
    if (loop === 'lane') this.#mayHaveOrphans = true
  }

  async #adoptOrphans(): Promise<void> {
    if (!this.#mayHaveOrphans) return
    await adoptOrphans(this.#context)
    this.#mayHaveOrphans = false
  }

  /** Apart from the inbox: an order must not wait for what is only a reason to look. */
  async #hintsTurn(): Promise<number> {
    await applyHints(this.#context)
    return this.#chores.isQuiet ? QUIET_MS_MAX : IDLE_MS_MAX
  }

  #noteApplied({ settled }: Applied): void {
    if (settled === 0) return
    this.#lane.noteKnown()
    this.#chores.noteMoved()
    this.#state.applied += settled
    this.#polls.noteMoved('orders')
    this.#turns.wake('lane')
  }

  async #laneTurn(): Promise<number> {
    const { connection, clock } = this.#context
    if (await this.#isIdle()) return IDLE_MS_MAX
    await this.#adoptOrphans()
    // Any call would fail. A person's pause stops writes alone.
    if (isCutOff(connection.pauseReasons)) return IDLE_MS_MAX
    const heldUntil = this.#context.circuit.heldUntil()
    if (heldUntil !== undefined) return Math.min(IDLE_MS_MAX, Math.max(1, heldUntil - clock.now()))
    if (this.#context.circuit.state === 'half-open') this.#probe()
    const laneAt =
      connection.state === 'live'
        ? await this.#lane.turn(
            (readAhead) => runLane(this.#context, this.#state, this.#actions, readAhead),
            { always: this.#isStepped },
          )
        : undefined
    if (this.#burst.isWanted) {
      const waitMs = await this.#burst.turn()
      await this.#fence.tell(await this.#fence.wantedAt())
      return waitMs
    }
    if (this.#isStepped || (this.#chores.isDue && (await this.#hasChores()))) await this.#doChores()
    const nextAt = Math.min(this.#chores.dueAt, laneAt ?? this.#chores.dueAt)
    return Math.min(IDLE_MS_MAX, Math.max(0, nextAt - clock.now()))
  }

  /** One call to try: the most urgent write, or the read of the orders that it needs; a zero does not wait for one. */
  #probe(): void {
    this.#lane.readNothingAhead()
    this.#polls.readSoon('orders')
    this.#chores.hurry()
  }

  /** All but writes, now and then, giving way to a decrease. Webhooks first: what is sold during the rest is heard of. */
  async #doChores(): Promise<void> {
    const { clock, pace, connection } = this.#context
    if (this.#mayCall('shipment', 'registerWebhooks')) await this.#webhooks.turn()
    const fetched = await this.#fetchHinted()
    const { visibilityLagMs } = this.#context.connector.manifest.capabilities
    const wantedAt = await this.#fence.wantedAt()
    // The channels that give units up show nothing until these orders are known.
    const isWanted = wantedAt !== undefined && clock.now() - visibilityLagMs > wantedAt.getTime()
    if ((isWanted || this.#polls.isDue('orders')) && this.#mayCall('order', 'orders')) {
      await this.#known.readAndApply()
      this.#lane.noteKnown()
    }
    await this.#fence.tell(wantedAt)
    const followed = this.#mayCall('increase', 'outcomes') ? await followTickets(this.#context) : 0
    const isWaiting = wantedAt !== undefined || followed > 0 || this.#suspicions.size > 0
    if (connection.state === 'live') await followWithdrawals(this.#context)
    await finishZeroing(this.#context)
    if (this.#mayReadBack()) await this.#reconcile(pace.reconcileMs)
    await this.#statistics.turn(this.#state.applied)
    this.#polls.hurry(this.#context.hurried)
    const isSending = (await this.#fulfilment.turn()) > 0
    const isReadingOn =
      this.#mayCall('reconcile', 'orders') && (await this.#readOn(this.#orders.readDeeper()))
    const isStreaming = this.#mayCall('order', 'stream') && (await this.#readOn(this.#streams.turn()))
    await this.#gaps.turn(this.#state.fenceAt)
    const isCounting = this.#mayCall('reconcile', 'counts') && (await this.#counts.turn())
    const isWorking = this.#mayReadBack() && (await this.#jobs.turn())
    await this.#polls.save()
    if (fetched.failed > 0) this.#turns.noteProblem()
    else await this.#turns.succeeded('calls')
    // Whatever was found to do may have more behind it.
    const isMore = isSending || isReadingOn || isStreaming || isCounting || isWorking || fetched.looked > 0
    this.#burst.noteDone()
    this.#chores.noteDone(isMore ? 'more' : isWaiting ? 'waiting' : 'nothing')
  }

  /** The same by one kind at a time, in a burst of writes. */
  #kindsOfChores(): Chore[] {
    const where = (kind: CallClass, operation: keyof ChannelOperations, run: Chore['run']) =>
      notOwed(async () => this.#mayCall(kind, operation) && (await run()))
    return [
      owed(async () => this.#polls.isDue('orders') && (await this.#known.readAndApply())),
      owed(() => this.#fetchHinted(1)),
      owed(() => this.#fulfilment.turn()),
      owed(() => this.#webhooks.turn()),
      owed(() => this.#readOn(this.#streams.turn())),
      where('increase', 'outcomes', () => followTickets(this.#context)),
      notOwed(async () => this.#mayReadBack() && (await this.#reconcile(this.#context.pace.reconcileMs))),
      where('reconcile', 'orders', () => this.#readOn(this.#orders.readDeeper())),
      where('reconcile', 'counts', () => this.#counts.turn()),
      notOwed(async () => this.#mayReadBack() && (await this.#jobs.turn())),
    ]
  }

  async #fetchHinted(most?: number): Promise<{ looked: number; failed: number }> {
    const fetched = await fetchHinted(this.#context, 'all', most)
    if (fetched.looked > 0) await this.#inbox.apply()
    return fetched
  }

  /** @returns true while pages are left that are there */
  async #readOn(read: Promise<boolean>): Promise<boolean> {
    const isMore = await read
    if (isMore) await this.#inbox.apply()
    return isMore
  }

  /** Nothing moves, is due, or waits: one statement says so, in place of all that would. */
  async #isIdle(): Promise<boolean> {
    if (this.#isStepped || this.#mayHaveOrphans || this.#lane.isToReadAhead) return false
    if (!this.#chores.isQuiet || !this.#isLookEnough()) return false
    if (await doesAnythingWait(this.#context)) {
      this.#chores.hurry()
      this.wakeInbox()
      this.#turns.wake('hints')
      return false
    }
    this.#chores.noteLooked()
    return true
  }

  /** The same of the chores alone, while something moves: they are a dozen statements, several times a second. */
  async #hasChores(): Promise<boolean> {
    if (!this.#isLookEnough() || this.#suspicions.size > 0 || hasStandingChores(this.#context)) return true
    if (await doesAnythingWait(this.#context)) return true
    this.#chores.noteLooked()
    return false
  }

  #isLookEnough(): boolean {
    return this.#chores.isLookEnough && !isAnyListDue(this.#context, this.#polls)
  }

  /** Whether the budget lets such a call go now: what waits in the lane would keep decreases waiting (I7). */
  #mayCall(kind: CallClass, operation: keyof ChannelOperations): boolean {
    if (this.#state.isToRead && (operation === 'orders' || operation === 'levels')) return false
    const { budgets, organizationId: group } = this.#context
    return budgets.isReady({ cost: 1, ...CALL_CLASSES[kind], group, operation })
  }

  /** A reading says nothing without the orders: what they may be read is left to writes as well. */
  #mayReadBack(): boolean {
    return this.#mayCall('reconcile', 'levels') && this.#mayCall('reconcile', 'orders')
  }

  async #reconcile(everyMs: number): Promise<void> {
    const isDue = this.#polls.isDue('levels')
    if (isDue) {
      this.#polls.noteReadBack(everyMs)
      await closeLateWrites(this.#context)
    }
    if ((await reconcile(this.#context, this.#suspicions, { isDue, everyMs }, this.#actions)) > 0)
      this.#turns.wake('lane')
  }
}
