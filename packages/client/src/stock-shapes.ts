import { z } from 'zod'
import { balanceFigures, problem } from './shapes.ts'

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
export type ItemImport = z.infer<typeof itemImport>

const reservationFigures = z.object({
  reserved: count,
  released: count,
  shipped: count,
  returned: count,
  open: count.describe('reserved − released − shipped: what it still holds.'),
})

/** POST /stock/…: the figures as they are once the command is applied; of a virtual kit, in kits. */
export const stockResult = z.object({
  sku: z.string(),
  locationCode: z.string(),
  onHand: count,
  reserved: count,
  held: count,
  available: count.describe('onHand − reserved − held, less what is unusable; may be negative (oversold).'),
  unusable: count
    .optional()
    .describe(
      'Of what is on hand: in lots that may not leave (expired, in quarantine, recalled). Absent: none.',
    ),
  reservationId: z.string().nullable().describe('Given by reserve; hand it back to release, ship or return.'),
  reservation: reservationFigures
    .optional()
    .describe('What the reservation holds and held, in the units that were reserved: of a kit, in kits.'),
  parts: z
    .array(reservationFigures.extend({ sku: z.string() }))
    .optional()
    .describe('Of a reservation of a virtual kit: the same of each of its parts, in base units.'),
  lots: z
    .array(z.object({ lot: z.string(), quantity: count }))
    .optional()
    .describe('Which lots units were allocated to or shipped from.'),
  granted: count.optional().describe('What a partial reserve was granted.'),
  baseUnits: count.optional().describe('What the quantity came to, where it was asked in a unit.'),
  components: z
    .array(z.object({ sku: z.string(), units: count, available: count }))
    .optional()
    .describe('What assemble took and disassemble gave, with what is available there now.'),
})
export type StockResult = z.infer<typeof stockResult>

/** What became of one command of a batch. */
export const stockOutcome = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('applied'), key: z.string(), result: stockResult }),
  z
    .object({ kind: z.literal('repeated'), key: z.string(), result: stockResult })
    .describe('Applied before: what it answered then.'),
  z
    .object({ kind: z.literal('refused'), key: z.string(), problem })
    .describe('Nothing of it was changed; the others stand.'),
])

/** POST /stock/commands: one outcome for each, in the order of the commands. */
export const stockBatch = z.object({ outcomes: z.array(stockOutcome) })

/** What a reservation holds of one item at one location, in base units; one that was moved in part holds some at several. */
export const reservationRow = z.object({
  reservationId: z.string(),
  sku: z.string(),
  kitSku: z.string().nullable().describe('The virtual kit that it is a part of, where a kit was reserved.'),
  locationCode: z.string(),
  kind: z
    .enum(['strict', 'soft', 'recorded'])
    .describe(
      'strict: never beyond what is available; soft: strict until it expires; recorded: a channel sold it.',
    ),
  ownerKind: z
    .enum(['api', 'order-line'])
    .describe('What an order line holds is given back by its order alone.'),
  orderNumber: z.string().nullable(),
  expiresAt: z.iso.datetime().nullable(),
  unitsEach: count.describe('Base units that one unit of its owner takes: 6 for a line of six-packs.'),
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

/** GET /reservations/:id: what it holds, and held, all together and by item and location. */
export const reservationDetail = z.object({
  reservationId: z.string(),
  sku: z.string().nullable().describe('Of the item or the kit; null: an order line of a kit.'),
  ...reservationFigures.shape,
  rows: z.array(reservationRow),
})
export type ReservationDetail = z.infer<typeof reservationDetail>

/** GET /locations/:code/balances?cursor=&limit= in order of SKU: the items that have, or had, stock there. */
export const locationBalancePage = z.object({
  rows: z.array(z.object({ sku: z.string(), name: z.string(), ...balanceFigures.shape })),
  next: z.string().nullable(),
})
export type LocationBalancePage = z.infer<typeof locationBalancePage>
