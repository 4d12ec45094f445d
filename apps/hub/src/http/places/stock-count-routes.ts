import { stockCount, stockCountLines, stockCountPage } from '@plimsoll/client'
import {
  approveStockCount,
  cancelStockCount,
  enterStockCount,
  findStockCount,
  findStockCountPage,
  postStockCount,
  recountStockCount,
  startStockCount,
} from '@plimsoll/stock'
import type { FastifyPluginAsync } from 'fastify'
import { z } from 'zod'
import { readCountSheet } from '../../views/stock-counts.ts'
import type { ErrorCode } from '../error-codes.ts'
import { addRoute } from '../route.ts'
import type { ServerContext } from '../server.ts'
import { COUNT_ERRORS, newLot, unitsOfItem } from '../tracked-fields.ts'
import { code, documentId, LINE_ERRORS, quantity, reason, reference, sku } from './document-action.ts'
import { documentFrame } from './document-frame.ts'

const tag = 'Stock counts'
/** A unit that was found here and is somewhere else by the ledger. */
const FOUND_ELSEWHERE: readonly ErrorCode[] = ['serial-elsewhere', 'serial-shipped']

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
      ...unitsOfItem,
      newLot,
      countedAt: z.iso
        .datetime({ offset: true })
        .transform((text) => new Date(text))
        .optional()
        .describe('When it was counted; now, unless given.'),
    }),
  ),
})
const recount = z.strictObject({
  skus: names.optional().describe('All lines of these items.'),
  lines: z
    .array(z.strictObject({ sku, lot: z.string().optional() }))
    .min(1)
    .optional()
    .describe('Single lines, by item and lot. Without either: all that differ by more than the tolerance.'),
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
  return async (app) => {
    const routes = documentFrame(app, hub, {
      path: '/stock-counts',
      tag,
      name: 'stock count',
      answer: stockCount,
      unknown: 'unknown-stock-count',
      actionErrors: ['key-reused', 'unknown-stock-count', 'document-state', 'count-already-posted'],
    })
    routes.list(
      {
        operation: 'listStockCounts',
        summary: 'Your stock counts without their lines, newest first.',
        states: ['counting', 'approved', 'posted', 'cancelled'],
        page: stockCountPage,
      },
      findStockCountPage,
    )
    routes.one({ operation: 'getStockCount', summary: 'One stock count without its lines.' }, findStockCount)
    addRoute(
      app,
      {
        method: 'GET',
        path: '/stock-counts/:id/lines',
        operation: 'listStockCountLines',
        tag,
        summary:
          'The sheet: what is to be counted, what was, how it differs, and what that is worth. A blind one tells differences to nobody who counts, until it is approved.',
        params: documentId,
        query: z.object({
          viewer: z.string().optional().describe('Who looks; needed for the differences of a blind count.'),
          only: z
            .enum(['all', 'uncounted', 'different', 'recount'])
            .default('all')
            .describe('different: whose count is not what the ledger says.'),
          method: z.enum(['average', 'fifo']).default('average').describe('How differences are valued.'),
          cursor: z.coerce.number().int().min(0).default(0).describe('`next` of the page before.'),
          limit: z.coerce.number().int().min(1).max(1_000).default(200),
        }),
        answers: { 200: stockCountLines },
        errors: ['unknown-stock-count', 'count-is-blind'],
      },
      async ({ params: { id }, query }) => ({ 200: await readCountSheet(hub, id, query) }),
    )
    routes.create(
      {
        operation: 'startStockCount',
        summary: 'Makes a sheet of what the ledger says is there: a line for each item, and for each lot.',
        body: start,
        touches: { locations: ['body.location'] },
        errors: ['unknown-location', 'location-archived', 'unknown-sku', 'invalid-lines'],
      },
      ({ location, ...rest }, { store, head }) =>
        startStockCount(store, head, { locationCode: location, ...rest }),
    )
    routes.action(
      'enter',
      {
        operation: 'enterStockCount',
        summary: 'Writes down what was counted: each line once per round.',
        body: enter,
        errors: [
          ...LINE_ERRORS,
          ...COUNT_ERRORS,
          'unknown-sku',
          'unknown-document-line',
          'quantity-negative',
          'count-moment',
          'count-already-entered',
        ],
      },
      ({ id, body }, { store, head }) => enterStockCount(store, head, { countId: id, ...body }),
    )
    routes.action(
      'recount',
      {
        operation: 'recountStockCount',
        summary: 'Asks for lines to be counted again; an approved count is open again.',
        body: recount,
        errors: ['unknown-document-line'],
      },
      ({ id, body }, { store, head }) => recountStockCount(store, head, { countId: id, ...body }),
    )
    routes.action(
      'approve',
      {
        operation: 'approveStockCount',
        summary: 'Says that the figures are right; nothing changes yet.',
        body: approve,
        errors: ['count-unfinished', 'count-beyond-tolerance', 'count-same-person'],
      },
      ({ id, body }, { store, head }) => approveStockCount(store, head, { countId: id, ...body }),
    )
    routes.action(
      'post',
      {
        operation: 'postStockCount',
        summary:
          'Writes what was counted into the ledger, each line true for the moment of its counting; once, under whatever key.',
        body: post,
        errors: ['count-zeros-unconfirmed', 'quantity-out-of-range', 'lot-differs', ...FOUND_ELSEWHERE],
      },
      ({ id, body: { confirmZeros } }, { store, head }) =>
        postStockCount(store, head, { countId: id, confirmZeros }),
    )
    routes.action(
      'cancel',
      { operation: 'cancelStockCount', summary: 'Gives a count up; nothing was changed by it.' },
      ({ id }, { store, head }) => cancelStockCount(store, head, id),
    )
  }
}
