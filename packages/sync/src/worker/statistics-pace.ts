import { type Database, refreshStatistics } from '@plimsoll/database'

/** Statistics are refreshed after so many applied events, and again each time there are so many times more. */
const FIRST = 50
const GROWTH = 8

/** A new installation's tables grow many times over in its first minutes. */
export class StatisticsPace {
  readonly #database: Database
  #dueAt = FIRST

  constructor(database: Database) {
    this.#database = database
  }

  /** @param applied events so far */
  async turn(applied: number): Promise<void> {
    if (applied < this.#dueAt) return
    this.#dueAt = applied * GROWTH
    await refreshStatistics(this.#database.kysely)
  }
}
