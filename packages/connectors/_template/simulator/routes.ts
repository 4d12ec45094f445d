import type { SimulatorServices } from '@plimsoll/connector-kit/simulator'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { pageSize } from '../api.ts'
import { refusal } from './refusal.ts'
import type { Shop } from './shop.ts'
import { stockRoute } from './stock-route.ts'

const shipmentBody = z.object({
  reference: z.string(),
  lines: z.array(z.object({ id: z.int(), quantity: z.int().min(1) })),
})
const webhookBody = z.object({ url: z.string(), secret: z.string() })

/** The platform's API at its real paths. */
export function routes(
  app: FastifyInstance,
  given: {
    shop: Shop
    kit: SimulatorServices
    apiKey: string
    account: { id: string }
    name: string
    currency: string
  },
): void {
  const { shop, kit, apiKey, account, name, currency } = given

  app.addHook('preHandler', async (request, reply) => {
    if (request.headers.authorization !== `Bearer ${apiKey}` || kit.faults.isRevoked())
      return reply.code(401).send(refusal('unauthorized', 'The key is not known.'))
    if (kit.faults.shouldThrottle()) return reply.code(429).send(refusal('slow_down', 'Too many requests.'))
  })

  app.get('/v1/shop', async () => ({ id: account.id, name, currency }))

  app.get<{ Querystring: { after: string } }>('/v1/products', async ({ query }) => {
    const later = [...shop.products.values()].filter(({ id }) => id > Number(query.after))
    const products = later.slice(0, pageSize).map(({ price: _price, ...product }) => product)
    return { products, next: later.length > pageSize ? String(products.at(-1)?.id) : null }
  })

  app.get<{ Params: { id: string } }>('/v1/products/:id', async ({ params }, reply) => {
    const found = shop.products.get(Number(params.id))
    if (found === undefined)
      return reply.code(404).send(refusal('unknown_product', 'There is no such product.'))
    const { price: _price, ...product } = found
    return product
  })

  app.get<{ Querystring: { ids: string } }>('/v1/stock', async ({ query }) => ({
    rows: query.ids.split(',').flatMap((id) => {
      const product = shop.products.get(Number(id))
      return product === undefined ? [] : [{ id: product.id, stock: product.stock }]
    }),
  }))

  stockRoute(app, given)

  app.get<{ Querystring: { changed_since: string; after: string } }>('/v1/orders', async ({ query }) => {
    // Oldest change first; the version is where a reader has got to.
    const changed = [...shop.orders.values()]
      .filter((order) => order.changed_at >= query.changed_since && order.version > Number(query.after))
      .sort((one, other) => one.version - other.version)
    const rows = changed.slice(0, pageSize)
    return {
      orders: rows.map(shop.view),
      next: changed.length > pageSize ? String(rows.at(-1)?.version) : null,
    }
  })

  const orderOf = (id: string) => shop.orders.get(Number(id))
  const noOrder = refusal('unknown_order', 'There is no such order.')

  app.get<{ Params: { id: string } }>('/v1/orders/:id', async ({ params }, reply) => {
    const order = orderOf(params.id)
    return order === undefined ? reply.code(404).send(noOrder) : shop.view(order)
  })

  app.post<{ Params: { id: string } }>('/v1/orders/:id/shipments', async (request, reply) => {
    const order = orderOf(request.params.id)
    if (order === undefined) return reply.code(404).send(noOrder)
    const { reference, lines } = shipmentBody.parse(request.body)
    const id = shop.ship(order, reference, lines)
    return id === undefined
      ? reply.code(422).send(refusal('too_many', 'So many units are not left.'))
      : { id }
  })

  app.get('/v1/webhook', async () => ({ url: shop.webhook?.url ?? null }))

  app.put('/v1/webhook', async ({ body }) => {
    shop.webhook = webhookBody.parse(body)
    return { url: shop.webhook.url }
  })
}
