import type { OrderMoment, OrderTimeline } from '@plimsoll/client'
import type { CallRow, EventRow } from './order-page.store.ts'

/**
 * One timeline of all that is known of an order: what its channel said, what the hub and people did, every call and what
 * became of it, and when each other channel showed less. At one moment in the order of the parts. Pure.
 */
export function mergeMoments(
  { placedAt, seenAt, seenBy, appliedAt, connectionName, channels }: OrderTimeline,
  events: readonly EventRow[],
  calls: readonly CallRow[],
): OrderMoment[] {
  const bare = { actor: null, shipment: null, call: null, detail: {} }
  const moments: OrderMoment[] = [
    { ...bare, at: placedAt, kind: 'placed', actor: connectionName },
    { ...bare, at: seenAt, kind: 'seen', detail: { by: seenBy } },
    { ...bare, at: appliedAt, kind: 'applied' },
    ...channels.flatMap(({ connectionName: channel, listing, sku, wanted, shownAt }) =>
      shownAt === null
        ? []
        : [{ ...bare, at: shownAt, kind: 'shown', detail: { channel, listing, sku, quantity: wanted } }],
    ),
    ...events.map(({ at, ...event }) => ({ ...event, at: at.toISOString(), call: null })),
    ...calls.map(({ createdAt, sentAt, endedAt, shipment, ...call }) => ({
      ...bare,
      at: (sentAt ?? createdAt).toISOString(),
      kind: 'call',
      shipment,
      call: { ...call, endedAt: endedAt?.toISOString() ?? null },
    })),
  ]
  // Stable: what happened at one moment stays in the order above.
  return moments.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0))
}
