import type { IsolationLevel, Transaction } from 'kysely'
import type { Timing } from './clock.ts'
import { codeOf, messageOf } from './errors.ts'
import { lastly, type RunTransaction } from './statements.ts'
import type { Tables } from './tables.ts'

/** How often transactions had to be repeated, since the process started. */
export type TransactionCounters = {
  committed: number
  serializationFailures: number
  deadlocks: number
  /** Given up after the last try. */
  gaveUp: number
}

export function newCounters(): TransactionCounters {
  return { committed: 0, serializationFailures: 0, deadlocks: 0, gaveUp: 0 }
}

export type TransactionOptions = {
  /** PostgreSQL's default is `read committed`. */
  isolationLevel?: IsolationLevel
  /** Tries in all, 6 by default. */
  triesMax?: number
}

type Repeats = { runTransaction: RunTransaction; counters: TransactionCounters; timing: Timing }

/**
 * Runs `work` in one transaction and repeats it as a whole after a serialization failure or a
 * deadlock, the two cases where PostgreSQL says that nothing was done. `work` may therefore run
 * several times: it must not touch anything but `tx`. A connection lost during the commit is not
 * repeated, since it may have committed: the caller's idempotency key tells.
 */
export async function inTransaction<T>(
  database: Repeats,
  work: (tx: Transaction<Tables>) => Promise<T>,
  options: TransactionOptions = {},
): Promise<T> {
  const triesMax = options.triesMax ?? 6
  for (let tries = 1; ; tries++) {
    try {
      const result = await database.runTransaction(work, options.isolationLevel)
      database.counters.committed++
      return result
    } catch (error) {
      if (!isRepeatable(error)) throw error
      if (codeOf(error) === deadlock) database.counters.deadlocks++
      else database.counters.serializationFailures++
      if (tries >= triesMax) {
        database.counters.gaveUp++
        throw error
      }
      // Spread, or the same two meet again.
      await database.timing.sleep(database.timing.random() * 5 * 2 ** tries)
    }
  }
}

/**
 * One statement by itself, as a transaction that travels as one packet. Outside of a transaction PostgreSQL plans a
 * statement with arrays anew each time, since it takes the plan for these very keys to be cheaper than one for any; for
 * a large statement that is several times what carrying it out costs (measured: a lane's record of its writes, 3 ms in
 * place of 0.6).
 */
export async function inOneTrip<T>(
  database: Repeats,
  statement: (tx: Transaction<Tables>) => Promise<T>,
): Promise<T> {
  let asked: Promise<T> | undefined
  await inTransaction(database, async (tx) => {
    asked = statement(tx)
    // The commit does not wait for its answer.
    lastly(tx, asked)
  })
  if (asked === undefined) throw new Error('a transaction that succeeded was run')
  return await asked
}

const serializationFailure = '40001'
const deadlock = '40P01'

function isRepeatable(error: unknown): boolean {
  const code = codeOf(error)
  return code === serializationFailure || code === deadlock
}

/** Not a code of PostgreSQL or of the system, but words of the driver's own errors. */
const lostConnectionWords =
  /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Query read timeout/

const transientCodes = new Set([
  serializationFailure,
  deadlock,
  '55P03', // lock not available in time
  '57014', // statement timed out
  '25P03', // idle in transaction too long
  '53300', // too many connections
  '57P01', // the server is stopping
  '57P02', // a backend crashed
  '57P03', // the server is starting
  'ECONNRESET',
  'ECONNREFUSED',
  'EPIPE',
  'ETIMEDOUT',
])

/**
 * True when the same thing may succeed later without anybody's help: a serialization failure, a
 * deadlock, a lock or statement that took too long, a connection lost or refused. After a lost
 * connection it is unknown whether the last commit took place.
 */
export function isTransient(error: unknown): boolean {
  const code = codeOf(error)
  if (code !== undefined && (transientCodes.has(code) || code.startsWith('08'))) return true
  return lostConnectionWords.test(messageOf(error))
}
