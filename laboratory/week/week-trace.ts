import { createHash } from 'node:crypto'
import { Trace } from '../world/trace.ts'

/** Thousands of orders: of statements nothing is kept, of the rest only what runs are compared by. */
export class WeekTrace extends Trace {
  readonly #hash = createHash('sha256')
  readonly #at: () => number

  constructor(now: () => number) {
    super(now, { marks: false })
    this.#at = now
  }

  override note(kind: string, ...parts: unknown[]): void {
    if (kind !== 'call') return
    this.#hash.update(`${this.#at()} ${JSON.stringify(parts)}\n`)
  }

  override tell(who: string, text: string): void {
    this.#hash.update(`${this.#at()} ${who} ${text}\n`)
  }

  override digest(): string {
    return this.#hash.copy().digest('hex')
  }
}
