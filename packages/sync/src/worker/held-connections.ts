import { type Connection, findConnections, saveKeys, saveProblem } from '../connections/connections.store.ts'
import { applicationKeyOf, type ConnectionRegistry } from '../connections/registry.ts'
import { nowOf, type SyncContext } from '../context.ts'
import { budgetKeysOf, SharedBudgets } from '../lanes/shared-budgets.ts'
import { notify } from '../notify.ts'
import { decideShare } from './lease-share.ts'
import { acquireLeases, type Lease, releaseLeases, renewLeases } from './leases.store.ts'
import { forgetProcess, type HubProcess, keepProcess } from './processes.store.ts'
import { Serial } from './serial.ts'
import { ConnectionWorker } from './worker.ts'

/** A connection that is handed over ends the call that is under way, up to this; longer, and it is cut off. */
const FINISH_MS_MAX = 2_000
/**
 * What nobody took for so many leases' time is taken beyond one's share: whoever should have taken it does not. With the
 * lease itself and a turn that is less than two leases' time: work is to move within ten seconds. Too much is handed over.
 */
const OVERDUE_LEASES = 0.5
/** Opened at once when many are taken over. */
const OPENED_AT_ONCE = 8

type Held = { worker: ConnectionWorker; lease: Lease; isShared: boolean; release(): void }

/**
 * The connections that this process works: takes its share of the leases, renews them, hands over what is beyond its
 * share, lets go of what it has lost. Whoever joins gets its share within two turns; what a dead process held is
 * taken when its leases have run out.
 */
export class HeldConnections {
  readonly #context: SyncContext
  readonly #registry: () => ConnectionRegistry
  readonly #process: HubProcess
  readonly #signal: AbortSignal
  readonly #onMissing: () => void
  readonly #workers = new Map<string, Held>()
  readonly #restarting = new Serial()
  readonly #budgets: SharedBudgets
  #hasLeased = false

  /** @param onMissing a connection changed that is not worked here: look at the leases soon */
  constructor(
    context: SyncContext,
    options: {
      registry: () => ConnectionRegistry
      process: HubProcess
      signal: AbortSignal
      onMissing(): void
    },
  ) {
    this.#context = context
    this.#registry = options.registry
    this.#process = options.process
    this.#signal = options.signal
    this.#onMissing = () => options.onMissing()
    this.#budgets = new SharedBudgets(context, options.process.processId)
  }

