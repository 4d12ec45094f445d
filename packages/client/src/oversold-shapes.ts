import { z } from 'zod'
import { protectionMode } from './protection-shapes.ts'

const count = z.int().min(0)
const moment = z.iso.datetime()

export const oversoldCause = z
  .enum(['platform', 'person', 'delay', 'race', 'unexplained'])
  .describe(
    'Whose fault: the platform sold more than it showed; a person; our delay; a race between channels that no hub could have won; nothing on record explains it.',
  )

const milliseconds = z.number().nullable().describe('Null: it had not happened when that was judged.')

/** One order line’s units beyond what was there, of one cause, with what is known of them. */
export const oversoldCase = z.object({
  lineId: z.string(),
  orderId: z.string(),
  orderNumber: z.string(),
  connectionId: z.string(),
  connectionName: z.string(),
  sku: z.string(),
  cause: oversoldCause,
  units: count.describe('Base units.'),
  placedAt: moment,
  foundAt: moment,
  final: z.boolean().describe('False while late facts may still change it.'),
  parts: z.array(
    z.object({
      units: count,
      because: z.string(),
      story: z.string().describe('A sentence for a person.'),
      by: z.string().nullable().describe('The other sale, or the kind of movement.'),
      afterMs: milliseconds.describe('How long after that the order was placed.'),
      delay: z
        .object({
          seenMs: milliseconds,
          appliedMs: milliseconds,
          writtenMs: milliseconds,
          platformMs: milliseconds,
        })
        .nullable(),
    }),
  ),
})

/** GET /oversold?since=: by connection and cause, and the cases, newest first, at most 500. */
export const oversoldReport = z.object({
  since: moment,
  units: count,
  byCause: z.array(
    z.object({
      connectionId: z.string(),
      connectionName: z.string(),
      cause: oversoldCause,
      units: count,
      orders: count,
    }),
  ),
  cases: z.array(oversoldCase),
})
export type OversoldReport = z.infer<typeof oversoldReport>

/** GET /items/:sku/explain?at=: what is on record of an item’s levels at a moment. */
export const explainedAt = z.object({
  sku: z.string(),
  at: moment,
  stock: z
    .array(
      z.object({
        locationCode: z.string(),
        onHand: z.int(),
        reserved: z.int(),
        held: z.int(),
        available: z.int(),
      }),
    )
    .nullable()
    .describe('As the ledger said then; null: not known any more.'),
  levels: z.array(
    z.object({
      connectionId: z.string(),
      connectionName: z.string(),
      listing: z.string(),
      location: z.string(),
      wanted: z.int().nullable(),
      because: z.string().nullable(),
      wantedAt: moment.nullable(),
      causedAt: moment.nullable().describe('When the first of what changed it came about.'),
      mode: protectionMode
        .nullable()
        .describe('The protection in force then; null: not known, or of a kit whose parts differ.'),
      protection: z
        .enum(['open', 'buffered', 'tightening', 'guaranteed'])
        .nullable()
        .describe('How it was protected when it came to want this; null: that was not kept yet.'),
      keptBack: count
        .nullable()
        .describe('Listing units fewer that it wanted because of that, than its policies let it.'),
      sent: z.int().nullable(),
      sentAt: moment.nullable(),
      sentState: z.string().nullable().describe('What was known of it then.'),
      acknowledged: z.int().nullable(),
      acknowledgedAt: moment.nullable(),
    }),
  ),
  orders: z.array(
    z.object({
      orderId: z.string(),
      connectionName: z.string(),
      number: z.string(),
      placedAt: moment,
      seenAt: moment,
      appliedAt: moment,
      units: count,
      isKnown: z.boolean().describe('False: placed by then, and the hub learned of it later.'),
    }),
  ),
  policies: z.array(
    z.object({
      scope: z.string(),
      scopeId: z.string(),
      since: moment.nullable(),
      fields: z.record(z.string(), z.unknown()).nullable(),
      isKnown: z.boolean(),
    }),
  ),
  protections: z
    .array(
      z.object({
        scope: z.enum(['organization', 'connection', 'item']),
        scopeId: z.string(),
        connectionName: z.string().nullable(),
        sku: z.string().nullable().describe('Of the item, or of a part of the kit.'),
        mode: protectionMode.nullable().describe('Null: what was set is not known any more.'),
        oversellsPerMillion: z.int().nullable(),
        since: moment.nullable(),
        actor: z.string().nullable().describe('Who set it; null: that was not kept yet.'),
      }),
    )
    .describe('Those that were set, from far to near; none: automatic.'),
  unknown: z.array(z.string()).describe('What of that moment is not on record, in sentences.'),
})
export type ExplainedAt = z.infer<typeof explainedAt>
