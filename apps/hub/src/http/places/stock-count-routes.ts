import { stockCount, stockCountLines, stockCountPage } from '@plimsoll/client'
import {
  approveStockCount,
  cancelStockCount,
  enterStockCount,
  findStockCountPage,
  postStockCount,
  recountStockCount,
  startStockCount,
} from '@plimsoll/stock'
import { toDocumentStore } from '@plimsoll/sync'
import type { FastifyPluginAsync } from 'fastify'
import { z } from 'zod'
import { readCountSheet, readStockCount } from '../../views/stock-counts.ts'
import type { ErrorCode } from '../error-codes.ts'
import { addRoute } from '../route.ts'
import type { ServerContext } from '../server.ts'
import {
  answerOf,
  apiHead,
  code,
  documentId,
  documentQuery,
  LINE_ERRORS,
  quantity,
  reason,
  reference,
  sku,
} from './document-action.ts'

const tag = 'Stock counts'
const answers = { 200: stockCount, 201: stockCount }
const ACTION_ERRORS: readonly ErrorCode[] = [
  'key-reused',
  'unknown-stock-count',
  'document-state',
  'count-already-posted',
]

const person = (who: string) => z.string(`say who ${who}`).trim().min(1, `say who ${who}`).max(200)
const names = z.array(z.string().min(1)).min(1)
const start = z.strictObject({
  location: code,
  scope: z
    .discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('location') }),
      z.strictObject({ kind: z.literal('zones'), zones: names }),
      z.strictObject({ kind: z.literal('bins'), bins: names }),
      z.strictObject({ kind: z.literal('items'), skus: names }),
    ])
    .default({ kind: 'location' })
    .describe('What is to be counted; the whole location, unless given.'),
  blind: z.boolean().optional().describe('Whoever counts is not shown what the ledger says.'),
  separateApprover: z.boolean().optional().describe('Whoever approves must have counted none of it.'),
  toleranceUnits: z.int().min(0).nullish(),
  tolerancePercent: z.int().min(0).max(100).nullish(),
  reference,
})
const enter = z.strictObject({
  counter: person('counted'),
  entries: z.array(
    z.strictObject({
      sku,
      quantity,
      countedAt: z.iso
        .datetime({ offset: true })
        .transform((text) => new Date(text))
        .optional()
        .describe('When it was counted; now, unless given.'),
    }),
  ),
})
const recount = z.strictObject({
  skus: names.optional().describe('All that differ by more than the tolerance, unless given.'),
})
const approve = z.strictObject({
  approver: person('approves'),
  leaveUncounted: z.boolean().optional().describe('Lines that nobody counted stay as they are.'),
  acceptBeyondTolerance: z.boolean().optional(),
})
const post = z.strictObject({
  reason,
  confirmZeros: z.boolean().optional().describe('Many items are really gone.'),
})

