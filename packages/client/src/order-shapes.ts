import { z } from 'zod'
import { shipmentDetail, shipmentState } from './shipment-shapes.ts'
import { toldTask } from './told-task.ts'

/**
 * What the routes of orders answer. Quantities of lines are listing units, as their channel counts; what is marked as base
 * units is counted in units of the item. To whom an order goes is in no answer but that of `GET /orders/:id/recipient`.
 */

const instant = z.iso.datetime()
const count = z.int()

export const holdReason = z.enum(['fraud', 'address', 'payment', 'manual'])
export type OrderHoldReason = z.infer<typeof holdReason>
/** `cancelling`: it is to be cancelled on its channel, which has yet to show it. `channel`: its channel holds it. */
export const anyHoldReason = z.enum([...holdReason.options, 'cancelling', 'channel'])
export type AnyOrderHoldReason = z.infer<typeof anyHoldReason>

/** Why a channel holds an order, in words that all channels share, and the channel's own word for it. */
export const channelHold = z.object({
  reason: z.enum([
    'payment',
    'unpaid',
    'fraud',
    'address',
    'stock',
    'return',
    'date',
    'addition',
    'cancellation',
    'other',
  ]),
  code: z.string(),
})
export type ChannelHold = z.infer<typeof channelHold>

/** What a moment of an order says of it; one that is written otherwise says nothing. */
export function readChannelHolds(detail: unknown): ChannelHold[] {
  return z.array(channelHold).safeParse(detail).data ?? []
}

export const cancelReason = z.enum(['out-of-stock', 'customer-asked', 'address', 'fraud', 'price', 'other'])
export type CancelReason = z.infer<typeof cancelReason>

export const orderRow = z.object({
  orderId: z.string(),
  number: z.string(),
  connectionId: z.string(),
  channel: z.string().describe('Name of the connection that it was placed on.'),
  isByHand: z.boolean().describe('A person made it: here, by file or through the API.'),
  state: z.enum(['pending', 'open', 'closed', 'cancelled']).describe('As its channel says.'),
  placedAt: instant,
  shipBy: instant.nullable(),
  country: z.string().nullable().describe('Where it goes, by the two letters of its country.'),
  units: count.describe('Of all its lines.'),
  toShip: count.describe('Of these, how many have not left yet.'),
  holds: z.array(anyHoldReason),
  isLate: z.boolean().describe('It was to leave by now, and something of it has not.'),
  isUnrouted: z.boolean().describe('The hub sends it, and something of it is in no shipment.'),
  shipments: z.array(
    z.object({ shipmentId: z.string(), number: z.string(), location: z.string(), state: shipmentState }),
  ),
  problem: z.string().nullable().describe('What a person must see to, in one sentence, in English.'),
  problemTold: toldTask.nullable().describe('The same for every language, where a task tells it.'),
})
export type OrderRow = z.infer<typeof orderRow>

/** GET /orders */
export const orderPage = z.object({ rows: z.array(orderRow), next: z.string().nullable() })
export type OrderPage = z.infer<typeof orderPage>

export const orderMoment = z.object({
  at: instant,
  kind: z
    .string()
    .describe('What happened: such as `placed`, `shipment-planned`, `parcel-left`, `call`, `shown`.'),
  actor: z.string().nullable(),
  shipment: z.string().nullable().describe('Its number.'),
  call: z
    .object({
      errand: z
        .string()
        .describe('What for: `request-shipment`, `cancel-shipment`, `tell-shipped` and others.'),
      to: z.string().describe('Name of the connection that was called.'),
      state: z.enum(['waiting', 'sent', 'unknown', 'done', 'refused', 'dropped']),
      attempts: count,
      endedAt: instant.nullable(),
      error: z.string().nullable(),
    })
    .nullable(),
  detail: z.record(z.string(), z.unknown()).describe('Numbers and names for the sentence; no personal data.'),
})
export type OrderMoment = z.infer<typeof orderMoment>

export const handOrderKind = z.enum(['manual', 'b2b', 'sample', 'point-of-sale'])
export type HandOrderKind = z.infer<typeof handOrderKind>

export const orderWait = z.object({
  lineId: z.string(),
  sku: z.string().describe('Of the item that it waits for; of a kit, of the part that most others wait for.'),
  units: count.describe('Of the line, that are in no shipment.'),
  until: instant.nullable().describe('A pre-order: not in line before then.'),
  place: count.nullable().describe('In line for the item, from 1; null: not in line.'),
  waiting: count.describe('How many orders wait for the item.'),
  expected: z
    .object({ units: count.describe('Base units.'), on: z.iso.date() })
    .nullable()
    .describe('What is said to come of it next; null: nothing is known.'),
})
export type OrderWait = z.infer<typeof orderWait>

