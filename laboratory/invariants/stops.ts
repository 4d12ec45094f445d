import type pg from 'pg'
import {
  type Books,
  type LevelBook,
  type PlatformBook,
  partsOf,
  type StartedCall,
  type Violation,
  type WriteBook,
} from './books.ts'
import { policyOf } from './wanted.ts'

/** A platform that said "slow down, so long" is left alone for as long by whoever heard it. */
export function leftAlone(
  books: Books,
  call: StartedCall,
  { name, leaveAloneUntil }: PlatformBook,
): Violation[] {
  const aheadMs = (leaveAloneUntil.get(call.holder) ?? 0) - books.now()
  // What people ask for by themselves (an import, new credentials) has a budget of its own.
  if (aheadMs <= 1 || call.operation === 'check' || call.operation === 'listings') return []
  const text = `${call.process} calls ${name} (${call.operation}) ${Math.round(aheadMs)} ms before the end of what it was told to wait`
  return [{ invariant: 'budgets', text }]
}

/** Nothing is written to what people have paused, or have not let go live. */
export function notStopped(
  books: Books,
  { name, stoppedSince }: PlatformBook,
  row: { stock_unit_id: string; sent_at: Date },
): Violation[] {
  if (stoppedSince === undefined || row.sent_at.getTime() <= stoppedSince + books.clockErrorMs) return []
  const text = `${name} is written to (${row.stock_unit_id}), and people have stopped that`
  return [{ invariant: 'pause', text }]
}

/** A number that rises to more than so many times what is shown is a raise that people are asked about. Nothing but a mistake brings in as much. */
const RAISE_FACTOR = 10
/** What the ledger noted so long before a mistake may be taken for a part of what explains it. */
const BEFORE_MS = 4_000

/** I8: no more listings than allowed go to zero, or rise many times over, by mistake before a person says that it is meant. */
export class Stampedes {
  readonly #reader: pg.Client
  readonly #books: Books
  /** By platform, stock units that went so though no order explains it. */
  readonly #sudden = new Map<string, Set<string>>()

  constructor(reader: pg.Client, books: Books) {
    this.#reader = reader
    this.#books = books
  }

  async check(platform: PlatformBook, level: LevelBook, write: WriteBook): Promise<Violation[]> {
    const { suddenMin } = this.#books
    const { mistake, name } = platform
    if (suddenMin === undefined || mistake === undefined) {
      this.#sudden.delete(name)
      return []
    }
    if (mistake.how === 'raises' && !isRaise(write)) return []
    if (mistake.how === 'zeros') {
      if (!this.#isZero(name, level, write) || (await this.#isMoved(level, mistake.at))) return []
    }
    const sudden = this.#sudden.get(name) ?? new Set()
    sudden.add(level.stockUnitId)
    this.#sudden.set(name, sudden)
    if (sudden.size < suddenMin) return []
    const what = mistake.how === 'zeros' ? 'go to zero' : 'rise many times over'
    const text = `${name}: ${[...sudden].join(', ')} ${what} at once by mistake, and nobody was asked`
    return [{ invariant: 'I8', text }]
  }

  #isZero(name: string, level: LevelBook, { quantity, expected = 0 }: WriteBook): boolean {
    return quantity === 0 && expected > 0 && policyOf(this.#books.policies, name, level).paused === true
  }

  /** Whether orders have moved any part of what it sells of late: they may explain it. */
  async #isMoved({ sku }: LevelBook, at: number): Promise<boolean> {
    const { organizationId } = this.#books
    const parts = partsOf(this.#books, sku).map((part) => part.sku)
    const { rows } = await this.#reader.query(
      `select 1 from movement join item using (organization_id, item_id)
      where movement.organization_id = $1 and sku = any($2::text[]) and recorded_at >= $3 and kind <> 'adjust' limit 1`,
      [organizationId, parts, new Date(at - BEFORE_MS - this.#books.clockErrorMs)],
    )
    return rows.length > 0
  }
}

function isRaise({ quantity, expected = 0 }: WriteBook): boolean {
  return quantity > RAISE_FACTOR * Math.max(1, expected)
}
