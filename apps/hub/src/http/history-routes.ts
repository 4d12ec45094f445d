import { itemStockAt, movementPage, stockAtPage } from '@plimsoll/client'
import type { MovementKind } from '@plimsoll/database'
import type { Refusal } from '@plimsoll/stock'
import type { FastifyPluginAsync } from 'fastify'
import { z } from 'zod'
import { getItemStockAt, getMovements, getStockAt } from '../views/history.ts'
import { movementCursor } from './page-query.ts'
import { LedgerRefusal } from './problem.ts'
import { addRoute } from './route.ts'
import type { ServerContext } from './server.ts'

const one = z.object({ sku: z.string().min(1) })
const instant = z.iso
  .datetime({ offset: true, error: 'write it as 2026-11-25T10:00:00Z' })
  .transform((text) => new Date(text))
const asOf = z.object({
  at: instant.optional(),
  by: z.enum(['recorded', 'effective']).default('effective'),
})
const itemAsOf = asOf.extend({ location: z.string().min(1).optional(), lot: z.uuid().optional() })
const locationAsOf = asOf.extend({
  location: z.string('give the code of a location').min(1),
  cursor: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
})
const kinds = [
  'receive',
  'adjust',
  'count',
  'reserve',
  'release',
  'ship',
  'return',
  'hold',
  'unhold',
  'transfer-out',
  'transfer-in',
  'assemble',
  'expect',
  'arrive',
] as const satisfies readonly MovementKind[]
const movements = z.object({
  location: z.string().min(1).optional(),
  lot: z.uuid().optional(),
  kind: z.enum(kinds).optional(),
  from: instant.optional(),
  to: instant.optional(),
  cursor: movementCursor,
  limit: z.coerce.number().int().min(1).max(200).default(50),
})

const tag = 'Items and stock'

/** GET /items/:sku/stock, /stock, /items/:sku/movements: stock as of any moment, and what led to it. */
export function historyRoutes(hub: ServerContext): FastifyPluginAsync {
  const { context } = hub
  return async (app) => {
    addRoute(
      app,
      {
        method: 'GET',
        path: '/items/:sku/stock',
        operation: 'getItemStockAt',
        tag,
        summary:
          'What was there of an item at a moment, by location and lot, with what each figure is made of.',
        params: one,
        query: itemAsOf,
        answers: { 200: itemStockAt },
        errors: ['unknown-item', 'unknown-location', 'moment-in-future', 'month-archived'],
      },
      async ({ params: { sku }, query }) => ({
        200: answerOf(await getItemStockAt(context, sku, { ...query, at: query.at })),
      }),
    )
    addRoute(
      app,
      {
        method: 'GET',
        path: '/stock',
        operation: 'listStockAt',
        tag,
        summary: 'What was there of every item of a location at a moment, in order of SKU.',
        query: locationAsOf,
        answers: { 200: stockAtPage },
        errors: ['unknown-location', 'moment-in-future', 'month-archived'],
      },
      async ({ query: { cursor, limit, ...query } }) => ({
        200: answerOf(await getStockAt(context, { ...query, at: query.at }, { cursor, limit })),
      }),
    )
    addRoute(
      app,
      {
        method: 'GET',
        path: '/items/:sku/movements',
        operation: 'listMovements',
        tag,
        summary:
          'Its movements in the order of recording, newest first, each with the figures right after it.',
        params: one,
        query: movements,
        answers: { 200: movementPage },
        errors: ['unknown-item', 'unknown-location'],
      },
      async ({ params: { sku }, query: { lot, ...query } }) => ({
        200: answerOf(await getMovements(context, sku, { ...query, lotId: lot })),
      }),
    )
  }
}

function answerOf<T>(outcome: { kind: 'answered'; answer: T } | Refusal): T {
  if (outcome.kind === 'refused') throw new LedgerRefusal(outcome)
  return outcome.answer
}
