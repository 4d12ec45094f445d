import { inTransaction } from '@plimsoll/database'
import { applyStockCommands, type CommandOutcome, RaceOnCommandKey, type StockCommand } from '@plimsoll/stock'
import { insertChangedItems } from './availability.store.ts'
import { updateAvailability } from './availability.ts'
import { nowOf, type SyncContext, toStockContext } from './context.ts'

const RACES_MAX = 3

/**
 * Applies stock commands of people and API clients, and works out at once what every channel should
 * show now. When it returns, the change is committed and the lanes are awake.
 */
export async function changeStock(
  context: SyncContext,
  commands: readonly StockCommand[],
): Promise<CommandOutcome[]> {
  const outcomes = await applyRacing(context, commands)
  if (outcomes.some((outcome) => outcome.kind === 'applied')) await updateAvailability(context)
  return outcomes
}

async function applyRacing(
  context: SyncContext,
  commands: readonly StockCommand[],
): Promise<CommandOutcome[]> {
  for (let race = 1; ; race += 1) {
    try {
      return await inTransaction(context.database, async (tx) => {
        const outcomes = await applyStockCommands(tx, toStockContext(context), commands)
        const itemIds = outcomes.flatMap((outcome) => (outcome.kind === 'applied' ? [outcome.itemId] : []))
        await insertChangedItems(tx, context.organizationId, itemIds, {
          at: nowOf(context),
          uuid: context.uuid,
        })
        return outcomes
      })
    } catch (error) {
      // The other transaction with this key has committed: the next try finds its result.
      if (!(error instanceof RaceOnCommandKey) || race === RACES_MAX) throw error
    }
  }
}
