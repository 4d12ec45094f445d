import type { Database } from '@plimsoll/database'
import { CamelCasePlugin, Kysely, PostgresDialect } from 'kysely'
import type pg from 'pg'
import { createRunTransaction, preparingPool } from '../../packages/database/src/statements.ts'
import type { Tables } from '../../packages/database/src/tables.ts'
import { newCounters } from '../../packages/database/src/transactions.ts'
import { IdleWatch } from './idle-watch.ts'
import type { Life } from './life.ts'
import type { Random } from './random.ts'
import type { Scheduler } from './scheduler.ts'
import { type SharedConnection, textOf } from './shared-connection.ts'
import type { Trace } from './trace.ts'

/** A connection is about to be lost: after so many further statements of its process. */
export type Cut = {
  statements: number
  /** It comes when a change of this table is to be committed; undefined: whatever comes next. */
  about?: string | undefined
  /** Only where whoever holds the connection's lease adds rows: what it has read is stored. */
  asHolder?: boolean | undefined
  /** A cut that falls on a commit: the server never hears of it, or only its answer is lost. */
  onCommit: 'before' | 'after'
  /** The process dies of it too. */
  isCrash: boolean
}

export type DatabaseWeather = {
  latencyMs(process: string): number
  isAway(process: string): boolean
  /** How long a notification travels; undefined: it is lost. */
  hintMs(process: string): number | undefined
}

type World = {
  scheduler: Scheduler
  shared: SharedConnection
  trace: Trace
  weather: DatabaseWeather
  random: Random
  /** Who hears notifications now. */
  listeners: Set<Listener>
}

export type Listener = { life: Life; hear(payload: string): void; reconnected(): void }

/**
 * The database as one simulated process sees it. Whoever wants a connection waits for the step loop; a step is
 * one transaction, or one statement outside of any, from its first to its last word. It may be cut by a fault.
 */
export function openGatedDatabase(world: World, life: Life): Database {
  const { scheduler, weather } = world
  const connect = () =>
    new Promise<pg.PoolClient>((resolve, reject) => {
      scheduler.after(weather.latencyMs(life.process), {
        owner: life,
        what: `${life.name}: transaction`,
        run: async () => {
          if (weather.isAway(life.process)) {
            reject(Object.assign(new Error('connect ECONNREFUSED (simulated)'), { code: 'ECONNREFUSED' }))
            return
          }
          const session = new Session(world, life)
          resolve(session.client)
          await session.ended()
          for (const payload of world.shared.takeNotifications()) sendHints(world, payload)
        },
      })
    })
  const pool = { connect, options: {}, end: async () => undefined } as unknown as pg.Pool
  const plugins = [new CamelCasePlugin({ maintainNestedObjectKeys: true })]
  const dialect = new PostgresDialect({ pool: preparingPool(pool) })
  const database: Database = {
    kysely: new Kysely<Tables>({ dialect, plugins }),
    pool,
    runTransaction: createRunTransaction(pool, dialect, plugins),
    url: 'simulated',
    kind: 'given',
    serverVersion: 'simulated',
    folder: undefined,
    counters: newCounters(),
    timing: {
      nowMs: () => life.clock.monotonic(),
      sleep: (ms, signal) => life.clock.sleep(ms, signal).catch(() => undefined), // ends early, as documented
      random: () => world.random.next(),
    },
    log: () => undefined,
    listen: async (_channel, onNotify, onReconnect) => {
      const listener = { life, hear: onNotify, reconnected: onReconnect }
      world.listeners.add(listener)
      return { stop: async () => void world.listeners.delete(listener) }
    },
    // The one connection of the run belongs to its organization.
    forOrganization: () => database,
    cut: () => undefined,
    close: async () => undefined,
  }
  return database
}

function sendHints({ scheduler, weather, listeners }: World, payload: string): void {
  for (const { life, hear } of listeners) {
    const ms = weather.hintMs(life.process)
    if (ms === undefined || life.state === 'dead') continue
    scheduler.after(ms, { owner: life, what: `${life.name}: notified`, run: () => hear(payload) })
  }
}

