import { hostname } from 'node:os'
import { type KeptKeys, noteHolder, registerKey, removeHolder } from '@plimsoll/accounts'
import type { Db } from '@plimsoll/database'
import { ConfigurationError } from '../configuration.ts'
import type { HubBase } from '../hub-base.ts'

const LOOKED_AT_MS = 1_000
/** A rotation takes whoever has said nothing for 45 seconds for gone. */
const TOLD_MS = 10_000
/** A supervisor does not wait longer for a process that is to end. */
const LEFT_WITHIN_MS = 1_000

type KeptBy = Pick<HubBase, 'database' | 'context' | 'log' | 'keys'>

/**
 * Keeps a running process at the keys that are in the file, and tells the database which it has: a rotation goes on only
 * once every process can open what the others seal.
 */
export class KeyKeeper {
  readonly #hub: KeptBy
  readonly #holderId: string
  readonly #stop = new AbortController()
  #toldMs = Number.NEGATIVE_INFINITY
  #loop: Promise<void> = Promise.resolve()

  constructor(hub: KeptBy) {
    this.#hub = hub
    this.#holderId = hub.context.uuid()
  }

  /** Before anything is sealed here, a rotation that is under way knows of this process. */
  async start(): Promise<void> {
    await this.#turn()
    this.#loop = this.#run()
  }

  async stop(): Promise<void> {
    this.#stop.abort(new Error('The hub stops.'))
    await this.#loop
    const { database, context } = this.#hub
    const ended = new AbortController()
    // A courtesy: what it said is over by itself. A process ends also when its database is silent, or gone.
    const removed = removeHolder(database.kysely, this.#holderId).catch((error: unknown) =>
      context.log.warn({ error }, 'the end of this process could not be noted'),
    )
    const waited = context.clock.sleep(LEFT_WITHIN_MS, ended.signal).catch(() => undefined) // it is noted
    await Promise.race([removed, waited])
    ended.abort()
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop
    const { clock, log } = this.#hub.context
    while (!signal.aborted) {
      await clock.sleep(LOOKED_AT_MS, signal).catch(() => undefined) // the hub stops
      if (signal.aborted) return
      await this.#turn().catch((error) => {
        log.warn({ error }, 'the secret keys could not be looked at; trying again')
      })
    }
  }

  async #turn(): Promise<void> {
    const { keys, context, database } = this.#hub
    const isChanged = keys.refresh()
    if (isChanged) this.#toldMs = Number.NEGATIVE_INFINITY
    if (context.clock.monotonic() - this.#toldMs < TOLD_MS) return
    const told = context.clock.monotonic()
    await noteHolder(database.kysely, {
      holderId: this.#holderId,
      name: `${hostname()}:${process.pid}`,
      seals: keys.name,
      opens: [keys.name, ...(keys.others ?? []).map(({ name }) => name)],
      seenAt: new Date(context.clock.now()),
    })
    this.#toldMs = told
  }
}

/** @throws ConfigurationError where the key that would seal was closed: the database takes nothing that it seals */
export async function assertLivingKey(db: Db, keys: KeptKeys): Promise<void> {
  const closed = await registerKey(db, keys.name)
  if (closed === undefined) return
  const where = keys.from === 'environment' ? 'PLIMSOLL_SECRET_KEY' : keys.from
  throw new ConfigurationError(
    `${where}: the secret key there (${keys.name}) seals no more since ${closed.toISOString()}; give the hub the one that took its place.`,
  )
}
