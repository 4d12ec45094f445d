import { type CommandOutcome, runStockCommands, type StockCommand } from '@plimsoll/stock'
import { updateAvailabilityOf } from './availability.ts'
import { nowOf, type SyncContext, toStockContext } from './context.ts'

/**
 * Applies stock commands of people and API clients, and works out in the same transaction what every
 * channel should show now. When it returns, the change is committed and the lanes are awake.
 */
export async function changeStock(
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