/** One connection from being taken to being given back. */
class Session {
  readonly client: pg.PoolClient
  readonly #world: World
  readonly #life: Life
  readonly #underWay = new Set<Promise<unknown>>()
  readonly #ended = Promise.withResolvers<void>()
  readonly #watch = new IdleWatch(() => this.#ended.reject(this.#waitsForSomethingElse()))
  #lastAsked = 'its beginning'
  #isOpen = false
  /** The table that a cut waits for has been changed in this transaction. */
  #isAbout = false
  #hasLease = false
  #isLost = false

  constructor(world: World, life: Life) {
    this.#world = world
    this.#life = life
    this.client = Object.assign(Object.create(world.shared.client), {
      query: (config: unknown, values?: unknown) => this.#query(config, values),
      release: () => void this.#end(),
    })
  }

  /** Judged by what is asked of the database, not by a clock: a loaded machine is no defect of a transaction. */
  async ended(): Promise<void> {
    this.#watch.nothingIsUnderWay()
    try {
      await this.#ended.promise
    } finally {
      this.#watch.stop()
    }
  }

  #query(config: unknown, values: unknown): Promise<unknown> {
    if (this.#isLost) return Promise.reject(lostConnection())
    const text = textOf(config)
    const cut = this.#cutAt(text)
    if (cut === undefined) return this.#send(config, values, text)
    if (cut.isCrash) {
      this.#isLost = true
      this.#world.trace.tell(
        this.#life.name,
        `dies in the middle of a transaction, before: ${firstWords(text)}`,
      )
      this.#life.die()
      void this.#end()
      return new Promise(() => undefined) // nobody is left to hear
    }
    const isAnswerLost = cut.onCommit === 'after' && (text === 'commit' || !this.#isOpen)
    const sent = isAnswerLost ? this.#send(config, values, text) : Promise.resolve()
    this.#isLost = true
    this.#world.trace.tell(
      this.#life.name,
      `loses its database connection ${isAnswerLost ? 'after' : 'before'}: ${firstWords(text)}`,
    )
    const lose = () => Promise.reject(lostConnection())
    return sent.then(lose, lose)
  }

  #cutAt(text: string): Cut | undefined {
    const cut = this.#life.cut
    if (cut === undefined || text === 'rollback') return undefined
    if (cut.statements > 0) {
      cut.statements -= 1
      return undefined
    }
    if (cut.about !== undefined) {
      if (/\bfrom lease\b/.test(text)) this.#hasLease = true
      const changes = cut.asHolder === true ? 'insert into' : '(insert into|update)'
      const isMeant = cut.asHolder !== true || this.#hasLease
      if (isMeant && new RegExp(`\\b${changes} ${cut.about}\\b`).test(text)) this.#isAbout = true
      if (!this.#isAbout || (this.#isOpen && text !== 'commit')) return undefined
    }
    this.#life.cut = undefined
    return cut
  }

  #send(config: unknown, values: unknown, text: string): Promise<unknown> {
    if (text.startsWith('begin')) this.#isOpen = true
    if (text === 'commit' || text === 'rollback') this.#isOpen = false
    const answer = this.#world.shared.query(this.#life.name, config, values)
    this.#underWay.add(answer)
    this.#watch.stop()
    this.#lastAsked = firstWords(text)
    const settle = () => {
      this.#underWay.delete(answer)
      if (this.#underWay.size === 0) this.#watch.nothingIsUnderWay()
    }
    answer.then(settle, settle)
    return answer
  }

  #waitsForSomethingElse(): Error {
    return new Error(
      `A transaction of ${this.#life.name} waits for something besides the database: nothing was asked of it after: ${this.#lastAsked}`,
    )
  }

  /** The server ends what a lost connection leaves open: it is rolled back before anybody else's turn. */
  async #end(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.allSettled(this.#underWay)
    if (this.#isOpen) await this.#world.shared.query(this.#life.name, 'rollback')
    this.#ended.resolve()
  }
}

function lostConnection(): Error {
  return new Error('Connection terminated unexpectedly (simulated)')
}

function firstWords(text: string): string {
  return text.replace(/\s+/g, ' ').trim().slice(0, 60)
}
