import { type Database, inTransaction } from '../../packages/database/src/index.ts'
import { decideOrders, type IncomingOrder, lockOrders, saveOrders } from '../../packages/orders/src/index.ts'
import { type StockContext, withBalancesAssumed } from '../../packages/stock/src/index.ts'

export type BenchConnection = { connectionId: string; defaultLocationId: string }

/** One micro-batch as the hub applies it: lock, decide, write orders, lines and reservations, movements last. */
export async function applyBatch(
  database: Database,
  stock: StockContext,
  connection: BenchConnection,
  incoming: readonly IncomingOrder[],
): Promise<void> {
  const at = stock.now()
  const context = { ...stock, now: () => at }
  await withBalancesAssumed((write) =>
    inTransaction(database, async (tx) => {
      const known = await lockOrders(
        tx,
        context.organizationId,
        connection.connectionId,
        incoming.map((order) => order.facts.externalId),
      )
      const decided = decideOrders(context, connection, known, incoming)
      await Promise.all([
        saveOrders(tx, context, connection.connectionId, decided),
        write(tx, context, decided.movements),
      ])
    }),
  )
}
