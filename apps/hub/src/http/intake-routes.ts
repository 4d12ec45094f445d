import { Readable } from 'node:stream'
import {
  auditList,
  connectionIntake,
  differencePage,
  done,
  driftPage,
  driftsResolved,
  editRule,
  staleRules,
  syncJob,
  syncJobList,
} from '@plimsoll/client'
import { writeCsv } from '@plimsoll/files'
import {
  cancelSyncJob,
  changeEditRule,
  changeStaleRule,
  getAudit,
  getSyncJob,
  listAudits,
  listStaleRules,
  listSyncJobs,
  requestAudit,
  requestBackfill,
  resolveDrift,
  resolveDrifts,
} from '@plimsoll/sync'
import type { FastifyPluginAsync } from 'fastify'
import { z } from 'zod'
import { findDifferencePage, findDrifts, toJobView } from '../views/intake.store.ts'
import { AUDIT_HEADER, auditRows, beginAudits, getIntake, showAudits, syncAndWait } from '../views/intake.ts'
import { fileAnswer, fileHeaders } from './file-answer.ts'
import { pageQuery } from './page-query.ts'
import { addRawRoute, addRoute } from './route.ts'
import type { ServerContext } from './server.ts'

const MINUTE_MS = 60_000
const connection = z.object({ id: z.uuid('give the id of a connection') })
const job = z.object({ id: z.uuid('give the id of a job') })
const moment = z.iso.datetime({ offset: true, error: 'give a moment such as 2026-05-01T00:00:00Z' })
const period = z.strictObject({
  from: moment.describe('Orders that changed from then on.'),
  to: moment.optional().describe('And before then; until now without it.'),
})
const jobsQuery = z.object({
  kind: z.enum(['backfill', 'audit', 'sync-now', 'import']).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
})
const driftsQuery = pageQuery.extend({
  asked: z.enum(['true', 'false']).default('false').describe('true: those that wait for a person.'),
  connection: z.uuid('give the id of a connection').optional(),
  sku: z.string().min(1).optional(),
})
const staleRule = z
  .strictObject({
    connection: z.string().min(1).optional().describe('Id or name; everything without it.'),
    afterMinutes: z.int().min(1).max(10_080).optional(),
    kind: z.enum(['notice', 'buffer', 'percent', 'zero']).nullable().describe('Null takes the rule back.'),
    amount: z
      .int()
      .min(0)
      .max(1_000_000_000)
      .optional()
      .describe('Of a buffer the base units kept back; of percent the share that is still shown.'),
  })
  .refine(({ kind, afterMinutes }) => kind === null || afterMinutes !== undefined, {
    path: ['afterMinutes'],
    message: 'say after how many minutes',
  })
  .refine(({ kind, amount }) => (kind !== 'buffer' && kind !== 'percent') || amount !== undefined, {
    path: ['amount'],
    message: 'say how much',
  })
  .refine(({ kind, amount = 0 }) => kind !== 'percent' || amount <= 100, {
    path: ['amount'],
    message: 'at most 100 percent',
  })
const tag = 'Connections'

