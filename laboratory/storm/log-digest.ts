import { z } from 'zod'

const entry = z.object({ level: z.number(), msg: z.string() })
const ERROR = 50
const KINDS_MAX = 30

/** Counts what hubs log as errors, by message: a storm should cost warnings only. */
export class LogDigest {
  readonly #counts = new Map<string, number>()

  /** @param line `name: {…}` */
  hear(line: string): void {
    const start = line.indexOf('{')
    if (start < 0) return
    let value: unknown
    try {
      value = JSON.parse(line.slice(start))
    } catch {
      return // a sentence for people, with a brace in it
    }
    const parsed = entry.safeParse(value)
    if (!parsed.success || parsed.data.level < ERROR) return
    const { msg } = parsed.data
    this.#counts.set(msg, (this.#counts.get(msg) ?? 0) + 1)
  }

  errors(): Record<string, number> {
    return Object.fromEntries([...this.#counts].sort((a, b) => b[1] - a[1]).slice(0, KINDS_MAX))
  }
}
