import { cutover, cutoverDetail, cutoverList, cutoverOrders, orderTimeline } from '@plimsoll/client'
import {
  applyCutover,
  approveCutover,
  beginCutover,
  cancelCutover,
  finishCutover,
  importOpenOrders,
  proposeOpening,
} from '@plimsoll/sync'
import type { FastifyPluginAsync } from 'fastify'
import { z } from 'zod'
import { getCutover, listCutovers, toCutover } from '../views/cutovers.ts'
import { getOrderTimeline } from '../views/order-timeline.ts'
import { addRoute } from './route.ts'
import type { ServerContext } from './server.ts'

/** Orders that changed longer ago are not looked for. */
const ORDERS_DAYS = 60
const DAY_MS = 86_400_000

const params = z.object({ name: z.string().min(1).max(200) })
const begin = z.strictObject({
  name: z.string().min(1).max(100).describe('Your own; under one name it happens once.'),
  connection: z.string().min(1).describe('The id or the name of the connection that goes live.'),
  source: z.enum(['connection', 'file', 'count']),
  from: z.string().min(1).optional().describe('Of the source `connection`: whose numbers are the truth.'),
  asOf: z.iso
    .datetime({ offset: true })
    .optional()
    .describe('The moment that a file or a count is true for.'),
  ordersDays: z
    .int()
    .min(1)
    .max(3_650)
    .default(ORDERS_DAYS)
    .describe('Orders changed in so many days are read.'),
})
const lines = z.strictObject({
  lines: z
    .array(
      z.strictObject({
        sku: z.string().min(1).max(200),
        location: z.string().min(1).max(100),
        quantity: z.int().min(0),
      }),
    )
    .max(100_000)
    .default([])
    .describe('Of a file or a count: what was on hand. A connection tells its own.'),
})
const approval = z.strictObject({ digest: z.string().min(1).describe('Of the proposal that was looked at.') })
const live = z.strictObject({
  preview: z.uuid('give the id of a preview of the connection'),
  first: z.int().min(1).optional().describe('So many levels are written; the rest waits as a hold.'),
})
const tag = 'Safety'
const ofAny = ['unknown-cutover', 'wrong-state'] as const

/** Cut-overs, from somebody else's count to the ledger's; and what became of an order. */
export function cutoverRoutes({ context, engine }: ServerContext): FastifyPluginAsync {
  return async (app) => {
    addRoute(
      app,
      {
        method: 'GET',
        path: '/orders/:id/timeline',
        operation: 'getOrderTimeline',
        tag,
        summary: 'When an order was placed, seen and applied, and when every other channel showed it.',
        params: z.object({ id: z.string().min(1).max(200) }),
        answers: { 200: orderTimeline },
        errors: ['unknown-order'],
      },
      async ({ params: { id } }) => ({ 200: await getOrderTimeline(context, id) }),
    )
    addRoute(
      app,
      {
        method: 'GET',
        path: '/cutovers',
        operation: 'listCutovers',
        tag,
        summary: 'Cut-overs, newest first, at most 200.',
        answers: { 200: cutoverList },
      },
      async () => ({ 200: await listCutovers(context) }),
    )
    addRoute(
      app,
      {
        method: 'GET',
        path: '/cutovers/:name',
        operation: 'getCutover',
        tag,
        summary: 'One cut-over with the differences of its proposal.',
        params,
        answers: { 200: cutoverDetail },
        errors: ['unknown-cutover'],
      },
      async ({ params: { name } }) => ({ 200: await getCutover(context, name) }),
    )
    addRoute(
      app,
      {
        method: 'POST',
        path: '/cutovers',
        operation: 'beginCutover',
        tag,
        summary: 'Begins a cut-over; under a name that is there it answers that one.',
        body: begin,
        answers: { 200: cutover },
        errors: ['unknown-connection', 'invalid-settings'],
      },
      async ({ body: { asOf, ordersDays, ...wish }, actor }) => {
        const ordersSince = new Date(context.clock.now() - ordersDays * DAY_MS)
        const moment = asOf === undefined ? undefined : new Date(asOf)
        return {
          200: toCutover(await beginCutover(context, { ...wish, asOf: moment, ordersSince, actor })),
        }
      },
    )
    addRoute(
      app,
      {
        method: 'POST',
        path: '/cutovers/:name/orders',
        operation: 'importCutoverOrders',
        tag,
        summary:
          'Reads open orders, then every number of the source; done once none waits and all are read: ask again until then.',
        params,
        answers: { 200: cutoverOrders },
        errors: [
          ...ofAny,
          'unknown-connection',
          'platform-refused',
          'platform-unavailable',
          'numbers-unread',
        ],
      },
      async ({ params: { name } }) => {
        const { cutover: stored, ...left } = await importOpenOrders(context, engine.registry, name)
        return { 200: { ...toCutover(stored), ...left } }
      },
    )
    addRoute(
      app,
      {
        method: 'POST',
        path: '/cutovers/:name/proposal',
        operation: 'proposeCutover',
        tag,
        summary: 'Works out opening stock and how it differs from the ledger.',
        params,
        body: lines,
        answers: { 200: cutoverDetail },
        errors: [...ofAny, 'unknown-item', 'invalid-settings'],
      },
      async ({ params: { name }, body }) => {
        const said = body.lines.map(({ location, ...line }) => ({ ...line, locationCode: location }))
        await proposeOpening(context, name, said)
        return { 200: await getCutover(context, name) }
      },
    )
    addRoute(
      app,
      {
        method: 'POST',
        path: '/cutovers/:name/approval',
        operation: 'approveCutover',
        tag,
        summary: 'Takes the differences that were looked at.',
        params,
        body: approval,
        answers: { 200: cutover },
        errors: [...ofAny, 'preview-outdated'],
      },
      async ({ params: { name }, body: { digest }, actor }) => ({
        200: toCutover(await approveCutover(context, name, { digest, actor })),
      }),
    )
    addRoute(
      app,
      {
        method: 'POST',
        path: '/cutovers/:name/apply',
        operation: 'applyCutover',
        tag,
        summary:
          'Applies the approved differences, unless something else would be booked by now; done twice, it changes nothing.',
        params,
        answers: { 200: cutover },
        errors: [...ofAny, 'preview-outdated'],
      },
      async ({ params: { name } }) => ({ 200: toCutover(await applyCutover(context, name)) }),
    )
    addRoute(
      app,
      {
        method: 'POST',
        path: '/cutovers/:name/live',
        operation: 'finishCutover',
        tag,
        summary: 'Goes live with its connection, by a preview of the first writes.',
        params,
        body: live,
        answers: { 200: cutover },
        errors: [...ofAny, 'unknown-preview', 'preview-outdated'],
      },
      async ({ params: { name }, body: { preview, first }, actor }) => ({
        200: toCutover(await finishCutover(context, name, { previewId: preview, first, actor })),
      }),
    )
    addRoute(
      app,
      {
        method: 'POST',
        path: '/cutovers/:name/cancel',
        operation: 'cancelCutover',
        tag,
        summary: 'Gives it up before anything is applied.',
        params,
        answers: { 200: cutover },
        errors: ofAny,
      },
      async ({ params: { name } }) => ({ 200: toCutover(await cancelCutover(context, name)) }),
    )
  }
}