/** How connections take in and are read back: health, jobs, differences, and the rules for both. */
export function intakeRoutes({ context }: ServerContext): FastifyPluginAsync {
  const { organizationId } = context
  const { kysely } = context.database
  return async (app) => {
    addRoute(
      app,
      {
        method: 'GET',
        path: '/connections/:id/intake',
        operation: 'getIntake',
        tag,
        summary: 'How it takes in: webhook health, streams with their last and next read, gaps, jobs.',
        params: connection,
        answers: { 200: connectionIntake },
        errors: ['unknown-connection'],
      },
      async ({ params: { id } }) => ({ 200: await getIntake(context, id) }),
    )
    addRoute(
      app,
      {
        method: 'PUT',
        path: '/connections/:id/edit-rule',
        operation: 'setEditRule',
        tag,
        summary: 'What becomes of numbers that somebody types into its own screens.',
        params: connection,
        body: z.strictObject({ rule: editRule }),
        answers: { 200: done },
        errors: ['unknown-connection'],
      },
      async ({ params: { id }, body: { rule } }) => {
        await changeEditRule(context, id, rule)
        return { 200: {} }
      },
    )
    addRoute(
      app,
      {
        method: 'POST',
        path: '/connections/:id/backfills',
        operation: 'backfill',
        tag,
        summary: 'Reads every order that changed in a period once more, as a job beside its lane.',
        params: connection,
        body: period,
        answers: { 201: syncJob },
        errors: ['unknown-connection', 'invalid-period'],
      },
      async ({ params: { id }, body: { from, to } }) => {
        const asked = { from: new Date(from), to: to === undefined ? undefined : new Date(to) }
        return { 201: toJobView(await requestBackfill(context, id, asked)) }
      },
    )
    addRoute(
      app,
      {
        method: 'POST',
        path: '/connections/:id/audits',
        operation: 'audit',
        tag,
        summary: 'Reads its whole catalogue and every level, compares, heals, and reports, as a job.',
        params: connection,
        answers: { 201: syncJob },
        errors: ['unknown-connection'],
      },
      async ({ params: { id } }) => ({ 201: toJobView(await requestAudit(context, id)) }),
    )
    addRoute(
      app,
      {
        method: 'POST',
        path: '/audits',
        operation: 'auditSeveral',
        tag,
        summary:
          'Audits several connections, or all, at the same time; one that is being audited is not begun again.',
        body: z.strictObject({
          connections: z
            .array(z.string().min(1))
            .max(1_000)
            .default([])
            .describe('Ids or names; none: all but drafts.'),
        }),
        answers: { 201: auditList },
        errors: ['unknown-connection'],
      },
      async ({ body: { connections } }) => ({ 201: await beginAudits(context, connections) }),
    )
    addRoute(
      app,
      {
        method: 'GET',
        path: '/audits',
        operation: 'listAudits',
        tag,
        summary: 'The last audit of each connection: how far it is, and what it has found.',
        answers: { 200: auditList },
      },
      async () => ({ 200: await showAudits(context) }),
    )
    addRawRoute(
      app,
      {
        method: 'GET',
        path: '/audits/differences.csv',
        operation: 'downloadAllDifferences',
        tag,
        summary: 'The reports of the last audits of all connections as one file.',
        answers: { 200: fileAnswer },
      },
      async (_, reply) => {
        const bytes = writeCsv(AUDIT_HEADER, auditRows(context, await listAudits(context)))
        return reply.headers(fileHeaders('audits', 'csv')).send(Readable.from(bytes, { objectMode: false }))
      },
    )
    addRoute(
      app,
      {
        method: 'GET',
        path: '/connections/:id/jobs',
        operation: 'listJobs',
        tag,
        summary: 'Its backfills, audits, imports and "sync now", open ones first, then the newest.',
        params: connection,
        query: jobsQuery,
        answers: { 200: syncJobList },
        errors: ['unknown-connection'],
      },
      async ({ params: { id }, query }) => ({
        200: { rows: (await listSyncJobs(context, id, query)).map(toJobView) },
      }),
    )
    addRoute(
      app,
      {
        method: 'GET',
        path: '/jobs/:id',
        operation: 'getJob',
        tag,
        summary: 'How far a job is, and what it has found.',
        params: job,
        answers: { 200: syncJob },
        errors: ['unknown-job'],
      },
      async ({ params: { id } }) => ({ 200: toJobView(await getSyncJob(context, id)) }),
    )
    addRoute(
      app,
      {
        method: 'POST',
        path: '/jobs/:id/cancel',
        operation: 'cancelJob',
        tag,
        summary: 'Ends a job at its next step; what it did stays done.',
        params: job,
        answers: { 200: syncJob },
        errors: ['unknown-job', 'wrong-state'],
      },
      async ({ params: { id } }) => ({ 200: toJobView(await cancelSyncJob(context, id)) }),
    )
    addRoute(
      app,
      {
        method: 'GET',
        path: '/jobs/:id/differences',
        operation: 'listDifferences',
        tag,
        summary: 'What an audit found to differ, by page.',
        params: job,
        query: pageQuery,
        answers: { 200: differencePage },
        errors: ['unknown-job'],
      },
      async ({ params: { id }, query }) => {
        await getSyncJob(context, id)
        return { 200: await findDifferencePage(kysely, organizationId, id, query) }
      },
    )
    addRawRoute(
      app,
      {
        method: 'GET',
        path: '/jobs/:id/differences.csv',
        operation: 'downloadDifferences',
        tag,
        summary: 'The report of an audit as a file.',
        params: job,
        answers: { 200: fileAnswer },
        errors: ['unknown-job'],
      },
      async (request, reply) => {
        const { id } = job.parse(request.params)
        const bytes = writeCsv(AUDIT_HEADER, auditRows(context, [await getAudit(context, id)]))
        return reply.headers(fileHeaders('audit', 'csv')).send(Readable.from(bytes, { objectMode: false }))
      },
    )
    addRoute(
      app,
      {
        method: 'POST',
        path: '/listings/:id/sync',
        operation: 'syncListing',
        tag,
        summary:
          'Reads its orders and levels now, writes what differs, and waits up to twelve seconds for it.',
        params: z.object({ id: z.uuid('give the id of a listing') }),
        answers: { 200: syncJob },
        errors: ['unknown-listing'],
      },
      async ({ params: { id } }) => ({ 200: await syncAndWait(context, id) }),
    )
    addRoute(
      app,
      {
        method: 'GET',
        path: '/drifts',
        operation: 'listDrifts',
        tag,
        summary: 'Differences that were found on platforms, newest first, with cause and cure.',
        query: driftsQuery,
        answers: { 200: driftPage },
      },
      async ({ query }) => ({
        200: await findDrifts(kysely, organizationId, { ...query, asked: query.asked === 'true' }),
      }),
    )
    addRoute(
      app,
      {
        method: 'POST',
        path: '/drifts/resolve',
        operation: 'resolveDrifts',
        tag,
        summary:
          'Answers at once what a person was asked about a connection, at most 200; says what is left.',
        body: z.strictObject({
          connection: z.string().min(1).describe('Id or name.'),
          with: z.enum(['hub', 'platform']),
          until: moment.describe('What was found later nobody has seen: it stays asked.'),
        }),
        touches: { connections: ['body.connection'] },
        answers: { 200: driftsResolved },
        errors: ['unknown-connection'],
      },
      async ({ body: { connection: name, with: winner, until } }) => ({
        200: await resolveDrifts(context, { connection: name, winner, until: new Date(until) }),
      }),
    )
    addRoute(
      app,
      {
        method: 'POST',
        path: '/drifts/:id/resolve',
        operation: 'resolveDrift',
        tag,
        summary: 'Answers what a person was asked: the hub’s number counts, or the platform’s.',
        params: z.object({ id: z.uuid('give the id of a difference') }),
        body: z.strictObject({ with: z.enum(['hub', 'platform']) }),
        answers: { 200: done },
        errors: ['unknown-drift', 'wrong-state'],
      },
      async ({ params: { id }, body }) => {
        await resolveDrift(context, id, body.with)
        return { 200: {} }
      },
    )
    addRoute(
      app,
      {
        method: 'GET',
        path: '/stale-rules',
        operation: 'listStaleRules',
        tag,
        summary: 'What the other channels show while a connection’s orders cannot be read.',
        answers: { 200: staleRules },
      },
      async () => ({ 200: await listStaleRules(context) }),
    )
    addRoute(
      app,
      {
        method: 'PUT',
        path: '/stale-rules',
        operation: 'setStaleRule',
        tag,
        summary: 'Sets or takes back that rule, for everything or for one connection.',
        body: staleRule,
        answers: { 200: staleRules },
        errors: ['unknown-connection'],
      },
      async ({ body: { connection: name, kind, afterMinutes = 0, amount = 0 } }) => {
        const rule = kind === null ? null : { kind, afterMs: afterMinutes * MINUTE_MS, amount }
        return { 200: await changeStaleRule(context, name, rule) }
      },
    )
  }
}
