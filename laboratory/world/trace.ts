import { createHash, type Hash } from 'node:crypto'

export type StoryLine = { at: number; who: string; text: string; isDetail: boolean }

/**
 * What happened in a run. Everything (calls, statements, parameters, results, in their order) goes into one hash,
 * by which two runs of a seed are compared; what a person would tell of it is kept as lines.
 */
export class Trace {
  readonly lines: StoryLine[] = []
  /** The hash after each step, where two runs are to be compared. */
  readonly marks: string[] = []
  readonly #hash: Hash = createHash('sha256')
  readonly #now: () => number
  readonly #isMarked: boolean
  readonly #recent: string[] = []
  steps = 0
  statements = 0
  calls = 0

  constructor(now: () => number, options: { marks: boolean }) {
    this.#now = now
    this.#isMarked = options.marks
  }

  /** For the hash alone. */
  note(kind: string, ...parts: unknown[]): void {
    const text = `${this.#now()} ${kind} ${JSON.stringify(parts, plain)}\n`
    this.#hash.update(text)
    if (this.#isMarked) this.#recent.push(text)
  }

  /** For the hash and the story. */
  tell(who: string, text: string, options: { detail?: boolean } = {}): void {
    this.note('told', who, text)
    this.lines.push({ at: this.#now(), who, text, isDetail: options.detail ?? false })
  }

  endStep(): void {
    this.steps += 1
    if (this.#isMarked) this.marks.push(this.#recent.splice(0).join(''))
  }

  digest(): string {
    return this.#hash.copy().digest('hex')
  }
}

/** Sealed secrets carry real chance on purpose, so of bytes only the length counts. */
function plain(this: unknown, _key: string, value: unknown): unknown {
  if (value instanceof Uint8Array) return `${value.length} bytes`
  if (typeof value === 'object' && value !== null && 'type' in value && value.type === 'Buffer') {
    return `${(value as unknown as { data: unknown[] }).data.length} bytes`
  }
  return typeof value === 'bigint' ? value.toString() : value
}
