import { z } from 'zod'

/** What the routes of the ledger's past answer. Quantities are base units; instants are ISO 8601 in UTC. */

const instant = z.iso.datetime()
const count = z.int()

const figures = z.object({ onHand: count, reserved: count, held: count, incoming: count })
const figuresWithAvailable = figures.extend({
  available: count.describe('onHand − reserved − held; may be negative (oversold).'),
})

/** `recorded`: what the ledger said then; `effective`: what was true then, as is known now. */
const by = z.enum(['recorded', 'effective'])

/** GET /items/:sku/stock?at=&by=&location=&lot= */
export const itemStockAt = z.object({
  sku: z.string(),
  name: z.string(),
  at: instant,
  by,
  checkpointAt: instant.nullable().describe('Where reading began; null: at the first movement.'),
  ...figuresWithAvailable.shape,
  places: z.array(
    z.object({
      locationCode: z.string(),
      lotId: z.string().nullable().describe('Null: of no lot.'),
      ...figuresWithAvailable.shape,
      checkpoint: figures,
      movements: count.describe('Recorded between the checkpoint and the moment.'),
      late: figures.describe('Of what was recorded after the moment and effective before it.'),
      lateMovements: count,
    }),
  ),
})
export type ItemStockAt = z.infer<typeof itemStockAt>

/** GET /stock?at=&by=&location=&cursor=&limit= in order of SKU. */
export const stockAtPage = z.object({
  locationCode: z.string(),
  at: instant,
  by,
  rows: z.array(z.object({ sku: z.string(), name: z.string(), ...figuresWithAvailable.shape })),
  next: z.string().nullable(),
})
export type StockAtPage = z.infer<typeof stockAtPage>

const amount = count.describe('Whole ten-thousandths of the currency’s unit.')

/** GET /valuation?method=&sku=&location=&at=&cursor=&limit= in order of SKU. */
export const valuationPage = z.object({
  currency: z.string().describe('ISO 4217.'),
  method: z.enum(['average', 'fifo']),
  at: instant,
  rows: z.array(
    z.object({
      sku: z.string(),
      name: z.string(),
      units: count,
      cost: amount,
      unitCost: amount.nullable().describe('cost ÷ units, rounded; null where there are none.'),
      unpricedUnits: count.describe('Units of which nobody has said a cost; they are in units, not in cost.'),
      inTransitCost: amount.describe('Of what is on its way between locations.'),
      issuedCost: amount.describe('Of what ever left. received = issued + cost + in transit.'),
      receivedCost: amount,
      places: z.array(
        z.object({ locationCode: z.string(), units: count, cost: amount, unpricedUnits: count }),
      ),
    }),
  ),
  next: z.string().nullable(),
})
export type ValuationPage = z.infer<typeof valuationPage>

/** GET, PUT /valuation/currency */
export const valuationCurrency = z.object({
  currency: z.string().nullable().describe('ISO 4217; null: not set.'),
})
