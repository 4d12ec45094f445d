import { z } from 'zod'

/** What the routes of the ledger answer. Quantities are base units. */

const count = z.int()

/** POST /items */
export const itemImport = z.object({
  items: count.describe('Items of the file, new or known.'),
  received: count.describe('Rows whose quantity was received.'),
  units: count.describe('Base units received.'),
  repeated: count.describe('Rows received before under this name.'),
  refused: z.array(z.object({ sku: z.string(), location: z.string(), message: z.string() })),
})

/** POST /stock/…: the figures as they are once the command is applied. */
export const stockResult = z.object({
  sku: z.string(),
  locationCode: z.string(),
  onHand: count,
  reserved: count,
  held: count,
  available: count.describe('onHand − reserved − held; may be negative (oversold).'),
  reservationId: z.string().nullable().describe('Given by reserve; hand it back to release.'),
  components: z
    .array(z.object({ sku: z.string(), units: count, available: count }))
    .optional()
    .describe('What assemble took and disassemble gave, with what is available there now.'),
})
export type StockResult = z.infer<typeof stockResult>

/** One reservation. What an order holds is given back by the order alone; what a client holds, by `release`. */
export const reservationRow = z.object({
  reservationId: z.string(),
  sku: z.string(),
  locationCode: z.string(),
  kind: z
    .enum(['strict', 'recorded'])
    .describe('strict: never granted beyond what is available; recorded: a channel sold it already.'),
  ownerKind: z.enum(['api', 'order-line']),
  orderNumber: z.string().nullable(),
  reserved: count,
  released: count,
  shipped: count,
  returned: count,
  open: count.describe('reserved − released − shipped: what it still holds.'),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
})
export type ReservationRow = z.infer<typeof reservationRow>

/** GET /reservations?sku=&cursor=&limit= oldest first. */
export const reservationPage = z.object({ rows: z.array(reservationRow), next: z.string().nullable() })
export type ReservationPage = z.infer<typeof reservationPage>
