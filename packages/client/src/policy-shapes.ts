import { z } from 'zod'

const count = z.int().min(0)

/** What a policy may set; null: not set here. */
export const policyFields = z.object({
  bufferUnits: count.nullable().describe('Base units kept back.'),
  bufferPercent: count
    .max(100)
    .nullable()
    .describe('Share of the available units kept back; the larger of both buffers counts.'),
  cap: count.nullable().describe('The most that is shown, in listing units.'),
  floor: count.nullable().describe('Fewer listing units than this are shown as 0.'),
  fixed: count.nullable().describe('Shown whatever there is, in listing units.'),
  paused: z.boolean().nullable().describe('Shows 0.'),
  minShelfLifeDays: count
    .max(36_500)
    .nullable()
    .describe('Days that a lot must last from today to be shown.'),
  promiseIncoming: z.boolean().nullable().describe('Whether what is on its way may be promised too.'),
})
export type PolicyFields = z.infer<typeof policyFields>

/** GET /policies, from far to near; each field of the nearest policy that sets it wins. */
export const policyList = z.object({
  rows: z.array(
    policyFields.extend({
      scope: z.enum(['organization', 'connection', 'listing']),
      connectionId: z.string().nullable(),
      connectionName: z.string().nullable(),
      listingId: z.string().nullable(),
      listingExternalId: z.string().nullable(),
      updatedAt: z.iso.datetime(),
    }),
  ),
})
export type PolicyList = z.infer<typeof policyList>

/** GET and PUT /shelf-life-minimums: fewest days that a lot must have left when units are allocated. */
export const shelfLifeMinimums = z.object({
  rows: z.array(
    z.object({
      scope: z.enum(['organization', 'connection', 'customer']),
      name: z.string().nullable().describe('Of the connection or customer, as `shelfLifeFor` says it.'),
      days: count,
    }),
  ),
})
export type ShelfLifeMinimums = z.infer<typeof shelfLifeMinimums>
