import { itemDetail, itemImport, itemNames, itemPage } from '@plimsoll/client'
import type { FastifyPluginAsync } from 'fastify'
import { z } from 'zod'
import { itemFile } from '../item-file.ts'
import { importItems } from '../items-import.ts'
import { getItem } from '../views/item.ts'
import { findItemNames, findItemPage } from '../views/items.store.ts'
import { addRawRoute, addRoute } from './route.ts'
import type { ServerContext } from './server.ts'

const list = z.object({
  search: z.string().max(200).default('').describe('In SKU and name.'),
  offset: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(500).default(100),
  filter: z.enum(['all', 'oversold', 'out', 'drift', 'pending']).default('all'),
})
const names = list.extend({ limit: z.coerce.number().int().min(1).max(25_000).default(25_000) })
const params = z.object({ sku: z.string().min(1) })
const tag = 'Items and stock'

/** GET /items, /item-names, /items/:sku; POST /items imports items with their opening stock. */
export function itemRoutes(hub: ServerContext): FastifyPluginAsync {
  const { kysely } = hub.database
  const { organizationId } = hub.context
  return async (app) => {
    addRoute(
      app,
      {
        method: 'GET',
        path: '/items',
        operation: 'listItems',
        tag,
        summary: 'A window of the grid in order of SKU.',
        query: list,
        answers: { 200: itemPage },
      },
      async ({ query }) => ({ 200: await findItemPage(kysely, organizationId, query) }),
    )
    // A name of its own: any word after `/items/` may be a SKU. The database writes its JSON.
    addRawRoute(
      app,
      {
        method: 'GET',
        path: '/item-names',
        operation: 'listItemNames',
        tag,
        summary: 'SKUs and names alone, of a long stretch of the same list.',
        query: names,
        answers: { 200: itemNames },
      },
      async (request, reply) => {
        const query = names.parse(request.query)
        return reply.type('application/json').send(await findItemNames(kysely, organizationId, query))
      },
    )
    addRoute(
      app,
      {
        method: 'POST',
        path: '/items',
        operation: 'importItems',
        tag,
        summary: 'Makes or renames items and receives their opening stock.',
        body: itemFile,
        answers: { 201: itemImport },
      },
      async ({ body }) => ({ 201: await importItems(hub.context, body) }),
    )
    addRoute(
      app,
      {
        method: 'GET',
        path: '/items/:sku',
        operation: 'getItem',
        tag,
        summary:
          'One item: balances by location, every listing with its levels, and why each shows what it shows.',
        params,
        answers: { 200: itemDetail },
        errors: ['unknown-item'],
      },
      async ({ params: { sku } }) => ({ 200: await getItem(hub, sku) }),
    )
  }
}
