import { customerReturn, customerReturnPage } from '@plimsoll/client'
import { findReturn, findReturnPage } from '@plimsoll/orders'
import { cancelReturn, createReturn, inspectReturn } from '@plimsoll/sync'
import type { FastifyPluginAsync } from 'fastify'
import { z } from 'zod'
import type { ServerContext } from '../server.ts'
import { code, quantity, reason, sku } from './document-action.ts'
import { documentFrame } from './document-frame.ts'

const newReturn = z.strictObject({
  number: z.string().min(1).max(200).describe('What the customer was given (RMA).'),
  location: code,
  shipmentId: z.uuid().nullish().describe('That it left by, where that is known.'),
  lines: z.array(z.strictObject({ sku, quantity })),
})
const inspect = z.strictObject({
  reason,
  lines: z.array(
    z.strictObject({
      line: z.int(),
      quantity,
      condition: z
        .enum(['sellable', 'damaged', 'disposed'])
        .describe('Damaged units are held; disposed ones do not come back.'),
      lot: z.string().min(1).optional().describe('Code of the lot that they are of, where that is known.'),
    }),
  ),
})

/** Returns: your own people inspect what comes to them; a warehouse is told of what comes to it, and says what it found. */
export function returnRoutes(hub: ServerContext): FastifyPluginAsync {
  return async (app) => {
    const routes = documentFrame(app, hub, {
      path: '/returns',
      tag: 'Returns',
      name: 'return',
      answer: customerReturn,
      unknown: 'unknown-return',
      actionErrors: ['key-reused', 'unknown-return', 'document-state'],
    })
    routes.list(
      {
        operation: 'listReturns',
        summary: 'Your returns with their lines, newest first.',
        states: ['announced', 'partly-inspected', 'closed', 'cancelled'],
        page: customerReturnPage,
      },
      findReturnPage,
    )
    routes.one({ operation: 'getReturn', summary: 'One return with its lines.' }, findReturn)
    routes.create(
      {
        operation: 'createReturn',
        summary: 'Notes what a customer is to send back; nothing is on hand by that.',
        body: newReturn,
        touches: { locations: ['body.location'] },
        errors: [
          'invalid-lines',
          'unknown-sku',
          'unknown-location',
          'document-state',
          'quantity-not-positive',
          'serial-missing',
          'insufficient-shipped',
        ],
      },
      ({ location, ...rest }, { head }) =>
        createReturn(hub.context, head, { locationCode: location, ...rest }),
    )
    routes.action(
      'inspect',
      {
        operation: 'inspectReturn',
        summary: 'Says of units that came back what they are: sellable, damaged or disposed of.',
        body: inspect,
        errors: [
          'invalid-lines',
          'unknown-document-line',
          'quantity-not-positive',
          'beyond-expected',
          'insufficient-shipped',
          'unknown-lot',
        ],
      },
      ({ id, body: { lines } }, { head }) => inspectReturn(hub.context, head, { returnId: id, lines }),
    )
    routes.action(
      'cancel',
      { operation: 'cancelReturn', summary: 'Nothing more of it will come.' },
      ({ id }, { head }) => cancelReturn(hub.context, head, id),
    )
  }
}
