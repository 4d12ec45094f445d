import { z } from 'zod'
import type { WooOrder } from './answers.ts'

/**
 * What the hub has shipped of an order, kept in the order itself. Core has no field for it, and without it a
 * second try after a lost answer would ship twice.
 */
export const shipmentsKey = '_plimsoll_shipments'

const record = z.array(
  z.object({
    shipmentId: z.string(),
    /** The fulfilment, tracking or note that it became. */
    externalId: z.string(),
    /** When the hub was about to tell of it, as the shop writes moments of UTC. Absent in older records. */
    toldAt: z.string().optional(),
    lines: z.array(z.object({ lineExternalId: z.string(), quantity: z.int().nonnegative() })),
  }),
)
export type ShipmentRecord = z.infer<typeof record>[number]

/** The shipments recorded in an order; none when the record is absent or somebody has spoilt it. */
export function shipmentsOf(order: Pick<WooOrder, 'meta_data'>): ShipmentRecord[] {
  const value = order.meta_data.find((meta) => meta.key === shipmentsKey)?.value
  const parsed = record.safeParse(value)
  return parsed.success ? parsed.data : []
}
