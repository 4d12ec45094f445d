import { updateAvailability } from './availability.ts'
import { findConnections } from './connections.store.ts'
import type { SyncContext } from './context.ts'
import type { Lease } from './leases.store.ts'
import { acquireLeases, releaseLeases, renewLeases } from './leases.store.ts'
import { parseWake, WAKE_CHANNEL, type Wake } from './notify.ts'
import { ConnectionRegistry } from './registry.ts'
import { Serial } from './serial.ts'
import { Wakeup } from './wakeup.ts'
import { ConnectionWorker } from './worker.ts'

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
  readonly #restarting = new Serial()
  readonly #onWake: ((wake: Wake) => void) | undefined
  #loops: Promise<unknown> = Promise.resolve()
  #listener: { stop(): Promise<void> } | undefined

  /** @param onWake told of every wake-up, for live screens */
  constructor(context: SyncContext, onWake?: (wake: Wake) => void) {
    this.#context = context
    this.#holder = context.uuid()
    this.#onWake = onWake
    this.registry = new ConnectionRegistry(context)
    this.#leaseWakeup = new Wakeup(context.clock)
    this.#itemsWakeup = new Wakeup(context.clock)
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
    this.#loops = Promise.all([
      this.#loop(this.#leaseWakeup, this.#context.pace.leaseMs / 5, () => this.#keepLeases()),
      this.#loop(this.#itemsWakeup, 1_000, () => this.#workOutItems()),
    ])
  }

  /** Stops the workers, gives the leases up at once, and listens no more. */
  async stop(): Promise<void> {
    this.#stop.abort(new Error('The engine stops.'))
    await this.#loops
    const held = [...this.#workers.keys()]
    await Promise.all([...this.#workers.values()].map(({ worker }) => worker.stop()))
    this.#workers.clear()
    await releaseLeases(
      this.#context.database.kysely,
      this.#context.organizationId,
      held,
      this.#holder,
      new Date(this.#context.clock.now()),
    )
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
    const free = connections
      .filter((connection) => connection.state !== 'draft' && !this.#workers.has(connection.connectionId))
      .map((connection) => connection.connectionId)
    const taken = await acquireLeases(database.kysely, organizationId, free, this.#holder, { now, expiresAt })
    for (const lease of taken) await this.#startWorker(lease)
  }

  async #startWorker(lease: Lease): Promise<void> {
    const { connectionId } = lease
    this.registry.forget(connectionId)
    const open = await this.registry.find(connectionId)
    if (open === undefined) return
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
    // The same holder's own earlier calls have ended with its worker, so nothing is waited for.
    await this.#startWorker({ ...held.lease, callsUntil: new Date(this.#context.clock.now()) })
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
