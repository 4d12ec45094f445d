import { inTransaction, type Tx } from '@plimsoll/database'
import { CommandRace } from '@plimsoll/stock'
import type { SyncContext } from '@plimsoll/sync'
import { NO_EFFECT, type Placed, type SheetCheck, type SheetResult } from './sheet.ts'

/** As `runStockCommands`: more races for one key than this are no bad luck. */
const TRIES_MAX = 10

/** What applying these rows would do now: it is done, and taken back. */
export async function tryRows<Row>(
  { database }: SyncContext,
  rows: readonly Placed<Row>[],
  apply: (tx: Tx, rows: readonly Placed<Row>[]) => Promise<SheetResult>,
): Promise<SheetCheck> {
  if (rows.length === 0) return { problems: [], effect: NO_EFFECT, zeroed: 0 }
  try {
    return await withRacesRetried(() =>
      inTransaction(database, async (tx): Promise<never> => {
        throw new TakenBack(await apply(tx, rows))
      }),
    )
  } catch (error) {
    if (!(error instanceof TakenBack)) throw error
    const { applied, unchanged, units, refused } = error.result
    return { problems: refused, effect: { ...NO_EFFECT, changed: applied, unchanged, units }, zeroed: 0 }
  }
}

/** Runs a transaction again that lost a race: it then finds what the other wrote. */
export async function withRacesRetried<T>(run: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await run()
    } catch (error) {
      if (!(error instanceof CommandRace) || tries === TRIES_MAX) throw error
    }
  }
}

/** Ends a transaction with nothing of it left but what it came to. */
class TakenBack extends Error {
  readonly result: SheetResult

  constructor(result: SheetResult) {
    super('This was a trial.')
    this.name = 'TakenBack'
    this.result = result
  }
}
