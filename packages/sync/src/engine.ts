import { updateAvailability } from './availability.ts'
import { type Connection, findConnections, saveProblem } from './connections.store.ts'
import type { SyncContext } from './context.ts'
import { noteExpiredLots } from './expired-lots.ts'
import { releaseExpired } from './expired-reservations.ts'
import type { Lease } from './leases.store.ts'
import { acquireLeases, releaseLeases, renewLeases } from './leases.store.ts'
import { parseWake, WAKE_CHANNEL, type Wake } from './notify.ts'
import { ConnectionRegistry } from './registry.ts'
import { Serial } from './serial.ts'
import { noteStaleOrders } from './stale-watch.ts'
import { Wakeup } from './wakeup.ts'
import { ConnectionWorker } from './worker.ts'

/** Days begin all over the world at quarters of an hour; a lot is taken off the channels within this. */
const LOTS_LOOKED_AT_MS = 10_000
const STALE_LOOKED_AT_MS = 5_000

/**
 * Runs the connections that this process holds the leases of. Any number of processes may run it on one
 * database: each connection is worked by one of them at a time, and taken over when that one dies.
 */
export class SyncEngine {
  readonly registry: ConnectionRegistry
  readonly #context: SyncContext
  readonly #holder: string
  readonly #workers = new Map<string, { worker: ConnectionWorker; lease: Lease }>()
  readonly #stop = new AbortController()
  readonly #leaseWakeup: Wakeup
  readonly #itemsWakeup: Wakeup
  readonly #expiryWakeup: Wakeup
  readonly #lotsWakeup: Wakeup
  readonly #staleWakeup: Wakeup
  readonly #restarting = new Serial()
  readonly #onWake: ((wake: Wake) => void) | undefined
  #loops: Promise<unknown> = Promise.resolve()
  #hasLeased = false
  #listener: { stop(): Promise<void> } | undefined

  /** @param onWake told of every wake-up, for live screens */
  constructor(context: SyncContext, onWake?: (wake: Wake) => void) {
    this.#context = context
    this.#holder = context.uuid()
    this.#onWake = onWake
    this.registry = new ConnectionRegistry(context, (connectionId) => this.#workers.get(connectionId)?.worker)
    this.#leaseWakeup = new Wakeup(context.clock)
    this.#itemsWakeup = new Wakeup(context.clock)
    this.#expiryWakeup = new Wakeup(context.clock)
    this.#lotsWakeup = new Wakeup(context.clock)
    this.#staleWakeup = new Wakeup(context.clock)
  }

  /** @param roles `worker`: takes leases and works connections; without it the engine only listens and takes webhooks in */
  async start(roles: { worker: boolean }): Promise<void> {
    this.#listener = await this.#context.database.listen(
      WAKE_CHANNEL,
      (payload) => this.#hear(payload),
      // What was said while nobody listened is lost: look everywhere.
      () => this.#wakeAll(),
    )
    if (!roles.worker) return
    const watchedSince = new Date(this.#context.clock.now())
    this.#loops = Promise.all([
      this.#loop(this.#staleWakeup, STALE_LOOKED_AT_MS, () => noteStaleOrders(this.#context, watchedSince)),
      this.#loop(this.#leaseWakeup, this.#context.pace.leaseMs / 5, () => this.#keepLeases()),
      this.#loop(this.#itemsWakeup, 1_000, () => this.#workOutItems()),
      this.#loop(this.#expiryWakeup, 1_000, async () => void (await releaseExpired(this.#context))),
      this.#loop(
        this.#lotsWakeup,
        LOTS_LOOKED_AT_MS,
        async () => void (await noteExpiredLots(this.#context)),
      ),
    ])
  }

