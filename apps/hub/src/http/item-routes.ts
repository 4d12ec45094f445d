import type { FastifyPluginAsync } from 'fastify'
import { z } from 'zod'
import { itemFile } from '../item-file.ts'
import { importItems } from '../items-import.ts'
import { getItem, getItemHead } from '../views/item.ts'
import { findItemNames, findItemPage } from '../views/items.store.ts'
import { findMovements } from '../views/movements.store.ts'
import type { ServerContext } from './server.ts'

const list = z.object({
  search: z.string().max(200).default(''),
  offset: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(500).default(100),
  filter: z.enum(['all', 'oversold', 'out', 'drift', 'pending']).default('all'),
})
const names = list.extend({ limit: z.coerce.number().int().min(1).max(25_000).default(25_000) })
const one = z.object({ sku: z.string().min(1) })
const page = z.object({
  cursor: z.uuid('give the cursor of the page before').optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
})

/** GET /items, /item-names, /items/:sku, /items/:sku/movements; POST /items imports items with their opening stock. */
export function itemRoutes(hub: ServerContext): FastifyPluginAsync {
  const { kysely } = hub.database
  const { organizationId } = hub.context
  return async (app) => {
    app.get('/items', async (request) => findItemPage(kysely, organizationId, list.parse(request.query)))
    // A name of its own: any word after `/items/` may be a SKU.
    app.get('/item-names', async (request, reply) =>
      reply
        .type('application/json')
        .send(await findItemNames(kysely, organizationId, names.parse(request.query))),
    )
    app.post('/items', async (request, reply) =>
      reply.status(201).send(await importItems(hub.context, itemFile.parse(request.body))),
    )
    app.get('/items/:sku', async (request) => getItem(hub, one.parse(request.params).sku))
    app.get('/items/:sku/movements', async (request) => {
      const { sku } = one.parse(request.params)
      const query = page.parse(request.query)
      await getItemHead(hub.context, sku)
      return await findMovements(kysely, organizationId, sku, query)
    })
  }
}
