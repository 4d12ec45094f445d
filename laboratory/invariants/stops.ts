import type { Books, LevelBook, PlatformBook, StartedCall, Violation, WriteBook } from './books.ts'
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

/** I8: no more listings than allowed go to zero by somebody's mistake before a person says that it is meant. */
export class Stampedes {
  readonly #books: Books
  /** Stock units that went to zero though all that they showed is still there. */
  readonly #zeroed = new Map<string, Set<string>>()

  constructor(books: Books) {
    this.#books = books
  }

  check(platform: PlatformBook, level: LevelBook, write: WriteBook): Violation[] {
    const { zerosMin } = this.#books
    if (zerosMin === undefined || !platform.isMistaken) {
      this.#zeroed.delete(platform.name)
      return []
    }
    const shown = write.expected ?? 0
    const isOrdered = [...platform.orders.values()].some((order) => order.stockUnitId === level.stockUnitId)
    if (write.quantity > 0 || shown <= 0 || isOrdered) return []
    if (policyOf(this.#books.policies, platform.name, level).paused !== true) return []
    const zeroed = this.#zeroed.get(platform.name) ?? new Set()
    zeroed.add(level.stockUnitId)
    this.#zeroed.set(platform.name, zeroed)
    if (zeroed.size < zerosMin) return []
    const text = `${platform.name}: ${[...zeroed].join(', ')} go to zero at once by somebody's mistake, and nobody was asked`
    return [{ invariant: 'I8', text }]
  }
}