  /** Stops the workers, gives the leases up at once, and listens no more. */
  async stop(): Promise<void> {
    this.#stop.abort(new Error('The engine stops.'))
    await this.#loops
    // A restart under way has let go of its worker and would make another one after this.
    await this.#restarting.run(async () => undefined)
    await Promise.all([...this.#workers.values()].map(({ worker }) => worker.stop()))
    this.#workers.clear()
    // Also of what was taken and not yet worked.
    const { database, organizationId, clock } = this.#context
    if (this.#hasLeased)
      await releaseLeases(database.kysely, organizationId, this.#holder, new Date(clock.now()))
    await this.#listener?.stop()
  }

  /** 0..1 of the scarcest budget, where this process works the connection. */
  budgetLeft(connectionId: string): number | undefined {
    return this.#workers.get(connectionId)?.worker.budgetLeft
  }

  /** The connections worked here. */
  get held(): string[] {
    return [...this.#workers.keys()]
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
      this.#workers.get(connectionId)?.worker.wakeLane()
    }
  }

  /** Renews what is held, stops what is lost, takes what is free. */
  async #keepLeases(): Promise<void> {
    const { database, organizationId, clock, pace } = this.#context
    const now = new Date(clock.now())
    const expiresAt = new Date(clock.now() + pace.leaseMs)
    const leases = [...this.#workers.values()].map(({ lease }) => lease)
    const renewed = new Set(
      await renewLeases(database.kysely, organizationId, leases, this.#holder, expiresAt),
    )
    for (const { connectionId } of leases) {
      if (!renewed.has(connectionId)) await this.#drop(connectionId)
    }

    const connections = await findConnections(database.kysely, organizationId)
    const others = connections
      .filter((connection) => connection.state !== 'draft' && !this.#workers.has(connection.connectionId))
      .map((connection) => connection.connectionId)
    const taken = await acquireLeases(database.kysely, organizationId, others, this.#holder, {
      now,
      expiresAt,
    })
    if (taken.length > 0) this.#hasLeased = true
    for (const lease of taken) {
      try {
        await this.#startWorker(lease)
      } catch (error) {
        // One connection that cannot be opened must not keep the others from being worked. Its lease runs
        // out, and then it is tried again.
        this.#context.log.error({ error, connectionId: lease.connectionId }, 'a connection cannot be opened')
        await this.#noteUnopened(lease.connectionId, error)
      }
    }
    await this.#restartChanged(connections)
  }

  /** A person must know: nothing is read from it nor written to it. Cleared by the first turn that succeeds. */
  async #noteUnopened(connectionId: string, error: unknown): Promise<void> {
    const { database, organizationId, clock } = this.#context
    const message = error instanceof Error ? error.message : String(error)
    const problem = { code: 'cannot-open', message }
    await saveProblem(database.kysely, organizationId, connectionId, problem, new Date(clock.now()))
  }

  /** The wake-up that said so may have been lost: a paused connection must not go on being written to. */
  async #restartChanged(connections: readonly Connection[]): Promise<void> {
    for (const connection of connections) {
      const held = this.#workers.get(connection.connectionId)
      if (held === undefined || statusOf(held.worker.connection) === statusOf(connection)) continue
      this.registry.forget(connection.connectionId)
      await this.#restarting.run(() => this.#restart(connection.connectionId))
    }
  }

  async #startWorker(lease: Lease): Promise<void> {
    const { connectionId } = lease
    this.registry.forget(connectionId)
    const open = await this.registry.find(connectionId)
    if (open === undefined || this.#stop.signal.aborted) return
    const worker = new ConnectionWorker(this.#context, open, lease, () => {
      void this.#restarting.run(() => this.#drop(connectionId))
    })
    this.#workers.set(connectionId, { worker, lease })
    worker.start()
    this.#context.log.info(
      { connection: open.connection.name, fencing: lease.fencing },
      'this process works the connection now',
    )
  }

  async #drop(connectionId: string): Promise<void> {
    const held = this.#workers.get(connectionId)
    if (held === undefined) return
    this.#workers.delete(connectionId)
    await held.worker.stop()
  }

  /** A connection changed (paused, resumed, new settings): its worker starts anew under the same lease. */
  async #restart(connectionId: string): Promise<void> {
    const held = this.#workers.get(connectionId)
    if (held === undefined) {
      this.#leaseWakeup.wake()
      return
    }
    await this.#drop(connectionId)
    // `callsUntil` stays that of the take-over: our own calls have ended with the worker, the former
    // holder's may not have.
    await this.#startWorker(held.lease)
  }

  #hear(payload: string): void {
    const wake = parseWake(payload, this.#context.organizationId)
    if (wake === undefined) return
    this.#onWake?.(wake)
    switch (wake.kind) {
      case 'inbox':
        for (const connectionId of wake.connectionIds) this.#workers.get(connectionId)?.worker.wakeInbox()
        return
      case 'lane':
        for (const connectionId of wake.connectionIds) this.#workers.get(connectionId)?.worker.wakeLane()
        return
      case 'items':
        this.#itemsWakeup.wake()
        return
      case 'selling':
        for (const [connectionId, { worker }] of this.#workers)
          if (!wake.connectionIds.includes(connectionId)) worker.readAhead()
        return
      case 'connection':
        for (const connectionId of wake.connectionIds) {
          this.registry.forget(connectionId)
          void this.#restarting
            .run(() => this.#restart(connectionId))
            .catch((error: unknown) => {
              this.#context.log.error({ error, connectionId }, 'a worker could not be started anew')
            })
        }
        return
      case 'screen':
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
    for (const { worker } of this.#workers.values()) {
      worker.wakeInbox()
      worker.wakeLane()
    }
  }
}

/** What a worker goes by. */
function statusOf({ state, pauseReasons, settings, secretId, ordersPollMs, editRule }: Connection): string {
  return JSON.stringify([state, pauseReasons, settings, secretId, ordersPollMs, editRule])
}
