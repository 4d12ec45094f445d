import { allocationRule, cancelReason, orderDetail } from '@plimsoll/client'
import { ALLOCATION_KINDS } from '@plimsoll/orders'
import { cancelOrder, changeAllocation, changeHandOrder, createHandOrder } from '@plimsoll/sync'
import type { FastifyPluginAsync } from 'fastify'
import { z } from 'zod'
import { getAllocation } from '../views/allocation.ts'
import { getOrder } from '../views/orders.ts'
import { handOrderChange, newHandOrder, toHandOrderChange, toNewHandOrder } from './hand-order-body.ts'
import { LedgerRefusal } from './problem.ts'
import { addRoute } from './route.ts'
import type { ServerContext } from './server.ts'

const tag = 'Orders and shipments'
const order = z.object({
  id: z.string().min(1).max(200).describe('Id, number or the platform’s id of an order.'),
})
const text = (max: number) => z.string().trim().min(1).max(max)
const cancelled = z.strictObject({
  reason: cancelReason.default('other').describe('Of a channel’s order: what its channel is told.'),
  note: text(1_000).optional().describe('Why, for whoever looks at the order; no channel is told.'),
  lines: z
    .array(z.strictObject({ lineId: z.uuid(), quantity: z.int().min(1) }))
    .min(1)
    .max(1_000)
    .optional()
    .describe(
      'Of a channel’s order: how many listing units of which lines; left out: all that has not left.',
    ),
})

/** Orders that people make: B2B, samples, sales over a counter; and which of the orders that wait gets first what comes. */
export function handOrderRoutes({ context }: ServerContext): FastifyPluginAsync {
  return async (app) => {
    addRoute(
      app,
      {
        method: 'POST',
        path: '/orders',
        operation: 'createOrder',
        tag,
        summary: 'Makes an order that no channel knows of; under the same key it is made once.',
        body: newHandOrder,
        touches: { locations: ['body.location'] },
        takesKey: true,
        version: 'answered',
        answers: { 200: orderDetail, 201: orderDetail },
        errors: [
          'invalid-order',
          'beyond-free',
          'order-number-taken',
          'recipient-needed',
          'unknown-location',
          'key-reused',
        ],
      },
      async ({ body, key, actor }) => {
        const outcome = await createHandOrder(context, toNewHandOrder(body, { key, actor }))
        if (outcome.kind === 'refused') throw new LedgerRefusal(outcome.refusal)
        const made = await getOrder(context, outcome.orderId)
        return outcome.kind === 'repeated' ? { 200: made } : { 201: made }
      },
    )
    addRoute(
      app,
      {
        method: 'PATCH',
        path: '/orders/:id',
        operation: 'changeOrder',
        tag,
        summary: 'Changes an order that was made by hand; what is left out stays as it is.',
        params: order,
        body: handOrderChange,
        version: 'heeded',
        answers: { 200: orderDetail },
        errors: [
          'unknown-order',
          'ambiguous-order',
          'not-by-hand',
          'invalid-order',
          'beyond-free',
          'recipient-needed',
          'unknown-location',
          'wrong-state',
          'version-changed',
        ],
      },
      async ({ params: { id }, body, version, actor }) => {
        const outcome = await changeHandOrder(
          context,
          id,
          toHandOrderChange(body, { version: version === 'any' ? undefined : version, actor }),
        )
        if (outcome.kind === 'refused') throw new LedgerRefusal(outcome.refusal)
        return { 200: await getOrder(context, outcome.orderId) }
      },
    )
    addRoute(
      app,
      {
        method: 'POST',
        path: '/orders/:id/cancel',
        operation: 'cancelOrder',
        tag,
        summary:
          'Cancels an order: what has not left is not sent. One of a channel is held, whoever packs it is stopped, then its channel is told; it is cancelled once that shows it.',
        params: order,
        body: cancelled,
        version: 'heeded',
        answers: { 200: orderDetail },
        errors: ['unknown-order', 'ambiguous-order', 'invalid-order', 'wrong-state', 'version-changed'],
      },
      async ({ params: { id }, body: { reason, note, lines }, version, actor }) => {
        const by = { actor, version: version === 'any' ? undefined : version }
        const outcome = await cancelOrder(context, id, { reason, note: note ?? null, lines, ...by })
        if (outcome.kind === 'refused') throw new LedgerRefusal(outcome.refusal)
        return { 200: await getOrder(context, outcome.orderId) }
      },
    )
    addRoute(
      app,
      {
        method: 'GET',
        path: '/allocation',
        operation: 'getAllocation',
        tag,
        summary: 'Which of the orders that wait for an item gets first what comes in.',
        version: 'answered',
        answers: { 200: allocationRule },
      },
      async () => ({ 200: await getAllocation(context) }),
    )
    addRoute(
      app,
      {
        method: 'PUT',
        path: '/allocation',
        operation: 'setAllocation',
        tag,
        summary:
          'Says which of the orders that wait gets first what comes in; whoever waits is looked at again.',
        body: z.strictObject({
          rule: z.enum(ALLOCATION_KINDS),
          channels: z
            .array(text(200))
            .max(200)
            .default([])
            .describe(
              'Of `channel-priority`: ids or names of connections, `by-hand` among them; the first comes first.',
            ),
        }),
        answers: { 200: allocationRule },
        errors: ['unknown-connection', 'invalid-order'],
      },
      async ({ body: { rule, channels }, actor }) => {
        await changeAllocation(context, { kind: rule, channels, actor })
        return { 200: await getAllocation(context) }
      },
    )
  }
}
