import type { BudgetSnapshot } from '@plimsoll/connector-kit'
import { allocateFreed } from './allocation/allocate-freed.ts'
import { updateAvailability } from './availability/availability.ts'
import { noteExpiredLots } from './availability/expired-lots.ts'
import { releaseExpired } from './availability/expired-reservations.ts'
import { ByHandDesk } from './by-hand/by-hand-desk.ts'
import { ConnectionRegistry } from './connections/registry.ts'
import { nowOf, type SyncContext } from './context.ts'
import { measureDemand } from './load-line/measure-demand.ts'
import { keepSuggestions } from './mapping/keep-suggestions.ts'
import { parseWake, WAKE_CHANNEL, type Wake } from './notify.ts'
import { judgeOversold } from './oversold/judge-oversold.ts'
import { PERSONAL_DATA_LOOKED_AT_MS, purgePersonalData } from './personal-data/purge-personal-data.ts'
import { notePassedWindows } from './policies/policy-windows.ts'
import { keepReplenishment } from './replenishment/keep-replenishment.ts'
import { noteStaleOrders } from './safety/stale-watch.ts'
import { HeldConnections } from './worker/held-connections.ts'
import { Wakeup } from './worker/wakeup.ts'

/** How often sales are counted: what is kept back follows a rush within this. */
const DEMAND_MEASURED_MS = 10_000
/** Days begin all over the world at quarters of an hour; a lot is taken off the channels within this. */
const LOTS_LOOKED_AT_MS = 10_000
/** Whether there is something to plan; how often there is, `plan-sweep.ts` says. */
const REPLENISHMENT_LOOKED_AT_MS = 60_000
/** Whether listings came that nobody has looked at; an import or a person wakes it before. */
const MAPPING_LOOKED_AT_MS = 5_000
const STALE_LOOKED_AT_MS = 5_000
const OVERSOLD_JUDGED_MS = 5_000
/** Whoever changes stock wakes those who wait for it; this is for what nobody heard. */
const WAITING_LOOKED_AT_MS = 1_000
const WAITING_PAUSE_MS = 250

/** A sale begins and ends on every channel within this, and the time that its writes take. */
const WINDOWS_LOOKED_AT_MS = 1_000

/**
 * Runs the connections that this process holds the leases of. Any number of processes may run it on one
 * database: each connection is worked by one of them at a time, and taken over when that one dies.
 */
export class SyncEngine {
  readonly registry: ConnectionRegistry
  readonly #context: SyncContext
  readonly #held: HeldConnections
  readonly #stop = new AbortController()
  readonly #leaseWakeup: Wakeup
  readonly #itemsWakeup: Wakeup
  readonly #expiryWakeup: Wakeup
  readonly #lotsWakeup: Wakeup
  readonly #demandWakeup: Wakeup
  readonly #windowsWakeup: Wakeup
  readonly #staleWakeup: Wakeup
  readonly #oversoldWakeup: Wakeup
  readonly #waitingWakeup: Wakeup
  readonly #byHand: ByHandDesk
  readonly #replenishmentWakeup: Wakeup
  readonly #personalDataWakeup: Wakeup
  readonly #mappingWakeup: Wakeup
  readonly #onWake: ((wake: Wake) => void) | undefined
  #loops: Promise<unknown> = Promise.resolve()
  #listener: { stop(): Promise<void> } | undefined

