import { isTransient } from '@plimsoll/database'
import type { CommandOutcome } from './apply-commands.ts'
import type { StockCommand } from './command.ts'

/** As many commands as one transaction takes together; a single request may bring more. */
const COMMANDS_PER_BATCH = 500

type Request = {
  commands: readonly StockCommand[]
  resolve(outcomes: CommandOutcome[]): void
  reject(error: unknown): void
}

/**
 * Applies what callers ask for at the same time in one transaction: whoever comes while one is under way waits for
 * it and goes with the next. Without a timer, so a lone caller waits for nobody; 64 callers that fight for one item
 * cost a few transactions in place of 64 that wait for each other's locks.
 *
 * Each caller hears the outcomes of its own commands, when they are committed.
 */
export class CommandWriter {
  readonly #apply: (commands: readonly StockCommand[]) => Promise<CommandOutcome[]>
  #waiting: Request[] = []
  #isWorking = false

  /** @param apply applies commands in order, in a transaction of their own */
  constructor(apply: (commands: readonly StockCommand[]) => Promise<CommandOutcome[]>) {
    this.#apply = apply
  }

  run(commands: readonly StockCommand[]): Promise<CommandOutcome[]> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ commands, resolve, reject })
      void this.#work()
    })
  }

  async #work(): Promise<void> {
    if (this.#isWorking) return
    this.#isWorking = true
    // Callers that come in the same turn go together.
    await Promise.resolve()
    for (let batch = this.#take(); batch.length > 0; batch = this.#take()) await this.#applyTogether(batch)
    this.#isWorking = false
  }

  #take(): Request[] {
    let commands = 0
    let requests = 0
    for (const request of this.#waiting) {
      commands += request.commands.length
      if (requests > 0 && commands > COMMANDS_PER_BATCH) break
      requests += 1
    }
    return this.#waiting.splice(0, requests)
  }

  async #applyTogether(batch: readonly Request[]): Promise<void> {
    try {
      const outcomes = await this.#apply(batch.flatMap((request) => request.commands))
      let from = 0
      for (const request of batch) {
        request.resolve(outcomes.slice(from, from + request.commands.length))
        from += request.commands.length
      }
    } catch (error) {
      if (batch.length === 1 || isTransient(error)) {
        for (const request of batch) request.reject(error)
        return
      }
      // One of them cannot be carried out at all: that must not be the others' trouble.
      for (const request of batch) await this.#applyTogether([request])
    }
  }
}
