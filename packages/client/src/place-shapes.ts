import { z } from 'zod'

/** What the routes of locations, transfers, inbound shipments and stock counts answer. Quantities are base units. */

const instant = z.iso.datetime()
const count = z.int()
const amount = count.describe('Whole ten-thousandths of the currency’s unit.')
const serials = z.array(z.string())

/** One location. */
export const locationDetail = z.object({
  locationId: z.string(),
  code: z.string(),
  name: z.string(),
  kind: z.enum(['warehouse', 'store', '3pl', 'overseas', 'marketplace-fulfilled', 'transit']),
  country: z.string().nullable().describe('ISO 3166-1, two capitals.'),
  timeZone: z.string().describe('IANA, such as Europe/Berlin.'),
  countedBy: z
    .string()
    .nullable()
    .describe('The connection whose own count is the truth there; null: the hub counts.'),
  address: z.string().nullable(),
  openingDays: z.array(count).describe('ISO weekdays: 1 is Monday, 7 is Sunday.'),
  holidays: z.array(z.iso.date()).describe('Closed all the same.'),
  region: z.string().nullable().describe('As addresses write it, such as CA.'),
  postalCode: z.string().nullable(),
  latitude: z.number().nullable().describe('Degrees.'),
  longitude: z.number().nullable(),
  routingPriority: count.describe('1 is preferred to 2 when orders are routed.'),
  cutOff: z.string().nullable().describe('Local time, as 15:00, by which an order leaves on the same day.'),
  capacityPerDay: count.nullable().describe('Parcels; null: as many as come.'),
  ships: z
    .boolean()
    .nullable()
    .describe(
      'Whether orders leave from there; null: as its kind says (transit and marketplace-fulfilled do not).',
    ),
  nextWorkingDay: z.iso.date().nullable().describe('Today there, or the next day on which it works.'),
  createdAt: instant,
  archivedAt: instant.nullable(),
  version: count.describe('Send it as If-Match to change exactly what you have read.'),
})
export type LocationDetailShape = z.infer<typeof locationDetail>

/** GET /locations in order of their codes. */
export const locationList = z.object({ rows: z.array(locationDetail) })

/** One bin: where inside a location to look. It holds no figure of its own. */
export const binRow = z.object({
  code: z.string(),
  zone: z.string().nullable(),
  barcode: z.string().nullable(),
  skus: z.array(z.string()).describe('Items that are usually found there.'),
})

/** GET /locations/:code/bins in order of zone and code. */
export const binList = z.object({ rows: z.array(binRow) })

/** One transfer with its lines: received + lost + returned ≤ dispatched ≤ requested. */
export const transfer = z.object({
  transferId: z.string(),
  state: z.enum(['draft', 'dispatched', 'partly-received', 'received', 'closed', 'cancelled']),
  fromCode: z.string(),
  viaCode: z.string().describe('The transit location.'),
  toCode: z.string(),
  reference: z.string().nullable(),
  createdBy: z.string(),
  createdAt: instant,
  dispatchedAt: instant.nullable(),
  endedAt: instant.nullable(),
  lines: z.array(
    z.object({
      line: count,
      sku: z.string(),
      lot: z.string().nullable().describe('Code of the lot, of an item that is tracked by lot.'),
      requested: count,
      dispatched: count,
      received: count.describe('Damaged ones too.'),
      damaged: count.describe('Held where they arrived.'),
      lost: count,
      returned: count.describe('Back where they came from.'),
      serials: z
        .array(
          z.object({
            serial: z.string(),
            state: z
              .enum(['in-transit', 'received', 'damaged', 'lost', 'returned'])
              .describe('damaged: received, and held.'),
          }),
        )
        .describe('The units that left, of an item that is tracked by serial number.'),
    }),
  ),
})
export type TransferShape = z.infer<typeof transfer>

/** GET /transfers newest first. */
export const transferPage = z.object({ rows: z.array(transfer), next: z.string().nullable() })

/** One inbound shipment with its lines: received − over + cancelled ≤ expected. */
export const inboundShipment = z.object({
  inboundId: z.string(),
  state: z.enum(['expected', 'partly-received', 'received', 'closed', 'cancelled']),
  locationCode: z.string(),
  supplier: z.string().nullable(),
  reference: z.string().nullable(),
  expectedOn: z.iso.date().nullable(),
  createdBy: z.string(),
  createdAt: instant,
  endedAt: instant.nullable(),
  lines: z.array(
    z.object({
      line: count,
      sku: z.string(),
      expected: count,
      received: count,
      damaged: count.describe('Held where they arrived.'),
      over: count.describe('The part of received that nobody expected.'),
      cancelled: count.describe('Will not come after all.'),
      unitCost: count.nullable().describe('Ten-thousandths of your currency for a base unit.'),
    }),
  ),
})
export type InboundShipmentShape = z.infer<typeof inboundShipment>