  /**
   * @param onWake told of every wake-up, for live screens
   * @param self what people read of this process: its name (machine and process number) and its roles
   */
  constructor(
    context: SyncContext,
    onWake?: (wake: Wake) => void,
    self: { name: string; roles: string[] } = { name: 'hub', roles: ['worker'] },
  ) {
    this.#context = context
    this.#onWake = onWake
    this.#held = new HeldConnections(context, {
      registry: () => this.registry,
      process: { processId: context.uuid(), startedAt: nowOf(context), ...self },
      signal: this.#stop.signal,
      onMissing: () => this.#leaseWakeup.wake(),
    })
    this.registry = new ConnectionRegistry(context, (connectionId) => this.#held.workerOf(connectionId))
    this.#leaseWakeup = new Wakeup(context.clock)
    this.#itemsWakeup = new Wakeup(context.clock)
    this.#expiryWakeup = new Wakeup(context.clock)
    this.#lotsWakeup = new Wakeup(context.clock)
    this.#demandWakeup = new Wakeup(context.clock)
    this.#windowsWakeup = new Wakeup(context.clock)
    this.#staleWakeup = new Wakeup(context.clock)
    this.#oversoldWakeup = new Wakeup(context.clock)
    this.#waitingWakeup = new Wakeup(context.clock)
    this.#byHand = new ByHandDesk(context)
    this.#replenishmentWakeup = new Wakeup(context.clock)
    this.#personalDataWakeup = new Wakeup(context.clock)
    this.#mappingWakeup = new Wakeup(context.clock)
  }

  /** @param roles `worker`: takes leases and works connections; without it the engine only listens and takes webhooks in */
  async start(roles: { worker: boolean }): Promise<void> {
    this.#listener = await this.#context.database.listen(
      WAKE_CHANNEL,
      (payload) => this.#hear(payload),
      // What was said while nobody listened is lost: look everywhere.
      () => this.#wakeAll(),
    )
    const heartbeatMs = this.#context.pace.leaseMs / 5
    if (!roles.worker) {
      this.#loops = this.#loop(this.#leaseWakeup, heartbeatMs, () => this.#held.keepProcess())
      return
    }
    const watchedSince = nowOf(this.#context)
    this.#loops = Promise.all([
      this.#loop(this.#staleWakeup, STALE_LOOKED_AT_MS, () => noteStaleOrders(this.#context, watchedSince)),
      this.#loop(this.#leaseWakeup, heartbeatMs, () => this.#held.keep()),
      this.#loop(this.#itemsWakeup, 1_000, () => this.#workOutItems()),
      this.#loop(this.#expiryWakeup, 1_000, async () => void (await releaseExpired(this.#context))),
      this.#loop(
        this.#lotsWakeup,
        LOTS_LOOKED_AT_MS,
        async () => void (await noteExpiredLots(this.#context)),
      ),
      this.#loop(this.#waitingWakeup, WAITING_LOOKED_AT_MS, () => this.#serveWaiting()),
      this.#loop(this.#oversoldWakeup, OVERSOLD_JUDGED_MS, () => judgeOversold(this.#context)),
      this.#loop(this.#replenishmentWakeup, REPLENISHMENT_LOOKED_AT_MS, () =>
        keepReplenishment(this.#context, this.#stop.signal),
      ),
      this.#loop(
        this.#personalDataWakeup,
        PERSONAL_DATA_LOOKED_AT_MS,
        async () => void (await purgePersonalData(this.#context)),
      ),
      this.#loop(
        this.#mappingWakeup,
        MAPPING_LOOKED_AT_MS,
        async () => void (await keepSuggestions(this.#context, this.#stop.signal)),
      ),
      this.#loop(this.#demandWakeup, DEMAND_MEASURED_MS, () => measureDemand(this.#context)),
      this.#loop(
        this.#windowsWakeup,
        WINDOWS_LOOKED_AT_MS,
        async () => void (await notePassedWindows(this.#context)),
      ),
    ])
  }

  /** Stops the workers, gives the leases up at once, and listens no more. */
  async stop(): Promise<void> {
    this.#stop.abort(new Error('The engine stops.'))
    await this.#loops
    await this.#held.stop()
    await this.#listener?.stop()
  }

  /** What is left of the connection's budgets and how fast they are spent, where this process works it. */
  budgetOf(connectionId: string): BudgetSnapshot | undefined {
    return this.#held.workerOf(connectionId)?.budget
  }

  /** The connections worked here. */
  get held(): string[] {
    return this.#held.ids
  }

  async #loop(wakeup: Wakeup, everyMs: number, turn: () => Promise<void>): Promise<void> {
    while (!this.#stop.signal.aborted) {
      try {
        await turn()
      } catch (error) {
        this.#context.log.error({ error }, 'a turn of the engine failed; trying again')
      }
      await wakeup.wait(everyMs, this.#stop.signal)
    }
  }

  async #workOutItems(): Promise<void> {
    for (const connectionId of await updateAvailability(this.#context)) {
      this.#held.workerOf(connectionId)?.wakeLane()
    }
  }

  /** Waiting orders get what has come; what people made by hand goes on. */
  async #serveWaiting(): Promise<void> {
    await allocateFreed(this.#context)
    await this.#byHand.turn()
    // A hundred sales a second wake it a hundred times.
    await this.#context.clock.sleep(WAITING_PAUSE_MS, this.#stop.signal).catch(() => undefined) // the engine stops
  }

  #hear(payload: string): void {
    const wake = parseWake(payload, this.#context.organizationId)
    if (wake === undefined) return
    this.#onWake?.(wake)
    switch (wake.kind) {
      case 'inbox':
        for (const connectionId of wake.connectionIds) this.#held.workerOf(connectionId)?.wakeInbox()
        return
      case 'lane':
        for (const connectionId of wake.connectionIds) this.#held.workerOf(connectionId)?.wakeLane()
        if (wake.connectionIds.some((id) => id === this.#byHand.connectionId)) this.#waitingWakeup.wake()
        return
      case 'items':
        this.#itemsWakeup.wake()
        return
      case 'selling':
        for (const connectionId of this.#held.ids)
          if (!wake.connectionIds.includes(connectionId)) this.#held.workerOf(connectionId)?.readAhead()
        return
      case 'connection':
        for (const connectionId of wake.connectionIds) {
          this.registry.forget(connectionId)
          this.#held.restart(connectionId).catch((error: unknown) => {
            this.#context.log.error({ error, connectionId }, 'a worker could not be started anew')
          })
        }
        return
      case 'screen':
        // Stock has changed: somebody may wait for it.
        if (wake.topics.includes('items')) this.#waitingWakeup.wake()
        return
      default: {
        const never: never = wake
        throw new Error(`unknown wake-up ${String(never)}`)
      }
    }
  }

  #wakeAll(): void {
    this.#leaseWakeup.wake()
    this.#itemsWakeup.wake()
    for (const connectionId of this.#held.ids) {
      this.#held.workerOf(connectionId)?.wakeInbox()
      this.#held.workerOf(connectionId)?.wakeLane()
    }
  }
}
