import type { DeliveryList } from '@plimsoll/client'
import { readDeliveries, type SyncContext } from '@plimsoll/sync'

/** What warehouses told of deliveries and returns, newest first, as it is answered. */
export async function listDeliveries(
  context: SyncContext,
  query: { kind?: 'receipt' | 'return' | undefined; limit: number },
): Promise<DeliveryList> {
  const rows = await readDeliveries(context, query)
  return {
    rows: rows.map(({ toldAt, lines, ...delivery }) => ({
      ...delivery,
      toldAt: toldAt.toISOString(),
      lines: lines.map(({ receivedAt, ...line }) => ({ ...line, receivedAt: receivedAt.toISOString() })),
    })),
  }
}