  get ids(): string[] {
    return [...this.#workers.keys()]
  }

  workerOf(connectionId: string): ConnectionWorker | undefined {
    return this.#workers.get(connectionId)?.worker
  }

  /** One turn: renews what is held, stops what is lost, hands over what is too much, takes what is free. */
  async keep(): Promise<void> {
    const { database, organizationId } = this.#context
    const time = this.#leaseTime()
    const workers = await keepProcess(database.kysely, organizationId, this.#process, time)
    await this.#renew(time.expiresAt)

    const connections = await findConnections(database.kysely, organizationId)
    const toWork = connections.filter((connection) => connection.state !== 'draft')
    const me = this.#process.processId
    const share = decideShare({ workers, me, connections: toWork.length, held: this.ids })
    if (share.release.length > 0) await this.#handOver(share.release)

    const others = toWork.map(({ connectionId }) => connectionId).filter((id) => !this.#workers.has(id))
    await this.#take(
      others.filter((id) => !share.release.includes(id)),
      share.takeAtMost,
    )
    await this.#restartChanged(connections)
  }

  /** For a process that works no connection: it says that it runs. */
  async keepProcess(): Promise<void> {
    const { database, organizationId } = this.#context
    await keepProcess(database.kysely, organizationId, this.#process, this.#leaseTime())
  }

  /** A connection changed (paused, resumed, new settings): its worker starts anew under the same lease. */
  async restart(connectionId: string): Promise<void> {
    await this.#restarting.run(async () => {
      const held = this.#workers.get(connectionId)
      if (held === undefined) {
        this.#onMissing()
        return
      }
      await this.#drop(connectionId)
      // `callsUntil` stays that of the take-over: our own calls have ended with the worker, the former
      // holder's may not have.
      await this.#startWorker(held.lease)
    })
  }

  /** Ends all work and gives the leases up at once. */
  async stop(): Promise<void> {
    // A restart under way has let go of its worker and would make another one after this.
    await this.#restarting.run(async () => undefined)
    const ids = this.ids
    await Promise.all([...this.#workers.values()].map(({ worker }) => worker.finish(FINISH_MS_MAX)))
    this.#workers.clear()
    await this.#noteEnd(ids)
  }

  async #noteEnd(ids: readonly string[]): Promise<void> {
    const { database, organizationId } = this.#context
    const now = nowOf(this.#context)
    const { processId } = this.#process
    try {
      // Also of what was taken and not yet worked.
      if (this.#hasLeased) await releaseLeases(database.kysely, organizationId, processId, now)
      await forgetProcess(database.kysely, organizationId, processId, now)
      if (ids.length > 0) await this.#tellOthers(ids)
    } catch (error) {
      // All of it runs out by itself; a process ends also when its database is gone.
      this.#context.log.warn({ error }, 'the end of this process could not be noted')
    }
  }

  #leaseTime(): { now: Date; expiresAt: Date } {
    const now = nowOf(this.#context)
    return { now, expiresAt: new Date(now.getTime() + this.#context.pace.leaseMs) }
  }

  async #renew(expiresAt: Date): Promise<void> {
    const { database, organizationId } = this.#context
    const leases = [...this.#workers.values()].map(({ lease }) => lease)
    const renewed = new Set(
      await renewLeases(database.kysely, organizationId, leases, this.#process.processId, expiresAt),
    )
    const lost = leases.map(({ connectionId }) => connectionId).filter((id) => !renewed.has(id))
    await Promise.all(lost.map((connectionId) => this.#drop(connectionId)))
  }

  /** Ends what is under way, then gives the leases up: whoever takes them may raise at once. */
  async #handOver(connectionIds: readonly string[]): Promise<void> {
    const { database, organizationId, log } = this.#context
    await this.#restarting.run(async () => {
      await Promise.all(
        connectionIds.map(async (connectionId) => {
          const held = this.#workers.get(connectionId)
          await held?.worker.finish(FINISH_MS_MAX)
          held?.release()
          this.#workers.delete(connectionId)
        }),
      )
    })
    const { processId } = this.#process
    await releaseLeases(database.kysely, organizationId, processId, nowOf(this.#context), connectionIds)
    await this.#tellOthers(connectionIds)
    log.info(
      { connections: connectionIds.length },
      'connections handed over: another process shares the work',
    )
  }

  /** A hint: without it the others look a moment later. */
  async #tellOthers(connectionIds: readonly string[]): Promise<void> {
    const { database, organizationId } = this.#context
    await notify(database.kysely, organizationId, { kind: 'connection', connectionIds: [...connectionIds] })
  }

  async #take(connectionIds: readonly string[], atMost: number): Promise<void> {
    const { database, organizationId, pace } = this.#context
    const time = this.#leaseTime()
    const overdueBefore = new Date(time.now.getTime() - OVERDUE_LEASES * pace.leaseMs)
    const taken = await acquireLeases(
      database.kysely,
      organizationId,
      connectionIds,
      this.#process.processId,
      time,
      { atMost, overdueBefore },
    )
    if (taken.length > 0) this.#hasLeased = true
    for (let from = 0; from < taken.length; from += OPENED_AT_ONCE) {
      const together = taken.slice(from, from + OPENED_AT_ONCE)
      await Promise.all(together.map((lease) => this.#tryToStart(lease)))
    }
  }

  async #tryToStart(lease: Lease): Promise<void> {
    try {
      await this.#startWorker(lease)
    } catch (error) {
      // One connection that cannot be opened must not keep the others from being worked. Its lease runs
      // out, and then it is tried again.
      this.#context.log.error({ error, connectionId: lease.connectionId }, 'a connection cannot be opened')
      await this.#noteUnopened(lease.connectionId, error)
    }
  }

  /** A person must know: nothing is read from it nor written to it. Cleared by the first turn that succeeds. */
  async #noteUnopened(connectionId: string, error: unknown): Promise<void> {
    const { database, organizationId } = this.#context
    const message = error instanceof Error ? error.message : String(error)
    const code = 'cannot-open' as const
    const problem = { code, message, told: { code, facts: { message } } }
    await saveProblem(database.kysely, organizationId, connectionId, problem, nowOf(this.#context))
  }

  /** The wake-up that said so may have been lost: a paused connection must not go on being written to. */
  async #restartChanged(connections: readonly Connection[]): Promise<void> {
    for (const connection of connections) {
      const held = this.#workers.get(connection.connectionId)
      if (held === undefined) continue
      const isSame = statusOf(held.worker.connection) === statusOf(connection)
      if (isSame && held.isShared === isShared(connection, connections)) continue
      this.#registry().forget(connection.connectionId)
      await this.restart(connection.connectionId)
    }
  }

  async #startWorker(lease: Lease): Promise<void> {
    const { connectionId } = lease
    this.#registry().forget(connectionId)
    const open = await this.#registry().find(connectionId)
    if (open === undefined || this.#signal.aborted) return
    const { database, organizationId } = this.#context
    const budgetKey = budgetKeysOf(open)?.account ?? null
    const isShared = await saveKeys(database.kysely, organizationId, connectionId, {
      applicationKey: applicationKeyOf(open),
      budgetKey,
    })
    const { budgets, release } = this.#budgets.use(open, isShared)
    const onLost = () => void this.#restarting.run(() => this.#drop(connectionId))
    const worker = new ConnectionWorker(this.#context, open, lease, onLost, budgets)
    this.#workers.set(connectionId, { worker, lease, isShared, release })
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
    held.release()
  }
}

/** Another connection spends the same account's budgets. */
function isShared({ connectionId, budgetKey }: Connection, all: readonly Connection[]): boolean {
  if (budgetKey === null) return false
  return all.some(
    (other) =>
      other.connectionId !== connectionId && other.budgetKey === budgetKey && other.state !== 'draft',
  )
}

/** What a worker goes by. */
function statusOf(connection: Connection): string {
  const { state, pauseReasons, settings, secretId, ordersPollMs, zeroedFor, editRule, shipsOrdersFrom } =
    connection
  return JSON.stringify([
    state,
    pauseReasons,
    settings,
    secretId,
    ordersPollMs,
    zeroedFor,
    editRule,
    shipsOrdersFrom,
  ])
}
