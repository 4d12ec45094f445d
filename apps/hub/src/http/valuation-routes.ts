import { valuationCurrency, valuationPage } from '@plimsoll/client'
import { findCurrency, type Refusal } from '@plimsoll/stock'
import type { FastifyPluginAsync } from 'fastify'
import { z } from 'zod'
import { getValuation, setCurrency } from '../views/valuation.ts'
import { LedgerRefusal } from './problem.ts'
import { addRoute } from './route.ts'
import type { ServerContext } from './server.ts'

const valuation = z.object({
  method: z.enum(['average', 'fifo']).default('average'),
  at: z.iso
    .datetime({ offset: true, error: 'write it as 2026-11-25T10:00:00Z' })
    .transform((text) => new Date(text))
    .optional(),
  sku: z.string().min(1).optional(),
  location: z.string().min(1).optional().describe('The code of a location: its stock alone.'),
  cursor: z.string().max(200).optional().describe('`next` of the page before.'),
  limit: z.coerce.number().int().min(1).max(200).default(50),
})
const currencyBody = z.object({
  currency: z
    .string('give the three capital letters of a currency, such as EUR')
    .regex(/^[A-Z]{3}$/, 'give the three capital letters of a currency, such as EUR'),
})
const tag = 'Items and stock'

/** GET /valuation; GET and PUT /valuation/currency. */
export function valuationRoutes(hub: ServerContext): FastifyPluginAsync {
  const { context, database } = hub
  return async (app) => {
    addRoute(
      app,
      {
        method: 'GET',
        path: '/valuation',
        operation: 'getValuation',
        tag,
        summary: 'What stock cost at a moment, by weighted average or FIFO, item by item in order of SKU.',
        query: valuation,
        answers: { 200: valuationPage },
        errors: [
          'currency-not-set',
          'unknown-item',
          'unknown-location',
          'moment-in-future',
          'month-archived',
        ],
      },
      async ({ query: { cursor, limit, ...query } }) => ({
        200: answerOf(await getValuation(context, query, { cursor, limit })),
      }),
    )
    addRoute(
      app,
      {
        method: 'GET',
        path: '/valuation/currency',
        operation: 'getCurrency',
        tag,
        summary: 'The currency that costs are in.',
        answers: { 200: valuationCurrency },
      },
      async () => ({
        200: { currency: (await findCurrency(database.kysely, context.organizationId)) ?? null },
      }),
    )
    addRoute(
      app,
      {
        method: 'PUT',
        path: '/valuation/currency',
        operation: 'setCurrency',
        tag,
        summary: 'Says which currency costs are in; once there are costs it stays.',
        body: currencyBody,
        answers: { 200: valuationCurrency },
        errors: ['currency-fixed'],
      },
      async ({ body }) => ({ 200: answerOf(await setCurrency(context, body.currency)) }),
    )
  }
}

function answerOf<T>(outcome: { kind: 'answered'; answer: T } | Refusal): T {
  if (outcome.kind === 'refused') throw new LedgerRefusal(outcome)
  return outcome.answer
}
