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
  incomingPercent: count.max(100).nullable().describe('How much of that, in percent.'),
  incomingWithinDays: count
    .max(3_650)
    .nullable()
    .describe('Only what inbound shipments are expected to bring within so many days.'),
  pool: z
    .array(z.string())
    .nullable()
    .describe('Codes of the locations that may be sold from, out of those that the channel sells from.'),
  sharePercent: count
    .max(100)
    .nullable()
    .describe(
      'The most of the pool that is shown; with an exclusive share, of the rest, and none unless set.',
    ),
  exclusivePercent: count
    .min(1)
    .max(100)
    .nullable()
    .describe('Set aside for this connection or listing: no other shows it.'),
})
export type PolicyFields = z.infer<typeof policyFields>

const policyScope = {
  scope: z.enum(['organization', 'connection', 'item', 'listing']),
  connectionId: z.string().nullable(),
  connectionName: z.string().nullable(),
  listingId: z.string().nullable(),
  listingExternalId: z.string().nullable(),
  sku: z.string().nullable().describe('Of the item that it is set on.'),
}

/** GET /policies, from far to near; each field of the nearest policy that sets it wins. */
export const policyList = z.object({
  rows: z.array(policyFields.extend({ ...policyScope, updatedAt: z.iso.datetime() })),
})

/** A policy for a time. */
export const policyWindow = policyFields.extend({
  ...policyScope,
  windowId: z.string(),
  name: z.string(),
  startsAt: z.iso.datetime(),
  endsAt: z.iso.datetime(),
  timeZone: z.string(),
  state: z.enum(['planned', 'open', 'ended']),
  campaignUnits: count.nullable().describe('Listing units set aside for each listing, less what it sells.'),
  campaignSold: count.nullable().describe('Listing units sold since it began, while it is open.'),
})
export type PolicyWindowRow = z.infer<typeof policyWindow>

/** GET /policy-windows: those that end last first. */
export const policyWindowList = z.object({ rows: z.array(policyWindow) })
export type PolicyWindowList = z.infer<typeof policyWindowList>

const shown = z.object({
  units: count,
  because: z
    .enum([
      'available',
      'share',
      'set-aside',
      'below-floor',
      'capped',
      'fixed',
      'paused',
      'platform-maximum',
      'granted',
      'kept',
      'recalled',
      'waiting',
      'tightening',
      'zeroed',
    ])
    .describe('What decides the number.'),
  protection: z
    .enum(['open', 'buffered', 'tightening', 'guaranteed'])
    .describe('How it is protected then: `tightening`, no guarantee holds.'),
  estimate: z
    .enum(['measured-now', 'unsettled'])
    .nullable()
    .describe(
      'Null: the number that it comes to if nothing else changes. `measured-now`: by how it sells, as far as is known now. `unsettled`: it depends on the order in which channels answer, or on what is not known yet.',
    ),
})

/** POST /whatif: what levels would show once the channels have settled; nothing is changed. */
export const whatIf = z.object({
  at: z.iso.datetime(),
  totals: z.object({
    levels: count,
    changed: count,
    lowered: count,
    raised: count,
    toZero: count.describe('Levels that show something now and would show zero.'),
    unitsBefore: count,
    unitsAfter: count,
    estimated: count.describe('Levels of which what they would show is an estimate.'),
  }),
  rows: z
    .array(
      z.object({
        levelId: z.string(),
        sku: z.string(),
        connectionId: z.string(),
        connectionName: z.string(),
        stockUnitId: z.string(),
        externalLocation: z.string(),
        title: z.string().nullable(),
        before: shown,
        after: shown,
      }),
    )
    .describe('Those that would go to zero first, then the greatest changes.'),
  next: z.string().nullable().describe('More items are looked at from this cursor.'),
})
export type WhatIfAnswer = z.infer<typeof whatIf>
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
