import { z } from 'zod'

const count = z.int().min(0)
const moment = z.iso.datetime()

/** One hold: writes that wait for a person's word. */
export const hold = z.object({
  holdId: z.string(),
  connectionId: z.string(),
  connectionName: z.string(),
  kind: z.enum(['zero', 'raise', 'first-batch', 'go-live']),
  state: z.enum(['waiting', 'confirmed', 'refused', 'passed']),
  listings: count.describe('How many listings it holds, or held.'),
  ofListings: count.describe('Of so many.'),
  units: count.describe('Units that would no longer be offered, or that would be offered on top.'),
  held: count.describe('Levels that still wait.'),
  detail: z.string().describe('What waits, what is at stake, what to do.'),
  openedAt: moment,
  decidedAt: moment.nullable(),
  decidedBy: z.string().nullable(),
  reason: z.string().nullable(),
})
export type Hold = z.infer<typeof hold>

/** GET /holds, newest first. */
export const holdList = z.object({ rows: z.array(hold) })
export type HoldList = z.infer<typeof holdList>

/** GET /holds/:id with its listings, those with most at stake first, at most 1,000. */
export const holdDetail = hold.extend({
  rows: z.array(
    z.object({
      levelId: z.string(),
      listing: z.string(),
      sku: z.string().nullable(),
      title: z.string(),
      location: z.string(),
      shown: z.int().nullable(),
      wants: z.int().nullable(),
      because: z.string().nullable(),
      state: z.enum(['held', 'allowed']),
    }),
  ),
})
export type HoldDetail = z.infer<typeof holdDetail>

/** GET and PUT /guard: how much may go to zero, or rise, at once without a person's word. */
export const guardSettings = z.object({
  zeroPercent: count
    .max(100)
    .describe('Above this share of the listings that show something, zeros are held.'),
  zeroMinimum: count.min(1).describe('Fewer listings are never held.'),
  raisePercent: count.max(100).describe('Above this share of the listings, raises are held.'),
  raiseMinimum: count.min(1).describe('Fewer listings are never held.'),
  raiseFactor: count.min(1).describe('More than so many times what is shown is a raise that counts.'),
  windowSeconds: count.min(1).describe('Changes within so many seconds are one.'),
})
export type GuardSettings = z.infer<typeof guardSettings>

/** GET /pauses: what stops writes now, and who stopped and started what. */
export const pauseList = z.object({
  halts: z.array(
    z.object({
      scope: z.enum(['hub', 'organization']),
      reason: z.string(),
      actor: z.string(),
      since: moment,
    }),
  ),
  connections: z.array(
    z.object({
      connectionId: z.string(),
      name: z.string(),
      state: z.string(),
      reasons: z.array(z.string()),
      zeroing: z
        .object({ reason: z.string(), left: count, stuck: count })
        .nullable()
        .describe('All it sells is to show 0: levels that do not yet, and those whose platform refused.'),
    }),
  ),
  changes: z.array(
    z.object({
      scope: z.enum(['hub', 'organization', 'connection']),
      connectionName: z.string().nullable(),
      what: z.enum(['paused', 'resumed', 'zeroing', 'zeroed', 'went-live']),
      reason: z.string(),
      actor: z.string(),
      at: moment,
    }),
  ),
})
export type PauseList = z.infer<typeof pauseList>

const shadowTotals = z.object({
  levels: count,
  up: count,
  down: count,
  zero: count,
  same: count,
  unknown: count.describe('Read before they are written.'),
  untouched: count.describe('Tied to no item, not counted by the platform, or not writable.'),
  unitsMapped: z.int().describe('Units that the platform shows of listings that are tied to items.'),
  unitsUnmapped: z.int(),
  unitsWouldShow: z.int(),
})

/** GET /connections/:id/shadow: what would be written, and how it differs from what the platform shows. */
export const shadowReport = z.object({
  totals: shadowTotals,
  rows: z.array(
    z.object({
      levelId: z.string(),
      listing: z.string(),
      sku: z.string().nullable(),
      title: z.string(),
      location: z.string(),
      shows: z.int().nullable(),
      wouldShow: z.int().nullable(),
      because: z.string().nullable(),
      difference: z.enum(['up', 'down', 'zero', 'same', 'unknown', 'untouched']),
    }),
  ),
})
export type ShadowReport = z.infer<typeof shadowReport>

/** POST /connections/:id/preview: the same, kept, so that going live can name what was seen. */
export const preview = shadowReport.extend({
  previewId: z.string(),
  digest: z.string(),
  writes: count.describe('How many levels going live would write.'),
  madeAt: moment,
})
export type Preview = z.infer<typeof preview>

/** A cut-over and where it stands. */
export const cutover = z.object({
  cutoverId: z.string(),
  name: z.string(),
  connectionId: z.string().describe('The connection that goes live.'),
  source: z.enum(['connection', 'file', 'count']),
  sourceConnectionId: z.string().nullable(),
  asOf: moment.nullable().describe('The moment that the opening stock is true for.'),
  state: z.enum(['begun', 'orders-imported', 'proposed', 'approved', 'applied', 'live', 'cancelled']),
  digest: z.string().nullable().describe('Of the proposal; approving names it.'),
  actor: z.string(),
  approvedBy: z.string().nullable(),
  begunAt: moment,
  changedAt: moment,
})
export type Cutover = z.infer<typeof cutover>

/** GET /cutovers, newest first, at most 200. */
export const cutoverList = z.object({ rows: z.array(cutover) })
export type CutoverList = z.infer<typeof cutoverList>

/** GET /cutovers/:name with the differences of its proposal, the largest first. */
export const cutoverDetail = cutover.extend({
  rows: z.array(
    z.object({
      sku: z.string(),
      locationCode: z.string(),
      proposed: z.int().describe('On hand by the source.'),
      ledger: z.int().describe('On hand by the ledger, at the same moment.'),
      reserved: z.int().describe('Units of open orders there, now.'),
      skipped: z.string().nullable().describe('Why nothing is done about it.'),
      skippedCode: z
        .enum(['virtual-kit', 'lot', 'serial', 'several-listings', 'counted-since'])
        .nullable()
        .describe('The same as a code.'),
    }),
  ),
})
export type CutoverDetail = z.infer<typeof cutoverDetail>

/** POST /cutovers/:name/orders: how many events of orders still wait, how many are parked, and how far the numbers are read. */
export const cutoverOrders = cutover.extend({
  waiting: count,
  parked: count,
  numbers: z
    .object({ read: count, total: count.nullable().describe('Null: not known yet.') })
    .nullable()
    .describe('How many of the source’s numbers are read, while they are being read.'),
})
export type CutoverOrders = z.infer<typeof cutoverOrders>

/** GET /orders/:id/timeline: when it was placed, seen and applied, and when each other channel showed it. */
export const orderTimeline = z.object({
  orderId: z.string(),
  connectionName: z.string(),
  number: z.string(),
  state: z.string(),
  placedAt: moment.describe('By the platform’s clock.'),
  seenBy: z.string(),
  seenAt: moment,
  appliedAt: moment,
  channels: z.array(
    z.object({
      connectionName: z.string(),
      listing: z.string(),
      sku: z.string(),
      location: z.string(),
      wantedAt: moment.nullable().describe('When the hub wanted another number there; null: it never did.'),
      wanted: z.int().nullable(),
      sentAt: moment.nullable(),
      shownAt: moment.nullable().describe('When the platform had it.'),
      outcome: z.string().nullable(),
    }),
  ),
})
export type OrderTimeline = z.infer<typeof orderTimeline>
