import { type CommandOutcome, CommandWriter, runStockCommands, type StockCommand } from '@plimsoll/stock'
import { updateAvailabilityOf } from './availability.ts'
import { nowOf, type SyncContext, toStockContext } from './context.ts'

/** Commands of people and API clients have a writer of their own, one in each process. */
const writers = new WeakMap<SyncContext, CommandWriter>()

/**
 * Applies stock commands of people and API clients, and works out in the same transaction what every
 * channel should show now. When it returns, the change is committed and the lanes are awake. Callers that
 * come at the same time share a transaction.
 */
export async function changeStock(
  context: SyncContext,
  commands: readonly StockCommand[],
): Promise<CommandOutcome[]> {
  let writer = writers.get(context)
  if (writer === undefined) {
    writer = new CommandWriter((batch) => applyBatch(context, batch))
    writers.set(context, writer)
  }
  return await writer.run(commands)
}

async function applyBatch(
  context: SyncContext,
  commands: readonly StockCommand[],
): Promise<CommandOutcome[]> {
  const at = nowOf(context)
  return await runStockCommands(context.database, toStockContext(context), commands, {
    afterMovements: (tx, outcomes) => {
      const itemIds = outcomes.flatMap((outcome) => (outcome.kind === 'applied' ? outcome.itemIds : []))
      return updateAvailabilityOf(context, tx, { itemIds, at })
    },
  })
}
