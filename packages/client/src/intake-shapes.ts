import { z } from 'zod'
import { problemTold } from './told-trouble.ts'

/** How a connection takes in and is read back: its webhooks, streams, gaps, jobs and differences. */

const count = z.int()
const instant = z.iso.datetime()

/** Work beside the lane: a backfill, an audit, "sync now", or an import of listings. GET /jobs/:id */
export const syncJob = z.object({
  jobId: z.string(),
  connectionId: z.string(),
  kind: z.enum(['backfill', 'audit', 'sync-now', 'import']),
  state: z.enum(['waiting', 'running', 'done', 'failed', 'cancelled']),
  reason: z.enum(['asked', 'gap']),
  from: instant.nullable().describe('Of a backfill: orders that changed from then on.'),
  to: instant.nullable().describe('Before then; null: until now.'),
  listingId: z.string().nullable(),
  total: count
    .nullable()
    .describe(
      'Of an audit, the levels to read; of an import, the listings of the platform; null where it is not known.',
    ),
  done: count.describe('Orders, levels; of an import, listings read.'),
  result: z
    .record(z.string(), z.unknown())
    .describe(
      'Of a backfill `fresh`, `beforeOpening`, `unreadable`; of an audit `listingsRead`, `levelsRead`, `agreeing`, `firstLooks`, `differing` (by `class` and `healed`), `healed`, `left`; of "sync now" its `levels`; of an import `stage` (locations, listings, vanished, mapping, levels, finish, done), `locations`, `listings`, `mappedBySku`, `levels`, `untracked`, `replayed`, and `prepared`: listings in the file that the platform is still making.',
    ),
  problem: z.string().nullable(),
  problemTold,
  createdAt: instant,
  startedAt: instant.nullable(),
  finishedAt: instant.nullable(),
})
export type SyncJobView = z.infer<typeof syncJob>

/** GET and POST /audits: the last audit of each connection. */
export const auditList = z.object({ rows: z.array(syncJob.extend({ connectionName: z.string() })) })
export type AuditList = z.infer<typeof auditList>

/** GET /connections/:id/jobs */
export const syncJobList = z.object({ rows: z.array(syncJob) })

export const editRule = z.enum(['hub-wins', 'platform-wins', 'ask'])
const staleKind = z.enum(['notice', 'buffer', 'percent', 'zero'])

/** GET /connections/:id/intake */
export const connectionIntake = z.object({
  connectionId: z.string(),
  editRule,
  webhooks: z.object({
    verdict: z
      .enum(['none', 'unknown', 'healthy', 'poor', 'silent'])
      .describe(
        'none: the hub has no public address. Healthy ones let polls be slow; silent ones are registered again.',
      ),
    arrived: count.describe('Order versions noticed lately that a webhook brought.'),
    missed: count.describe('Those that only a poll found.'),
    delayMs: count.nullable().describe('From a change to its webhook, a running mean.'),
    lastWebhookAt: instant.nullable(),
    judgedAt: instant.nullable(),
    checkedAt: instant.nullable().describe('When the subscriptions were last looked at.'),
    repairs: count,
    repairedAt: instant.nullable(),
    failures: count.describe('Registrations in a row that failed.'),
    problem: z.string().nullable(),
  }),
  streams: z.array(
    z.object({
      stream: z.string().describe('orders, levels, gaps, and what else the connector offers.'),
      since: instant.describe('Where the next read begins.'),
      readAt: instant.nullable().describe('When the last complete read began.'),
      changedAt: instant.nullable().describe('When something new last came in.'),
      nextAt: instant.nullable(),
      failures: count,
      problem: z.string().nullable(),
    }),
  ),
  staleOrders: z
    .object({ kind: staleKind, amount: count, since: instant })
    .nullable()
    .describe('Its orders have not been read for too long; what the other channels keep back.'),
  gaps: z.array(
    z.object({
      gapId: z.string(),
      foundBy: z.enum(['count', 'number']),
      from: instant,
      to: instant,
      missing: count,
      state: z.enum(['open', 'filled', 'unexplained']),
      jobId: z.string().nullable(),
      foundAt: instant,
      closedAt: instant.nullable(),
    }),
  ),
  jobs: z.array(syncJob),
})
export type ConnectionIntake = z.infer<typeof connectionIntake>

/** GET /jobs/:id/differences: what an audit found. */
export const differencePage = z.object({
  rows: z.array(
    z.object({
      differenceId: z.string(),
      sku: z.string().nullable(),
      listing: z.string().nullable().describe('External id of a listing that was unknown or is gone.'),
      stockUnit: z.string(),
      externalLocation: z.string().nullable(),
      expected: count.nullable(),
      observed: count.nullable(),
      class: z
        .string()
        .nullable()
        .describe(
          'in-flight, unseen-sale, edited-on-platform, platform-correction, unknown-listing, gone, untracked; null while it is looked at again.',
        ),
      healed: z
        .string()
        .nullable()
        .describe('written, fetched, adjusted, asked, imported, closed, explained, left.'),
      readAt: instant,
    }),
  ),
  next: z.string().nullable(),
})
export type DifferencePage = z.infer<typeof differencePage>

/** GET /drifts, newest first. */
export const driftPage = z.object({
  asked: count.describe('How many wait for a person, of the connection that was asked about or of all.'),
  rows: z.array(
    z.object({
      driftId: z.string(),
      connectionId: z.string(),
      levelId: z.string(),
      sku: z.string().nullable(),
      listing: z
        .object({ listingId: z.string(), externalId: z.string(), title: z.string() })
        .nullable()
        .describe('Null: the level is gone since.'),
      place: z.string().nullable().describe('Of the platform.'),
      accepting: z
        .object({ location: z.string(), units: count })
        .nullable()
        .describe('What is booked if the platform’s number counts, base units; null: the hub’s must.'),
      observed: count,
      expected: count.nullable(),
      cause: z.string(),
      rule: z.string().nullable(),
      healed: z.string(),
      foundAt: instant,
      healedAt: instant.nullable(),
    }),
  ),
  next: z.string().nullable(),
})
export type DriftPage = z.infer<typeof driftPage>

/** POST /drifts/resolve */
export const driftsResolved = z.object({
  resolved: count,
  refused: z
    .array(z.object({ driftId: z.string(), code: z.string(), message: z.string() }))
    .describe('They stay asked.'),
  left: count.describe('Found by then and not looked at yet: ask once more.'),
})
export type DriftsResolved = z.infer<typeof driftsResolved>

/** GET and PUT /stale-rules */
export const staleRules = z.object({
  rows: z.array(
    z.object({
      connectionId: z.string().nullable().describe('Null: of everything.'),
      afterMs: count,
      kind: staleKind,
      amount: count,
    }),
  ),
})
