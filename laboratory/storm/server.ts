import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { systemTiming } from '../../packages/database/src/clock.ts'
import { prepareBinaries } from '../../packages/database/src/embedded/binaries.ts'
import { clusterPaths, openCluster, superuser } from '../../packages/database/src/embedded/cluster.ts'
import { isAlive } from '../../packages/database/src/embedded/postmaster.ts'
import { findServerUser, makeDatabaseFolder } from '../../packages/database/src/embedded/server-user.ts'
import {
  type RunningServer,
  startServer,
  stopServer,
} from '../../packages/database/src/embedded/start-server.ts'

/** The real PostgreSQL of a storm, in a folder of its own: `fsync` on, a port that stays, and nobody who starts it again but the storm. */
export class StormServer {
  /** The hubs' files and the cluster. */
  readonly folder: string
  readonly #start: () => Promise<RunningServer>
  readonly #stop: (pid: number) => Promise<void>
  readonly #password: string
  #running: RunningServer
  readonly #frozen = new Set<number>()
  #changing: Promise<unknown> = Promise.resolve()
  isUp = true

  private constructor(made: {
    folder: string
    password: string
    running: RunningServer
    start(): Promise<RunningServer>
    stop(pid: number): Promise<void>
  }) {
    this.folder = made.folder
    this.#password = made.password
    this.#running = made.running
    this.#start = made.start
    this.#stop = made.stop
  }

  static async start(log: (line: string) => void): Promise<StormServer> {
    const folder = await mkdtemp(join(tmpdir(), 'plimsoll-storm-'))
    await chmod(folder, 0o711)
    const databaseFolder = await makeDatabaseFolder(folder, log)
    const user = await findServerUser(clusterPaths(databaseFolder).data)
    const binaries = await prepareBinaries({ copyTo: databaseFolder, user, log })
    const cluster = await openCluster({ databaseFolder, binaries, user, sync: true })
    const start = () =>
      startServer(cluster, binaries, { endWithProcess: true, fsync: true, timing: systemTiming, log })
    const running = await start()
    const stop = (pid: number) => stopServer(cluster, pid, systemTiming)
    const server = new StormServer({ folder, password: cluster.password, running, start, stop })
    await server.ask((client) => client.query('create database plimsoll'), 'postgres')
    return server
  }

  get port(): number {
    return this.#running.port
  }

  /** @param port of a proxy in between; the server's own unless given */
  url(port = this.port, database = 'plimsoll'): string {
    return `postgres://${superuser}:${this.#password}@127.0.0.1:${port}/${database}`
  }

  /** Over a connection of its own, past every proxy. */
  async ask<T>(work: (client: pg.Client) => Promise<T>, database = 'plimsoll'): Promise<T> {
    const client = new pg.Client({
      connectionString: this.url(this.port, database),
      connectionTimeoutMillis: 5_000,
      query_timeout: 20_000,
      types: { getTypeParser: getTypeParser as typeof pg.types.getTypeParser },
    })
    client.on('error', () => undefined) // the statement under way fails by itself
    await client.connect()
    try {
      return await work(client)
    } finally {
      await client.end().catch(() => undefined) // the server has gone meanwhile
    }
  }

  /** `kill -9` of the postmaster; its backends end by themselves when they notice. Started again after `forMs`. */
  async killAndRestart(forMs: number): Promise<void> {
    await this.#alone(async () => {
      this.isUp = false
      process.kill(this.#running.pid, 'SIGKILL')
      await systemTiming.sleep(forMs)
      // A frozen backend would hold the shared memory, and no new server starts beside it.
      this.thaw()
      const { watchdog } = this.#running
      this.#running = await this.#start()
      watchdog?.stop()
      this.isUp = true
    })
  }

  /** A hub's backend. @returns undefined when none can be found now */
  async #findBackend(pick: number): Promise<number | undefined> {
    if (!this.isUp) return undefined
    try {
      const { rows } = await this.ask((client) =>
        client.query<{ pid: number }>(
          `select pid from pg_stat_activity
          where datname = 'plimsoll' and backend_type = 'client backend' and application_name like 'plimsoll%'
          order by state = 'active' desc, pid`,
        ),
      )
      return rows[Math.floor(pick * rows.length)]?.pid
    } catch {
      return undefined // it is just recovering from another trouble
    }
  }

  /** @returns whether there was one to kill */
  async killBackend(pick: number): Promise<boolean> {
    const pid = await this.#findBackend(pick)
    return pid !== undefined && send(pid, 'SIGKILL')
  }

  /** @returns whether there was one to freeze */
  async freezeBackend(pick: number, forMs: number): Promise<boolean> {
    const pid = await this.#findBackend(pick)
    if (pid === undefined || !send(pid, 'SIGSTOP')) return false
    this.#frozen.add(pid)
    await systemTiming.sleep(forMs)
    if (this.#frozen.delete(pid)) send(pid, 'SIGCONT')
    return true
  }

  get hasFrozen(): boolean {
    return this.#frozen.size > 0
  }

  thaw(): void {
    for (const pid of this.#frozen) send(pid, 'SIGCONT')
    this.#frozen.clear()
  }

  /** Until it answers, whatever it is recovering from. */
  async untilReady(): Promise<void> {
    this.thaw()
    await this.#changing
    for (;;) {
      try {
        await this.ask((client) => client.query('select 1'))
        return
      } catch {
        await systemTiming.sleep(100)
      }
    }
  }

  async stop(): Promise<void> {
    this.thaw()
    await this.#changing.catch(() => undefined) // said by whoever asked for it
    const { pid, watchdog } = this.#running
    await this.#stop(pid)
    while (isAlive(pid)) await systemTiming.sleep(20)
    watchdog?.stop()
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5 })
  }

  #alone<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#changing.then(work)
    this.#changing = done.catch(() => undefined)
    return done
  }
}

/** @returns false when it has ended already */
function send(pid: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(pid, signal)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false
    throw error
  }
}

/** bigint as a number: everything here is small. */
function getTypeParser(oid: number, format?: 'text' | 'binary') {
  return oid === 20 ? Number : pg.types.getTypeParser(oid, format)
}
