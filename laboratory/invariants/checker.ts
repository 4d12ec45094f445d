import type pg from 'pg'
import type { AcknowledgedWebhook, Books, StartedCall, Violation } from './books.ts'
import { LedgerInvariants } from './ledger.ts'
import { checkBeliefs, differencesOfLevels, differencesOfQueues, SettledWrites } from './levels.ts'
import { checkAcknowledged, checkOrders, differencesOfOrders, findKnownOrders } from './orders.ts'
import { Promises } from './promises.ts'
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
const NUMBERS = ['movement', 'balance', 'order_line', 'level', 'pool_location']

/** Checks after every step what that step may have broken, and at the end whether all has converged. */
export class Checker {
  readonly #reader: pg.Client
  readonly #books: Books
  readonly #ledger: LedgerInvariants
  readonly #promises: Promises
  readonly #writes: WriteInvariants
  readonly #settled: SettledWrites

  constructor(reader: pg.Client, books: Books, options: { heldUpMs(process: string): number }) {
    this.#reader = reader
    this.#books = books
    this.#ledger = new LedgerInvariants(reader, books.organizationId)
    this.#promises = new Promises(reader, books)
    this.#writes = new WriteInvariants(reader, books, this.#promises, options)
    this.#settled = new SettledWrites(reader, books)
  }

  async afterStep(step: StepDone): Promise<Violation[]> {
    const violations: Violation[] = []
    const isTouched = (tables: readonly string[]) => tables.some((table) => step.touched.has(table))
    if (isTouched(LEDGER)) {
      violations.push(...(await this.#ledger.check()))
      const known = await findKnownOrders(this.#reader, this.#books.organizationId)
      violations.push(...checkOrders(this.#books, known))
    }
    if (isTouched(NUMBERS)) await this.#promises.update()
    if (step.touched.has('level')) violations.push(...(await checkBeliefs(this.#reader, this.#books)))
    if (step.touched.has('write') && step.process !== undefined) {
      violations.push(...(await this.#settled.check(step.process, step.holder)))
    }
    for (const call of step.calls) violations.push(...(await this.#writes.check(call)))
    if (step.acknowledged.length > 0) {
      violations.push(...(await checkAcknowledged(this.#reader, this.#books, step.acknowledged)))
    }
    return violations
  }

  /** What still differs; nothing: the world has converged. */
  async differences(): Promise<string[]> {
    const known = await findKnownOrders(this.#reader, this.#books.organizationId)
    return [
      ...differencesOfOrders(this.#books, known),
      ...differencesOfLevels(this.#books),
      ...(await differencesOfQueues(this.#reader, this.#books.organizationId)),
    ]
  }
}
