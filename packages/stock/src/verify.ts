import type { Database } from '@plimsoll/database'
import { monthText } from './history/months.ts'
import { type StoredCheck, storedChecks } from './stored-checks.ts'
import { findBrokenGuards } from './verify-guards.store.ts'
import {
  ItemReplay,
  type ReplayedBalance,
  type ReplayedCheckpoint,
  type ReplayedMovement,
} from './verify-replay.ts'
import { type LedgerStreams, openLedgerStreams, type StoredProblem } from './verify-streams.store.ts'

/** One row, or one guard of the database, that breaks a promise; `subject` names it. */
export type StockProblem = { promise: string; subject: Record<string, string>; problem: string }

export type VerifyCounts = {
  movements: number
  balances: number
  checkpoints: number
  closedMonths: number
  archivedMonths: number
  reservations: number
  /** Guards of the database that were looked at: triggers and withheld rights. */
  guards: number
  problems: number
}

/**
 * Proves the ledger on the rows themselves, all of one moment: balances and checkpoints are what a replay from the
 * beginning gives (I1), the database still refuses to change what was written (I2), nothing was effective after it was
 * recorded, and every stored check holds (reservations, lots, serials, incoming, kits). Reads in streams: memory does not grow with the ledger.
 * @param onProblem told of each problem as it is found
 */
export async function verifyStock(
  database: Database,
  onProblem: (problem: StockProblem) => void,
): Promise<VerifyCounts> {
  let problems = 0
  const tell = (problem: StockProblem) => {
    problems += 1
    onProblem(problem)
  }
  const guards = await findBrokenGuards(database.kysely)
  for (const broken of guards.broken) {
    tell({ promise: 'I2', subject: { table: broken.table, guard: broken.guard }, problem: broken.problem })
  }
  return await openLedgerStreams(database, async (streams) => {
    const replayed = await replayAll(streams, tell)
    for await (const problem of streams.stored()) tell(toProblem(problem))
    for (const check of storedChecks) {
      for await (const row of streams.broken(check)) tell(toBroken(check, row))
    }
    return {
      ...replayed,
      closedMonths: streams.closedMonths.length,
      archivedMonths: streams.archivedMonths,
      reservations: await streams.countReservations(),
      guards: guards.checked,
      problems,
    }
  })
}

/** Three streams in the order of organization and item, read side by side. */
async function replayAll(
  streams: LedgerStreams,
  tell: (problem: StockProblem) => void,
): Promise<Pick<VerifyCounts, 'movements' | 'balances' | 'checkpoints'>> {
  const counts = { movements: 0, balances: 0, checkpoints: 0 }
  const movements = new Ahead<ReplayedMovement>(streams.movements())
  const checkpoints = new Ahead<ReplayedCheckpoint>(streams.checkpoints())
  const balances = new Ahead<ReplayedBalance>(streams.balances())
  const perMonth = new Map<string, number>()
  for (;;) {
    const heads = await Promise.all([movements.peek(), checkpoints.peek(), balances.peek()])
    const keys = heads.flatMap((row) => (row === undefined ? [] : [itemKey(row)])).sort()
    const [key] = keys
    if (key === undefined) break
    const [organizationId = '', itemId = ''] = key.split(' ')
    const ofItem = await checkpoints.takeWhile((row) => itemKey(row) === key)
    counts.checkpoints += ofItem.length
    const replay = new ItemReplay(organizationId, itemId, streams.closedMonths.length, ofItem)
    for (;;) {
      const row = movements.buffered() ?? (await movements.peek())
      if (row === undefined || row[1] !== itemId || row[0] !== organizationId) break
      movements.drop()
      replay.add(row)
      counts.movements += 1
      const month = `${organizationId} ${row[4]}`
      perMonth.set(month, (perMonth.get(month) ?? 0) + 1)
    }
    const stored = await balances.takeWhile((row) => itemKey(row) === key)
    counts.balances += stored.length
    for (const { month, kind, stored: told, replayed, ...subject } of replay.end(stored)) {
      const at = month === undefined ? undefined : streams.closedMonths[month]
      tell({
        promise: 'I1',
        subject: { ...subject, ...(at !== undefined && { month: monthText(at) }) },
        problem: `${kind === 'balance-differs' ? 'the balance' : 'the checkpoint at the end of the month'} is ${
          told === null ? 'not there' : JSON.stringify(told)
        }, a replay of the movements gives ${JSON.stringify(replayed)}`,
      })
    }
  }
  for (const { organizationId, index, movements: closedWith } of await streams.countsOfMonths()) {
    const found = perMonth.get(`${organizationId} ${index}`) ?? 0
    const month = streams.closedMonths[index]
    if (found === closedWith || month === undefined) continue
    tell({
      promise: 'I2',
      subject: { organizationId, month: monthText(month) },
      problem: `the month was closed with ${closedWith} movements and has ${found}`,
    })
  }
  return counts
}

function itemKey(row: readonly [organizationId: string, itemId: string, ...rest: unknown[]]): string {
  return `${row[0]} ${row[1]}`
}

function toProblem({ kind, subject, ...row }: StoredProblem): StockProblem {
  switch (kind) {
    case 'effective':
      return {
        promise: 'effective moments',
        subject,
        problem: `it was effective at ${row.one}, after it was recorded at ${row.other}`,
      }
    case 'unknown-item':
      return { promise: 'existence', subject, problem: 'there is a balance of an item that does not exist' }
    case 'unknown-location':
      return {
        promise: 'existence',
        subject,
        problem: 'there is a balance at a location that does not exist',
      }
    default: {
      const never: never = kind
      return never
    }
  }
}

function toBroken({ name, subject, say }: StoredCheck, row: readonly unknown[]): StockProblem {
  return {
    promise: name,
    subject: Object.fromEntries(subject.map((column, index) => [column, String(row[index])])),
    problem: say(row.slice(subject.length)),
  }
}

/** A stream that comes in batches and can be looked at without taking the row. */
class Ahead<Row> {
  readonly #source: AsyncIterator<Row[]>
  #batch: Row[] = []
  #next = 0
  #isEnded = false

  constructor(source: AsyncIterable<Row[]>) {
    this.#source = source[Symbol.asyncIterator]()
  }

  async peek(): Promise<Row | undefined> {
    while (this.#next >= this.#batch.length && !this.#isEnded) {
      const { done, value } = await this.#source.next()
      this.#isEnded = done === true
      this.#batch = done === true ? [] : value
      this.#next = 0
    }
    return this.buffered()
  }

  /** As long as the batch lasts, nothing has to be waited for. */
  buffered(): Row | undefined {
    return this.#batch[this.#next]
  }

  drop(): void {
    this.#next += 1
  }

  async takeWhile(isWanted: (row: Row) => boolean): Promise<Row[]> {
    const taken: Row[] = []
    for (;;) {
      const row = await this.peek()
      if (row === undefined || !isWanted(row)) return taken
      taken.push(row)
      this.drop()
    }
  }
}
