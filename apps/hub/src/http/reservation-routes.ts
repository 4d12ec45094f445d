import { reservationDetail, reservationPage } from '@plimsoll/client'
import { refuse } from '@plimsoll/stock'
import type { FastifyPluginAsync } from 'fastify'
import { z } from 'zod'
import { getItemHead } from '../views/item.ts'
import { findOpenReservationPage, findReservationRows } from '../views/reservations.store.ts'
import { toReservation } from '../views/reservations.ts'
import { pageQuery } from './page-query.ts'
import { LedgerRefusal } from './problem.ts'
import { addRoute } from './route.ts'
import type { ServerContext } from './server.ts'

const ofItem = pageQuery.extend({
  sku: z.string('give the SKU of an item').min(1, 'give the SKU of an item'),
})
const tag = 'Items and stock'

/** GET /reservations?sku=, /reservations/:id. */
export function reservationRoutes({ context, database }: ServerContext): FastifyPluginAsync {
  const { organizationId } = context
  return async (app) => {
    addRoute(
      app,
      {
        method: 'GET',
        path: '/reservations',
        operation: 'listReservations',
        tag,
        summary: 'The reservations of an item that still hold units, oldest first.',
        query: ofItem,
        answers: { 200: reservationPage },
        errors: ['unknown-item'],
      },
      async ({ query: { sku, ...page } }) => {
        const { itemId } = await getItemHead(context, sku)
        return { 200: await findOpenReservationPage(database.kysely, organizationId, itemId, page) }
      },
    )
    addRoute(
      app,
      {
        method: 'GET',
        path: '/reservations/:id',
        operation: 'getReservation',
        tag,
        summary: 'What one reservation holds and held, in the units reserved, and by item and location.',
        params: z.object({ id: z.uuid('give the id that the reservation was given') }),
        answers: { 200: reservationDetail },
        errors: ['unknown-reservation'],
      },
      async ({ params: { id } }) => {
        const rows = await findReservationRows(database.kysely, organizationId, id)
        const [first] = rows
        if (first !== undefined) return { 200: toReservation([first, ...rows.slice(1)]) }
        throw new LedgerRefusal(refuse('unknown-reservation', 'id', `There is no reservation ${id}.`))
      },
    )
  }
}
