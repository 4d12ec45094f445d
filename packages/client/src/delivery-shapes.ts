import { z } from 'zod'
import { problemTold } from './told-trouble.ts'

const count = z.int().min(0)
const moment = z.iso.datetime()

/** GET /inbound-shipments/:id/announcement: how one stands with the warehouse that it goes to. */
export const announcement = z.object({
  inboundId: z.string(),
  state: z
    .enum(['none', 'waiting', 'sent', 'unknown', 'done', 'refused', 'dropped'])
    .describe(
      'none: no warehouse that takes announcements counts its location; sent, unknown: a call is under way, or its answer was lost; dropped: it was ended before it was told.',
    ),
  warehouse: z.string().nullable().describe('The name of its connection.'),
  externalId: z.string().nullable().describe('The warehouse’s own id of it.'),
  problem: z.string().nullable(),
  attempts: count,
})
export type AnnouncementShape = z.infer<typeof announcement>

/** GET /returns/:id/announcement: how a return stands with the warehouse that it comes to. */
export const returnAnnouncement = z.object({
  returnId: z.string(),
  warehouse: z
    .string()
    .nullable()
    .describe('The name of its connection; null: it comes to a place of your own, and nobody is to be told.'),
  state: z
    .enum(['none', 'waiting', 'sent', 'unknown', 'done', 'refused', 'dropped', 'not-possible'])
    .describe(
      'none: not told yet; sent, unknown: a call is under way, or its answer was lost; dropped: it ended before it was told; not-possible: this warehouse takes no word of returns.',
    ),
  externalId: z.string().nullable().describe('The warehouse’s own id of it.'),
  problem: z.string().nullable(),
  attempts: count,
  withdrawal: z
    .enum(['waiting', 'sent', 'unknown', 'done', 'refused', 'too-late', 'not-possible'])
    .nullable()
    .describe(
      'Of one that was called off after it was told; too-late: it had come. Null: nothing is to be taken back.',
    ),
})
export type ReturnAnnouncementShape = z.infer<typeof returnAnnouncement>

/** What a warehouse told of one delivery or return, in its own units, and how much of it is in the ledger. */
export const delivery = z.object({
  kind: z.enum(['receipt', 'return']),
  externalId: z.string().describe('The warehouse’s own id.'),
  warehouse: z.string().describe('The name of its connection.'),
  place: z.string().describe('The warehouse’s name of where it came in.'),
  number: z.string().nullable().describe('What the customer was given (RMA).'),
  inboundId: z.string().nullable(),
  shipmentId: z.string().nullable(),
  returnId: z.string().nullable().describe('Your return that it is what came of.'),
  complete: z.boolean().describe('No more of it will come.'),
  toldAt: moment,
  lines: z.array(
    z.object({
      line: z.string(),
      sku: z.string().describe('As the warehouse names it.'),
      condition: z
        .enum(['sellable', 'damaged', 'disposed', 'waiting'])
        .describe('waiting: not inspected yet; only sellable and damaged (held) units come on hand.'),
      told: count.describe('So far.'),
      booked: count.describe('Of those, in the ledger.'),
      lot: z.string().nullable(),
      expiresOn: z.iso.date().nullable(),
      receivedAt: moment,
      problem: z.string().nullable().describe('Why it is not booked as it was told.'),
      problemTold,
    }),
  ),
})
export type DeliveryShape = z.infer<typeof delivery>

/** GET /deliveries: those told of last first. */
export const deliveryList = z.object({ rows: z.array(delivery) })
export type DeliveryList = z.infer<typeof deliveryList>

/** One return: inspected by your own people, or by the warehouse that it comes to. Base units. */
export const customerReturn = z.object({
  returnId: z.string(),
  number: z.string().describe('What the customer was given (RMA).'),
  state: z.enum(['announced', 'partly-inspected', 'closed', 'cancelled']),
  shipmentId: z.string().nullable().describe('That it left by, where that is known.'),
  orderId: z.string().nullable().describe('The order that it is of, where a channel granted it.'),
  announcedBy: z.string().nullable().describe('The connection that granted it; null: made by a person.'),
  locationCode: z.string(),
  createdBy: z.string(),
  createdAt: moment,
  endedAt: moment.nullable(),
  lines: z.array(
    z.object({
      line: count,
      sku: z.string(),
      announced: count,
      restocked: count.describe('On hand again, to be sold.'),
      damaged: count.describe('On hand and held.'),
      disposed: count.describe('Not on hand.'),
    }),
  ),
})
export type CustomerReturnShape = z.infer<typeof customerReturn>

/** GET /returns newest first. */
export const customerReturnPage = z.object({ rows: z.array(customerReturn), next: z.string().nullable() })
