import { z } from 'zod'
import { inboundShipment, transfer } from './place-shapes.ts'

/** What the routes of replenishment answer. Quantities are base units, days are days at the location, as 2026-11-27. */

const count = z.int()
const day = z.iso.date()
const urgency = z
  .enum(['out', 'late', 'due', 'soon', 'enough', 'no-demand', 'unknown', 'off'])
  .describe(
    'out: nothing is available; late: runs out before units ordered now would come; due: to be ordered now; soon: by the next look; no-demand; unknown: not enough history; off: not to be replenished.',
  )
const because = z.enum([
  'source-has-too-little',
  'source-unknown',
  'held-for-channels',
  'below-minimum',
  'no-source',
  'parts-missing',
  'surplus-first',
])
const suggestion = z.object({
  id: z.string().describe('What POST /replenishment/accept takes; another one once anything of it changes.'),
  kind: z
    .enum(['transfer', 'purchase', 'assembly'])
    .describe('assembly: to be put together there; that is not accepted but recorded once it is done.'),
  from: z.string().nullable().describe('Code of the location that a transfer leaves.'),
  supplier: z.string().nullable().describe('Of a purchase, where one is set.'),
  units: count,
})

/** One item at one location. */
export const replenishmentRow = z.object({
  sku: z.string(),
  name: z.string(),
  location: z.string().describe('Its code.'),
  urgency,
  available: count,
  incoming: count.describe('On its way: what open documents bring, drafts of transfers too.'),
  perDay: z.number().nullable().describe('Demand; null: not enough history.'),
  coverDays: z
    .number()
    .nullable()
    .describe('How long what is available lasts; null: not known, or nothing sells.'),
  runsOutOn: day
    .nullable()
    .describe('With what arrives until then; null: not within ten years, or not known.'),
  leadDays: count,
  reorderPoint: count.nullable().describe('That it is ordered by: of the location and those it supplies.'),
  orderUpTo: count.nullable(),
  wanted: count.describe('What is missing up to that, in whole packs; 0: it is not due.'),
  because: because.nullable().describe('Why less is suggested than wanted.'),
  suggestion: suggestion.nullable(),
})
export type ReplenishmentRow = z.infer<typeof replenishmentRow>

/** GET /replenishment. */
export const replenishmentPage = z.object({
  rows: z.array(replenishmentRow),
  next: z.string().nullable(),
  totals: z
    .array(z.object({ location: z.string(), urgency, items: count, suggested: count }))
    .describe('Of all items, by location and urgency, whatever is asked for.'),
  plannedAt: z.iso.datetime().nullable().describe('When all items were last looked at; null: never yet.'),
})
export type ReplenishmentPage = z.infer<typeof replenishmentPage>

const scope = z.enum(['item-at-location', 'item', 'location', 'organization', 'default'])
const levels = z.object({
  demandOverLead: count,
  safetyStock: count,
  reorderPoint: count,
  orderUpTo: count,
  leastOrder: count,
})

/** GET /replenishment/:sku/:location: every figure that led to the row. */
export const replenishmentExplained = replenishmentRow.extend({
  plannedAt: z.iso.datetime(),
  stock: z.object({
    onHand: count,
    reserved: count,
    held: count,
    blocked: count.describe('Of lots that may not leave.'),
    granted: count.describe('That channels may sell already: not to be sent away.'),
    leaving: count.describe('In drafts of transfers from here.'),
    position: count.describe('Available and incoming less leaving.'),
    spare: count.describe('What others may be given.'),
  }),
  incomingUnits: z.array(
    z.object({
      document: z.enum(['transfer', 'inbound']),
      id: z.string(),
      isDraft: z.boolean(),
      units: count,
      on: day.nullable(),
      isLate: z.boolean().describe('That day has passed: it is not counted on.'),
    }),
  ),
  demand: z.object({
    kind: z.enum(['measured', 'expected', 'not-enough']),
    perDay: z.number(),
    deviationPerDay: z.number().describe('Standard deviation from day to day.'),
    daysCounted: z.number(),
    unitsCounted: count,
    daysWithoutStock: count,
    daysLeftOut: count,
    outlierDays: z.array(day),
    daysSoldAhead: count,
    measuredAt: z.iso.datetime().nullable(),
    historyDays: count,
    minimumDays: count,
  }),
  history: z
    .object({
      since: day,
      units: z.array(count),
      stocked: z.array(z.number()),
      leftOut: z.array(count),
      fromElsewhere: count.describe(
        'Of the units: left from elsewhere, or wait there, because there was too little here.',
      ),
    })
    .nullable()
    .describe(
      'Day by day from `since`: units ordered, the part of the day with stock, and which days were left out.',
    ),
  levels: levels.nullable().describe('Of the location alone.'),
  network: z
    .object({ perDay: z.number(), position: count, levels, places: z.array(z.string()) })
    .nullable()
    .describe('With the locations that it supplies, and kits put together of it: what it orders by.'),
  kits: z
    .array(z.object({ sku: z.string(), each: count, perDay: z.number(), position: count, wanted: count }))
    .describe(
      'Kits that are put together of it here: units of it in each, kits a day, kits there and coming, kits to be put together now.',
    ),
  settings: z.array(
    z.object({
      field: z.string(),
      value: z.union([z.string(), z.number(), z.boolean()]).nullable(),
      from: scope,
    }),
  ),
})
export type ReplenishmentExplained = z.infer<typeof replenishmentExplained>

/** POST /replenishment/accept. */
export const replenishmentAccepted = z.object({
  transfers: z.array(transfer),
  inboundShipments: z.array(inboundShipment),
})
export type ReplenishmentAccepted = z.infer<typeof replenishmentAccepted>

const fields = z.object({
  replenish: z.boolean().optional(),
  source: z.string().optional(),
  supplier: z.string().optional(),
  supplierLeadDays: count.optional(),
  supplierDeviationDays: count.optional(),
  assemblyDays: count.optional(),
  transferLeadDays: count.optional(),
  transferDeviationDays: count.optional(),
  servicePercent: z.number().optional(),
  reviewDays: count.optional(),
  packUnits: count.optional(),
  minimumUnits: count.optional(),
  historyDays: count.optional(),
  minimumHistoryDays: count.optional(),
  outliers: z.enum(['count', 'leave-out']).optional(),
  expectedPerDay: z.number().optional(),
})

export const replenishmentSetting = z.object({
  sku: z.string().nullable().describe('Null: of all items.'),
  location: z.string().nullable().describe('Null: at all locations.'),
  fields: fields.describe('`source` is `supplier`, `assembly` or the code of a location.'),
  actor: z.string(),
  savedAt: z.iso.datetime(),
})
export type ReplenishmentSetting = z.infer<typeof replenishmentSetting>

const leftOutDays = z.object({
  id: z.string(),
  sku: z.string().nullable(),
  location: z.string().nullable(),
  since: day,
  until: day.describe('The last of them.'),
  reason: z.string(),
  actor: z.string(),
})

/** GET, PATCH /replenishment-settings and both routes of /demand-left-out. */
export const replenishmentSettings = z.object({
  rows: z.array(replenishmentSetting),
  leftOut: z.array(leftOutDays).describe('Days that demand is not measured from.'),
})
export type ReplenishmentSettings = z.infer<typeof replenishmentSettings>
