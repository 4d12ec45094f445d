import type { Database } from '@plimsoll/database'
import { inTransaction } from '@plimsoll/database'
import { insertMovements } from '../movements.store.ts'
import type { Balance, NewMovement } from '../movements.ts'
import { createStockWorld, type StockWorld } from './stock-world.ts'

/** A movement as a plain replay knows it. */
export type Told = NewMovement & { recordedAt: Date }

/** A stock world whose clock is set by the test, and which remembers all that was recorded. */
export type HistoryWorld = StockWorld & {
  told: Told[]
  /** Records movements at a moment, as one transaction. */
  record(at: Date, movements: readonly NewMovement[]): Promise<void>
}

export async function createHistoryWorld(
  database: Database,
  names: { skus: readonly string[]; locationCodes: readonly string[] },
): Promise<HistoryWorld> {
  const world = await createStockWorld(database, names)
  const told: Told[] = []
  return {
    ...world,
    told,
    record: async (at, movements) => {
      const context = { ...world.context, now: () => at }
      await inTransaction(database, (tx) => insertMovements(tx, context, movements))
      told.push(...movements.map((movement) => ({ ...movement, recordedAt: at })))
    },
  }
}

/** What the rows say, added up one after the other: the whole of what history is held against. */
export function replay(told: readonly Told[], counts: (movement: Told) => boolean): Map<string, Balance> {
  const balances = new Map<string, Balance>()
  for (const movement of told.filter(counts)) {
    const key = `${movement.itemId} ${movement.locationId} ${movement.lotId}`
    const { onHand, reserved, held, incoming } = balances.get(key) ?? {
      onHand: 0,
      reserved: 0,
      held: 0,
      incoming: 0,
    }
    balances.set(key, {
      onHand: onHand + movement.onHandDelta,
      reserved: reserved + movement.reservedDelta,
      held: held + movement.heldDelta,
      incoming: incoming + movement.incomingDelta,
    })
  }
  return balances
}
