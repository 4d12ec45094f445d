import {
  anyHoldReason,
  done,
  holdReason,
  orderDetail,
  orderHeld,
  orderPage,
  orderRecipient,
  orderRouted,
  shipsOrders,
} from '@plimsoll/client'
import { changeShipsOrders, endOrderHold, holdOrder, routeNow } from '@plimsoll/sync'
import type { FastifyPluginAsync } from 'fastify'
import { z } from 'zod'
import { getOrder, getRecipient, listOrders } from '../views/orders.ts'
import { pageQuery } from './page-query.ts'
import { addRoute } from './route.ts'
import type { ServerContext } from './server.ts'

const tag = 'Orders and shipments'
const order = z.object({
  id: z.string().min(1).max(200).describe('Id, number or the platform’s id of an order.'),
})
const note = z.string().trim().min(1).max(1_000)

const listed = pageQuery.extend({
  state: z.enum(['pending', 'open', 'closed', 'cancelled']).optional(),
  connection: z.string().min(1).max(200).optional().describe('Id or name of the connection of a channel.'),
  standing: z
    .enum(['waiting', 'held', 'not-routed', 'shipped', 'late'])
    .optional()
    .describe(
      '`waiting`: something has not left; `held`: by a person or a warehouse; `not-routed`: the hub sends it, and something is in no shipment; `shipped`: all has left; `late`: it was to leave by now.',
    ),
  search: z
    .string()
    .trim()
    .min(1)
    .max(100)
    .optional()
    .describe('How its number begins; or the platform’s id.'),
})
const held = z.strictObject({ reason: holdReason, note: note.optional() })
const fulfilment = z.strictObject({
  shipsOrders: z.boolean(),
  from: z.iso
    .datetime({ offset: true })
    .optional()
    .describe('Orders placed since then; left out: since now, or as it is.'),
})

/** Orders of all channels: list, page, holds, routing now; and whether the hub sends a channel's orders. */
export function orderRoutes({ context }: ServerContext): FastifyPluginAsync {
  return async (app) => {
    addRoute(
      app,
      {
        method: 'GET',
        path: '/orders',
        operation: 'listOrders',
        tag,
        summary: 'Orders of all channels, newest first.',
        query: listed,
        answers: { 200: orderPage },
        errors: ['unknown-connection'],
      },
      async ({ query }) => ({ 200: await listOrders(context, query) }),
    )
    addRoute(
      app,
      {
        method: 'GET',
        path: '/orders/:id',
        operation: 'getOrder',
        tag,
        summary:
          'One order with its lines, reservations, shipments, parcels, holds and all that happened to it.',
        params: order,
        answers: { 200: orderDetail },
        errors: ['unknown-order', 'ambiguous-order'],
      },
      async ({ params: { id } }) => ({ 200: await getOrder(context, id) }),
    )
    addRoute(
      app,
      {
        method: 'GET',
        path: '/orders/:id/recipient',
        operation: 'getOrderRecipient',
        tag,
        summary: 'To whom an order goes; that somebody asked is noted with it.',
        params: order,
        answers: { 200: orderRecipient },
        errors: ['unknown-order', 'ambiguous-order', 'unknown-recipient'],
      },
      async ({ params: { id }, actor }) => ({ 200: await getRecipient(context, id, actor) }),
    )
    addRoute(
      app,
      {
        method: 'POST',
        path: '/orders/:id/holds',
        operation: 'holdOrder',
        tag,
        summary: 'Holds an order: nothing of it goes that no warehouse of others has yet.',
        params: order,
        body: held,
        answers: { 200: orderHeld },
        errors: ['unknown-order', 'ambiguous-order', 'wrong-state'],
      },
      async ({ params: { id }, body, actor }) => ({
        200: await holdOrder(context, id, { reason: body.reason, note: body.note ?? null, actor }),
      }),
    )
    addRoute(
      app,
      {
        method: 'DELETE',
        path: '/orders/:id/holds/:reason',
        operation: 'unholdOrder',
        tag,
        summary:
          'Ends one hold of an order; without any it is routed again by itself. That of a cancellation takes it back, until its channel is told.',
        params: order.extend({ reason: anyHoldReason }),
        answers: { 200: done },
        errors: ['unknown-order', 'ambiguous-order', 'unknown-order-hold', 'wrong-state'],
      },
      async ({ params: { id, reason }, actor }) => {
        await endOrderHold(context, id, { reason, actor })
        return { 200: {} }
      },
    )
    addRoute(
      app,
      {
        method: 'POST',
        path: '/orders/:id/route',
        operation: 'routeOrder',
        tag,
        summary: 'Routes now what of an order is in no shipment.',
        params: order,
        answers: { 200: orderRouted },
        errors: ['unknown-order', 'ambiguous-order', 'wrong-state'],
      },
      async ({ params: { id } }) => ({ 200: await routeNow(context, id) }),
    )
    addRoute(
      app,
      {
        method: 'PUT',
        path: '/connections/:id/fulfilment',
        operation: 'setShipsOrders',
        tag,
        summary: 'Whether the hub sends the orders of a channel, and from when on.',
        params: z.object({ id: z.string().min(1).max(200).describe('Id or name of a connection.') }),
        body: fulfilment,
        answers: { 200: shipsOrders },
        errors: ['unknown-connection', 'wrong-state'],
      },
      async ({ params: { id }, body }) => {
        const from = body.from === undefined ? undefined : new Date(body.from)
        const set = await changeShipsOrders(context, id, { shipsOrders: body.shipsOrders, from })
        return { 200: { ...set, from: set.from?.toISOString() ?? null } }
      },
    )
  }
}
