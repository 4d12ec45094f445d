import { explainedAt, oversoldReport } from '@plimsoll/client'
import type { FastifyPluginAsync } from 'fastify'
import { z } from 'zod'
import { explainItemAt } from '../views/explain-at.ts'
import { getOversold } from '../views/oversold.ts'
import { LedgerRefusal } from './problem.ts'
import { addRoute } from './route.ts'
import type { ServerContext } from './server.ts'

const instant = z.iso
  .datetime({ offset: true, error: 'write it as 2026-11-25T10:00:00Z' })
  .transform((text) => new Date(text))
const tag = 'Safety'

/** Whose fault units sold beyond what was there were; and why a number was what it was at a moment. */
export function oversoldRoutes({ context }: ServerContext): FastifyPluginAsync {
  return async (app) => {
    addRoute(
      app,
      {
        method: 'GET',
        path: '/oversold',
        operation: 'getOversold',
        tag,
        summary: 'Units sold beyond what was there by connection and cause, and each case with its story.',
        query: z.object({
          since: instant.optional().describe('Orders placed since then; left out: of the last 30 days.'),
        }),
        answers: { 200: oversoldReport },
      },
      async ({ query: { since } }) => ({ 200: await getOversold(context, since) }),
    )
    addRoute(
      app,
      {
        method: 'GET',
        path: '/items/:sku/explain',
        operation: 'explainItemAt',
        tag,
        summary:
          'Why every channel showed what it showed for an item at a moment, as far as it is on record.',
        params: z.object({ sku: z.string().min(1) }),
        query: z.object({ at: instant.describe('The moment.') }),
        answers: { 200: explainedAt },
        errors: ['unknown-item', 'moment-in-future'],
      },
      async ({ params: { sku }, query: { at } }) => {
        const explained = await explainItemAt(context, sku, at)
        if (explained.kind === 'refused') throw new LedgerRefusal(explained)
        return { 200: explained.answer }
      },
    )
  }
}