/** Stock counts: sheets that people fill in while selling goes on. */
export function stockCountRoutes(hub: ServerContext): FastifyPluginAsync {
  const { organizationId } = hub.context
  const store = () => toDocumentStore(hub.context)
  return async (app) => {
    addRoute(
      app,
      {
        method: 'GET',
        path: '/stock-counts',
        operation: 'listStockCounts',
        tag,
        summary: 'Your stock counts without their lines, newest first.',
        query: documentQuery(['counting', 'approved', 'posted', 'cancelled']),
        answers: { 200: stockCountPage },
      },
      async ({ query }) => ({ 200: await findStockCountPage(hub.database.kysely, organizationId, query) }),
    )
    addRoute(
      app,
      {
        method: 'GET',
        path: '/stock-counts/:id',
        operation: 'getStockCount',
        tag,
        summary: 'One stock count without its lines.',
        params: documentId,
        answers: { 200: stockCount },
        errors: ['unknown-stock-count'],
      },
      async ({ params: { id } }) => ({ 200: await readStockCount(hub, id) }),
    )
    addRoute(
      app,
      {
        method: 'GET',
        path: '/stock-counts/:id/lines',
        operation: 'listStockCountLines',
        tag,
        summary:
          'The sheet: what is to be counted, what was, and how it differs. A blind one tells differences to nobody who counts, until it is approved.',
        params: documentId,
        query: z.object({
          viewer: z.string().optional().describe('Who looks; needed for the differences of a blind count.'),
          only: z
            .enum(['all', 'uncounted', 'different', 'recount'])
            .default('all')
            .describe('different: whose count is not what the ledger says.'),
          cursor: z.coerce.number().int().min(0).default(0).describe('`next` of the page before.'),
          limit: z.coerce.number().int().min(1).max(1_000).default(200),
        }),
        answers: { 200: stockCountLines },
        errors: ['unknown-stock-count', 'count-is-blind'],
      },
      async ({ params: { id }, query }) => ({ 200: await readCountSheet(hub, id, query) }),
    )
    addRoute(
      app,
      {
        method: 'POST',
        path: '/stock-counts',
        operation: 'startStockCount',
        tag,
        summary: 'Makes a sheet of what the ledger says is there.',
        body: start,
        takesKey: true,
        answers,
        errors: ['key-reused', 'unknown-location', 'location-archived', 'unknown-sku', 'invalid-lines'],
      },
      async ({ body: { location, ...rest }, key }) =>
        answerOf(await startStockCount(store(), apiHead(key), { locationCode: location, ...rest })),
    )
    addRoute(
      app,
      {
        method: 'POST',
        path: '/stock-counts/:id/enter',
        operation: 'enterStockCount',
        tag,
        summary: 'Writes down what was counted: each line once per round.',
        params: documentId,
        body: enter,
        takesKey: true,
        answers,
        errors: [
          ...ACTION_ERRORS,
          ...LINE_ERRORS,
          'unknown-sku',
          'unknown-document-line',
          'quantity-negative',
          'count-moment',
          'count-already-entered',
        ],
      },
      async ({ params: { id }, body, key }) =>
        answerOf(await enterStockCount(store(), apiHead(key), { countId: id, ...body })),
    )
    addRoute(
      app,
      {
        method: 'POST',
        path: '/stock-counts/:id/recount',
        operation: 'recountStockCount',
        tag,
        summary: 'Asks for lines to be counted again; an approved count is open again.',
        params: documentId,
        body: recount,
        takesKey: true,
        answers,
        errors: [...ACTION_ERRORS, 'unknown-document-line'],
      },
      async ({ params: { id }, body, key }) =>
        answerOf(await recountStockCount(store(), apiHead(key), { countId: id, ...body })),
    )
    addRoute(
      app,
      {
        method: 'POST',
        path: '/stock-counts/:id/approve',
        operation: 'approveStockCount',
        tag,
        summary: 'Says that the figures are right; nothing changes yet.',
        params: documentId,
        body: approve,
        takesKey: true,
        answers,
        errors: [...ACTION_ERRORS, 'count-unfinished', 'count-beyond-tolerance', 'count-same-person'],
      },
      async ({ params: { id }, body, key }) =>
        answerOf(await approveStockCount(store(), apiHead(key), { countId: id, ...body })),
    )
    addRoute(
      app,
      {
        method: 'POST',
        path: '/stock-counts/:id/post',
        operation: 'postStockCount',
        tag,
        summary:
          'Writes what was counted into the ledger, each line true for the moment of its counting; once, under whatever key.',
        params: documentId,
        body: post,
        takesKey: true,
        answers,
        errors: [...ACTION_ERRORS, 'count-zeros-unconfirmed', 'quantity-out-of-range'],
      },
      async ({ params: { id }, body: { reason: why, ...rest }, key }) =>
        answerOf(await postStockCount(store(), apiHead(key, { reason: why }), { countId: id, ...rest })),
    )
    addRoute(
      app,
      {
        method: 'POST',
        path: '/stock-counts/:id/cancel',
        operation: 'cancelStockCount',
        tag,
        summary: 'Gives a count up; nothing was changed by it.',
        params: documentId,
        takesKey: true,
        answers,
        errors: ACTION_ERRORS,
      },
      async ({ params: { id }, key }) => answerOf(await cancelStockCount(store(), apiHead(key), id)),
    )
  }
}