/** GET /orders/:id, and what changes one. */
export const orderDetail = orderRow.extend({
  externalId: z.string(),
  version: count.nullable().describe('Of an order made by hand: send it as If-Match.'),
  byHand: z
    .object({
      kind: handOrderKind,
      location: z.string().nullable().describe('Sent from there and nowhere else; null: by the rules.'),
      reference: z.string().nullable().describe('The customer’s own number of it.'),
      note: z.string().nullable(),
      createdBy: z.string(),
    })
    .nullable()
    .describe('What a person said who made it; null: a channel’s order.'),
  takesCancel: z
    .enum(['order', 'lines'])
    .nullable()
    .describe('What of it can be cancelled from here; null: nothing, its channel takes none.'),
  cancelling: z
    .object({
      units: count.describe('Listing units that are to be cancelled.'),
      reason: cancelReason,
      askedBy: z.string(),
      askedAt: instant,
    })
    .nullable()
    .describe('Under way: its channel has yet to show it.'),
  waits: z.array(orderWait).describe('Why lines are in no shipment yet.'),
  currency: z.string().nullable(),
  shippingMethod: z.string().nullable(),
  destination: z
    .object({
      country: z.string(),
      region: z.string().nullable(),
      postalCode: z.string().nullable(),
      city: z.string().nullable(),
    })
    .nullable(),
  isSentByHub: z
    .boolean()
    .describe('False: somebody else sends it, and it is reserved until its channel says shipped.'),
  lines: z.array(
    z.object({
      lineId: z.string(),
      sku: z
        .string()
        .nullable()
        .describe('Of the item; null: the listing is tied to none, and nothing is reserved.'),
      listingSku: z.string().nullable(),
      title: z.string(),
      unitsPerListing: count,
      ordered: count,
      current: count.describe('What is left of it after edits.'),
      committed: count.describe('In shipments that may still leave.'),
      dispatched: count.describe('Left in parcels that the hub knows.'),
      shipped: count,
      returned: count,
      waitsUntil: instant.nullable().describe('A pre-order: nothing of it is sent before then.'),
      base: z
        .object({ reserved: count, shipped: count, returned: count })
        .describe('What it holds now, and what became of it, in base units; of a kit, of its parts.'),
    }),
  ),
  reservations: z.array(
    z.object({
      lineId: z.string(),
      sku: z.string(),
      location: z.string(),
      reserved: count.describe('Base units that are held now.'),
      shipped: count,
      returned: count,
    }),
  ),
  shipmentDetails: z.array(shipmentDetail),
  holdDetails: z.array(
    z.object({
      reason: anyHoldReason,
      note: z.string().nullable(),
      placedBy: z.string(),
      placedAt: instant,
      said: z.array(channelHold).describe('Of a hold of its channel: why, as the channel says.'),
      units: z
        .int()
        .nullable()
        .describe('Of a hold of its channel about some units alone: how many. Null: all.'),
    }),
  ),
  hasRecipient: z.boolean().describe('The hub knows to whom it goes; asking is noted.'),
  timeline: z.array(orderMoment).describe('From the first moment to the last.'),
})
export type OrderDetail = z.infer<typeof orderDetail>

/** GET /orders/:id/recipient */
export const orderRecipient = z.object({
  name: z.string(),
  company: z.string().nullable(),
  addressLines: z.array(z.string()),
  city: z.string(),
  region: z.string().nullable(),
  postalCode: z.string().nullable(),
  country: z.string(),
  phone: z.string().nullable(),
  email: z.string().nullable(),
})
export type OrderRecipient = z.infer<typeof orderRecipient>

/** POST /orders/:id/holds */
export const orderHeld = z.object({
  orderId: z.string(),
  stopped: z.array(z.string()).describe('Numbers of the shipments that do not go now.'),
  underWay: z.array(z.string()).describe('Numbers of those that a warehouse has; cancel them one by one.'),
})
export type OrderHeld = z.infer<typeof orderHeld>

/** POST /orders/:id/route */
export const orderRouted = z.object({
  orderId: z.string(),
  outcome: z
    .enum(['routed', 'waits', 'nothing', 'taken-meanwhile'])
    .describe('`waits`: from nowhere now; `taken-meanwhile`: somebody else took the stock, ask again.'),
})
export type OrderRouted = z.infer<typeof orderRouted>

/** GET and PUT /allocation */
export const allocationRule = z.object({
  rule: z
    .enum(['first-come', 'channel-priority', 'promise-date'])
    .describe('Which of the orders that wait for an item get first what comes in.'),
  channels: z
    .array(z.object({ connectionId: z.string(), name: z.string(), isByHand: z.boolean() }))
    .describe('Of `channel-priority`: those that come first, in their order; all others come after.'),
  version: count.describe('0: nobody has said one, and who placed first comes first.'),
  actor: z.string().nullable(),
  savedAt: instant.nullable(),
})
export type AllocationRuleAnswer = z.infer<typeof allocationRule>

/** GET and PUT /personal-data */
export const personalDataRules = z.object({
  endedDays: count.describe('The organization’s own: so many days after an order has left or was cancelled.'),
  unsentDays: count.describe(
    'The organization’s own: so many days after it was read, of an order that never leaves.',
  ),
  connections: z
    .array(
      z.object({
        connectionId: z.string(),
        name: z.string(),
        endedDays: count.describe('What counts: the stricter of the organization’s and the platform’s.'),
        unsentDays: count,
        platform: z
          .object({
            endedDaysMax: count.nullable().describe('Null: it names no number of days.'),
            unsentDaysMax: count.nullable(),
            demands: z.object({ en: z.string(), zh: z.string() }),
            source: z.string(),
            verified: z.boolean(),
          })
          .nullable()
          .describe('What its platform demands; null: nothing that is known.'),
      }),
    )
    .describe('What follows for the orders of each connection.'),
  version: count.describe('0: nobody has said one, and it is 30 and 180 days.'),
  actor: z.string().nullable(),
  savedAt: instant.nullable(),
})
export type PersonalDataRules = z.infer<typeof personalDataRules>

/** PUT /connections/:id/fulfilment */
export const shipsOrders = z.object({
  connectionId: z.string(),
  shipsOrders: z.boolean(),
  from: instant.nullable().describe('Orders placed since then are sent by the hub.'),
})
export type ShipsOrdersAnswer = z.infer<typeof shipsOrders>
