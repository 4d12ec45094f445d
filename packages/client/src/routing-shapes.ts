import { z } from 'zod'

/** What the routes of routing answer. Units are base units. */

const count = z.int()
const rule = z
  .looseObject({ kind: z.string() })
  .describe('One rule: `kind` and what it takes; the guide to routing lists them.')

/** GET and PUT /routing-rules. */
export const routingRulesAnswer = z.object({
  version: count.describe('0: nobody has written any, the defaults hold. Send it as If-Match.'),
  actor: z.string().nullable(),
  savedAt: z.iso.datetime().nullable(),
  rules: z.array(rule),
})
export type RoutingRulesAnswer = z.infer<typeof routingRulesAnswer>

const summary = z.object({
  parcels: count,
  split: count.describe('Orders in more than one parcel.'),
  byLocation: z.array(z.object({ code: z.string(), parcels: count, units: count })),
  waitingOrders: count,
  waitingUnits: count,
  because: z.record(z.string(), count).describe('Units that wait, by why.'),
  cost: z.number().nullable().describe('By the cost table; null: there is none, or it misses a parcel.'),
  exact: count.describe('Orders whose plan is proved to be the best there is.'),
})

/** POST /routing-rules/try. */
export const routingTrial = z.object({
  orders: count,
  withDestination: count,
  present: summary.describe('By the rules in force.'),
  tried: summary.describe('By those given.'),
  changed: count.describe('Orders that would leave from elsewhere.'),
  differences: z.array(
    z.object({
      orderId: z.string(),
      number: z.string(),
      present: z.array(z.string()).describe('Codes of locations.'),
      tried: z.array(z.string()),
    }),
  ),
})
export type RoutingTrialAnswer = z.infer<typeof routingTrial>

/** Why from these places. */
export const orderRoutingWhy = z.object({
  exact: z.boolean().describe('False: more ways than could be looked at.'),
  destinationKnown: z.boolean(),
  preferences: z
    .array(z.object({ rule: count.nullable(), kind: z.string(), value: z.number() }))
    .describe('What the plan comes to by each, in their order; less is better, but for units routed.'),
  places: z.array(
    z.object({
      code: z.string(),
      verdict: z.enum(['chosen', 'excluded', 'empty', 'worse']),
      rule: count.nullable().describe('Place of the rule in the list, from 0; null: none of the list.'),
      kind: z.string().nullable().describe('What excluded it, or the preference by which it alone is worse.'),
      chosen: z.number().nullable().describe('What the plan comes to by that preference.'),
      alone: z.number().nullable().describe('What this place alone would come to.'),
      kept: z.boolean().nullable().describe('Of an empty place: there are units that rules keep back.'),
    }),
  ),
})

/** GET /orders/:id/routing. */
export const orderRouting = z.object({
  orderId: z.string(),
  number: z.string(),
  rulesVersion: count,
  parcels: z.array(
    z.object({
      location: z.string().describe('Its code.'),
      lines: z.array(z.object({ lineId: z.string(), sku: z.string(), units: count })),
    }),
  ),
  waiting: z.array(z.object({ lineId: z.string(), sku: z.string(), units: count, because: z.string() })),
  cost: z.number().nullable(),
  why: orderRoutingWhy,
})
export type OrderRouting = z.infer<typeof orderRouting>
