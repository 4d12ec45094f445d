import { orderRouting, routingRulesAnswer, routingTrial } from '@plimsoll/client'
import { routingRules } from '@plimsoll/orders'
import type { FastifyPluginAsync } from 'fastify'
import { z } from 'zod'
import { explainOrderRouting, getRoutingRules, setRoutingRules, tryRoutingRules } from '../views/routing.ts'
import { addRoute } from './route.ts'
import type { ServerContext } from './server.ts'

const tag = 'Routing'
const trial = z.strictObject({
  rules: routingRules.optional().describe('Left out: those in force.'),
  orders: z.int().min(1).max(10_000).default(1_000).describe('The newest so many.'),
  since: z.iso.datetime({ offset: true }).optional().describe('Only those placed since.'),
  limit: z.int().min(0).max(1_000).default(100).describe('Differences told one by one.'),
})

/** By which rules orders are routed, what others would come to, and why an order leaves from where it does. */
export function routingRoutes({ context }: ServerContext): FastifyPluginAsync {
  return async (app) => {
    addRoute(
      app,
      {
        method: 'GET',
        path: '/routing-rules',
        operation: 'getRoutingRules',
        tag,
        summary: 'The rules that orders are routed by, in their order.',
        version: 'answered',
        answers: { 200: routingRulesAnswer },
      },
      async () => ({ 200: await getRoutingRules(context) }),
    )
    addRoute(
      app,
      {
        method: 'PUT',
        path: '/routing-rules',
        operation: 'setRoutingRules',
        tag,
        summary: 'Puts a whole list of rules in force; the ones before are kept.',
        body: z.strictObject({ rules: routingRules }),
        version: 'heeded',
        answers: { 200: routingRulesAnswer },
        errors: ['unknown-location'],
      },
      async ({ body: { rules }, version, actor }) => ({
        200: await setRoutingRules(context, {
          rules,
          version: version === 'any' ? undefined : version,
          actor,
        }),
      }),
    )
    addRoute(
      app,
      {
        method: 'POST',
        path: '/routing-rules/try',
        operation: 'tryRoutingRules',
        tag,
        summary: 'What rules would have come to on past orders, beside those in force; nothing is changed.',
        body: trial,
        answers: { 200: routingTrial },
        errors: ['unknown-location'],
      },
      async ({ body: { since, ...body } }) => ({
        200: await tryRoutingRules(context, {
          ...body,
          rules: body.rules,
          since: since === undefined ? undefined : new Date(since),
        }),
      }),
    )
    addRoute(
      app,
      {
        method: 'GET',
        path: '/orders/:id/routing',
        operation: 'getOrderRouting',
        tag,
        summary: 'From where what is open of an order would be sent now, and why from there.',
        params: z.object({ id: z.string().min(1).max(200) }),
        answers: { 200: orderRouting },
        errors: ['unknown-order'],
      },
      async ({ params: { id } }) => ({ 200: await explainOrderRouting(context, id) }),
    )
  }
}
