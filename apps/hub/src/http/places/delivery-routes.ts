import { announcement, deliveryList } from '@plimsoll/client'
import { announceAgain, readAnnouncement } from '@plimsoll/sync'
import type { FastifyPluginAsync } from 'fastify'
import { z } from 'zod'
import { listDeliveries } from '../../views/deliveries.ts'
import { LedgerRefusal } from '../problem.ts'
import { addRoute } from '../route.ts'
import type { ServerContext } from '../server.ts'
import { documentId } from './document-action.ts'

const tag = 'Inbound shipments'

/** What warehouses that count for themselves know of what comes to them, and what they took in. */
export function deliveryRoutes({ context }: ServerContext): FastifyPluginAsync {
  return async (app) => {
    addRoute(
      app,
      {
        method: 'GET',
        path: '/inbound-shipments/:id/announcement',
        operation: 'getInboundAnnouncement',
        tag,
        summary: 'How an inbound shipment stands with the warehouse that it goes to.',
        params: documentId,
        answers: { 200: announcement },
        errors: ['unknown-inbound-shipment'],
      },
      async ({ params: { id } }) => {
        const found = await readAnnouncement(context, id)
        if ('kind' in found) throw new LedgerRefusal(found)
        return { 200: found }
      },
    )
    addRoute(
      app,
      {
        method: 'POST',
        path: '/inbound-shipments/:id/announce',
        operation: 'announceInboundShipment',
        tag,
        summary: 'Announces one anew that its warehouse had refused; any other is left as it is.',
        params: documentId,
        answers: { 200: announcement },
        errors: ['unknown-inbound-shipment'],
      },
      async ({ params: { id } }) => {
        const again = await announceAgain(context, id)
        if ('kind' in again) throw new LedgerRefusal(again)
        return { 200: again }
      },
    )
    addRoute(
      app,
      {
        method: 'GET',
        path: '/deliveries',
        operation: 'listDeliveries',
        tag,
        summary: 'What warehouses told of deliveries and returns, and how much of it is booked.',
        query: z.object({
          kind: z.enum(['receipt', 'return']).optional().describe('Only deliveries, or only returns.'),
          limit: z.coerce.number().int().min(1).max(200).default(50),
        }),
        answers: { 200: deliveryList },
      },
      async ({ query }) => ({ 200: await listDeliveries(context, query) }),
    )
  }
}