/** GET /inbound-shipments newest first. */
export const inboundShipmentPage = z.object({ rows: z.array(inboundShipment), next: z.string().nullable() })

const countScope = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('location') }),
  z.object({ kind: z.literal('zones'), zones: z.array(z.string()) }),
  z.object({ kind: z.literal('bins'), bins: z.array(z.string()) }),
  z.object({ kind: z.literal('items'), skus: z.array(z.string()) }),
])

/** One stock count, without its lines. */
export const stockCount = z.object({
  countId: z.string(),
  state: z.enum(['counting', 'approved', 'posted', 'cancelled']),
  locationCode: z.string(),
  scope: countScope,
  blind: z.boolean(),
  separateApprover: z.boolean(),
  toleranceUnits: count.nullable(),
  tolerancePercent: count.nullable(),
  reference: z.string().nullable(),
  startedBy: z.string(),
  startedAt: instant,
  approvedBy: z.string().nullable(),
  approvedAt: instant.nullable(),
  postedAt: instant.nullable(),
})
export type StockCountShape = z.infer<typeof stockCount>

/** GET /stock-counts newest first. */
export const stockCountPage = z.object({ rows: z.array(stockCount), next: z.string().nullable() })

/** GET /stock-counts/:id/lines in the order of the sheet. */
export const stockCountLines = z.object({
  isBlind: z.boolean().describe('Whether figures of the ledger are kept back.'),
  counted: count.describe('Lines of the whole sheet that are counted in their round.'),
  total: count.describe('Lines of the whole sheet.'),
  zeros: count.nullable().describe('Items that would go from something to zero; null: kept back.'),
  currency: z.string().nullable().describe('ISO 4217; null: none is set, so nothing has a value.'),
  value: amount
    .nullable()
    .describe('Of all lines of the sheet whose value is known, added up; null: none, or kept back.'),
  rows: z.array(
    z.object({
      line: count,
      sku: z.string(),
      lot: z
        .string()
        .nullable()
        .describe('Of an item that is tracked by lot; null there: what has no lot, or left without one.'),
      newLot: z
        .object({
          expiresOn: z.string().nullable(),
          manufacturedOn: z.string().nullable(),
          supplierLot: z.string().nullable(),
        })
        .nullable()
        .describe(
          'Where that lot is not known yet: what is printed on it. It is made when the count is posted.',
        ),
      zone: z.string().nullable(),
      bin: z.string().nullable(),
      round: count,
      counted: count.nullable().describe('Null: not counted in this round.'),
      counter: z.string().nullable(),
      countedAt: instant.nullable(),
      expected: count.nullable().describe('On hand when the sheet was made.'),
      ledger: count.nullable().describe('On hand by the ledger at the moment of counting.'),
      difference: count.nullable().describe('counted − ledger.'),
      value: amount
        .nullable()
        .describe('Of the difference, by the method asked for; null: no cost is known, or kept back.'),
      serials: z
        .object({
          expected: serials.nullable().describe('By the ledger when the sheet was made; null: kept back.'),
          found: serials.nullable(),
          missing: serials.nullable().describe('There by the ledger at the moment of counting, not found.'),
          unexpected: serials.nullable().describe('Found, and not there by the ledger.'),
        })
        .nullable()
        .describe('Of an item whose units are told apart by serial number.'),
      needsRecount: z.boolean().describe('Beyond the tolerance, and counted once only.'),
    }),
  ),
  next: count.nullable().describe('The cursor of the next page.'),
})
export type StockCountLines = z.infer<typeof stockCountLines>

/** GET /adjustment-reasons in order of their codes. */
export const adjustmentReasons = z.object({
  listedReasonRequired: z.boolean(),
  rows: z.array(
    z.object({
      code: z.string(),
      nameEn: z.string(),
      nameZh: z.string(),
      direction: z.enum(['in', 'out', 'both']).describe('Whether units may come or go by it.'),
      isArchived: z.boolean(),
    }),
  ),
})
