import { z } from 'zod'

const count = z.int().min(0)
const instant = z.iso.datetime()

/** GET /overview/series?span=&offsetMinutes=: what the charts draw, oldest first, empty steps included. */
export const overviewSeries = z.object({
  span: z.enum(['day', 'week', 'month']),
  stepMs: count,
  steps: z.array(
    z.object({
      at: instant.describe('When it begins; the last one is not over yet.'),
      sales: z
        .array(z.object({ connectionId: z.string(), orders: count, units: count }))
        .describe('Orders first seen by channel, and the base units that they asked for.'),
      writes: count.describe('Writes that platforms took.'),
      emptied: count.describe(
        'Of these: shelves that still showed units and were set to zero, for they were gone.',
      ),
      delayMs: z
        .object({ p50: z.number(), p99: z.number() })
        .nullable()
        .describe('From a cause to the lower number shown, within 10%; null without a write.'),
      stock: z
        .object({ onHand: z.int(), reserved: z.int() })
        .nullable()
        .describe('Base units over all locations, as last sampled in it; null without a sample.'),
      oversoldUnits: count.describe('Base units sold beyond what was there, by when they were ordered.'),
    }),
  ),
  now: instant,
})
export type OverviewSeries = z.infer<typeof overviewSeries>

/** GET /overview/flow: the brand's systems and what flows between them. */
export const overviewFlow = z.object({
  connections: z.array(
    z.object({
      connectionId: z.string(),
      connector: z.string(),
      connectorName: z.string(),
      colour: z.string(),
      name: z.string(),
      kind: z.enum(['channel', 'warehouse', 'erp']),
      state: z.enum(['draft', 'shadow', 'live', 'paused']),
      isRefused: z.boolean().describe('The platform refuses its credentials.'),
      error: z.string().nullable().describe('What stands in its way, one plain sentence; null: nothing.'),
      ordersPerMinute: z.number().describe('Over the last five minutes.'),
      writesPerMinute: z.number().describe('Over the last five minutes.'),
      delayMs: z
        .number()
        .nullable()
        .describe(
          'Median from a cause to the lower number shown, over the last five minutes; null: no write.',
        ),
      waiting: count.describe('Writes and events that wait.'),
      parked: count.describe('Events that wait for a person.'),
      shipmentsOpen: count.describe('Shipments asked of it and not sent yet.'),
      ordersKnownUntil: instant.nullable(),
    }),
  ),
  locations: z.array(
    z.object({
      locationId: z.string(),
      code: z.string(),
      name: z.string(),
      kind: z.string(),
      countedBy: z.string().nullable().describe('The connection whose count is the truth; null: the hub’s.'),
      onHand: z.int().nullable().describe('Base units, as of the last full hour; null: not sampled yet.'),
    }),
  ),
  now: instant,
})
export type OverviewFlow = z.infer<typeof overviewFlow>
