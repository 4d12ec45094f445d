import type pg from 'pg'
import type { AcknowledgedWebhook, Books, StartedCall, Violation } from './books.ts'
import { Fences } from './fences.ts'
import { Guarantees } from './guarantees.ts'
import { LedgerInvariants } from './ledger.ts'
import {
  Beliefs,
  differencesOfDealt,
  differencesOfLevels,
  differencesOfQueues,
  HoldersWork,
} from './levels.ts'
import { LoadLine } from './load-line.ts'
import { checkAcknowledged, checkOrders, differencesOfOrders, findKnownOrders } from './orders.ts'
import { Promises } from './promises.ts'
import { Queues } from './queues.ts'
import { SettledWrites } from './settled-writes.ts'
import { UnreadOrders } from './unread-orders.ts'
import { Warehouses } from './warehouses.ts'
import { WriteInvariants } from './writes.ts'

/** What one step has done, as far as the invariants need to know. */
export type StepDone = {
  /** Tables that statements of the step changed. */
  touched: ReadonlySet<string>
  process: string | undefined
  holder: string | undefined
  calls: readonly StartedCall[]
  acknowledged: readonly AcknowledgedWebhook[]
}

const LEDGER = ['movement', 'balance', 'reservation', 'sales_order', 'order_line']
const NUMBERS = ['movement', 'balance', 'order_line', 'level', 'pool_location', 'policy']

/** Checks after every step what that step may have broken, and at the end whether all has converged. */
export class Checker {
  readonly #reader: pg.Client
  readonly #books: Books
  readonly #ledger: LedgerInvariants
  readonly #promises: Promises
  readonly #writes: WriteInvariants
  readonly #settled: SettledWrites
  readonly #unread: UnreadOrders
  readonly #work: HoldersWork
  readonly #beliefs: Beliefs
  readonly #guarantees: Guarantees
  readonly #loadLine: LoadLine
  readonly #fences: Fences
  readonly #queues: Queues
  readonly #warehouses: Warehouses

  constructor(reader: pg.Client, books: Books, options: { heldUpMs(process: string): number }) {
    this.#reader = reader
    this.#books = books
    this.#ledger = new LedgerInvariants(reader, books.organizationId)
    this.#promises = new Promises(reader, books)
    this.#settled = new SettledWrites(reader, books)
    this.#unread = new UnreadOrders(reader, books)
    this.#writes = new WriteInvariants(reader, books, {
      promises: this.#promises,
      settled: this.#settled,
      unread: this.#unread,
      ...options,
    })
    this.#work = new HoldersWork(reader, books)
    this.#beliefs = new Beliefs(reader, books)
    this.#guarantees = new Guarantees(reader, books)
    this.#loadLine = new LoadLine(reader, books)
    this.#fences = new Fences(reader, books)
    this.#queues = new Queues(reader, books)
    this.#warehouses = new Warehouses(reader, books, this.#promises)
  }

  async afterStep(step: StepDone): Promise<Violation[]> {
    const isTouched = (tables: readonly string[]) => tables.some((table) => step.touched.has(table))
    this.#gather()
    const violations = await Promise.all([
      isTouched(LEDGER) ? this.#ledger.check() : [],
      isTouched(LEDGER) ? this.#orders() : [],
      isTouched(['level']) ? this.#beliefs.check() : [],
      isTouched(['write']) && step.process !== undefined
        ? this.#settled.check(step.process, step.holder)
        : [],
      isTouched(['inbox', 'stream_cursor']) && step.process !== undefined
        ? this.#work.check(step.process, step.holder)
        : [],
      isTouched(['stream_cursor']) ? this.#fences.check() : [],
      isTouched(['level', 'write', 'lane_entry', 'connection']) ? this.#queues.check() : [],
      checkAcknowledged(this.#reader, this.#books, step.acknowledged),
      this.#loadLine.check(isTouched),
      this.#guarantees.check(isTouched),
      this.#warehouses.check(isTouched),
      isTouched(NUMBERS) ? this.#promises.update().then(() => []) : [],
      isTouched(['inbox']) ? this.#unread.update().then(() => []) : [],
    ])
    // Judged by the promises as they stand now.
    for (const call of step.calls)
      violations.push(await this.#writes.check(call), await this.#warehouses.checkCall(call))
    return violations.flat()
  }

  /** What is asked for together leaves as one packet: a run waits for the server most of its time. */
  #gather(): void {
    const { stream } = this.#reader.connection
    stream.cork()
    process.nextTick(() => stream.uncork())
  }

  async #orders(): Promise<Violation[]> {
    return checkOrders(this.#books, await findKnownOrders(this.#reader, this.#books.organizationId))
  }

  /** What sold last may change how units are dealt, once it has been measured. */
  async isDemandMeasured(): Promise<boolean> {
    if (!this.#books.isProtected) return true
    const { rows } = await this.#reader.query<{ is_measured: boolean }>(
      `select coalesce(max(measured_until), '-infinity') >= (
         select coalesce(max(applied_at), '-infinity') from sales_order where organization_id = $1
       ) as is_measured
       from demand_clock where organization_id = $1`,
      [this.#books.organizationId],
    )
    return rows[0]?.is_measured === true
  }

  /** Of what lies at the warehouses, what the hub has not counted yet. */
  async uncounted(): Promise<string[]> {
    return await this.#warehouses.uncounted()
  }

  /** What still differs; nothing: the world has converged. */
  async differences(now: Date): Promise<string[]> {
    const known = await findKnownOrders(this.#reader, this.#books.organizationId)
    return [
      ...differencesOfOrders(this.#books, known),
      ...(this.#books.isProtected ? this.#guarantees.differences() : differencesOfLevels(this.#books)),
      ...(this.#books.isProtected ? await differencesOfDealt(this.#reader, this.#books) : []),
      ...(await differencesOfQueues(this.#reader, this.#books.organizationId)),
      ...(await this.#warehouses.differences(now)),
    ]
  }
}
