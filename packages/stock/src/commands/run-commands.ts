import { type Database, inTransaction, type Tx } from '@plimsoll/database'
import type { StockContext } from '../context.ts'
import {
  type AfterMovements,
  applyStockCommands,
  type CommandOutcome,
  CommandRace,
} from './apply-commands.ts'
import type { StockCommand } from './command.ts'

/**
 * Each lost race means that another transaction has committed one of our keys or new serials, how an item is tracked, or
 * what a lot holds, which the next try then finds: so many races in a row on one batch is not bad luck but a defect.
 */
const TRIES_MAX = 10

/**
 * Applies commands in a transaction of their own, as a whole: what is refused leaves no trace, what was
 * applied before under the same key answers the same again. When it returns, the outcomes are committed.
 * @param options.afterMovements what must be written in the same transaction, such as the items whose
 *   availability changes; it runs once per try, when the balances are posted
 * @throws CommandRace when keys or serials were still being taken after the last try
 */
export async function runStockCommands(
  database: Pick<Database, 'runTransaction' | 'counters' | 'timing'>,
  context: StockContext,
  commands: readonly StockCommand[],
  options: { afterMovements?: AfterMovements } = {},
): Promise<CommandOutcome[]> {
  return await inKeyedTransaction(database, (tx) =>
    applyStockCommands(tx, context, commands, options.afterMovements),
  )
}

/**
 * A transaction that claims command keys, run again as a whole when it lost one of them to another.
 * @throws CommandRace when keys were still being taken after the last try
 */
export async function inKeyedTransaction<T>(
  database: Pick<Database, 'runTransaction' | 'counters' | 'timing'>,
  work: (tx: Tx) => Promise<T>,
): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await inTransaction(database, work)
    } catch (error) {
      if (!(error instanceof CommandRace) || tries === TRIES_MAX) throw error
    }
  }
}
