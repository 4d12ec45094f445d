import type { SimulatorServices } from '@plimsoll/connector-kit/simulator'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Order, Pantry } from './shop.ts'
import { updateStock } from './stock-update.ts'

const PAGE = 50
const updates = z.object({ updates: z.array(z.object({ item: z.number(), units: z.number() })).max(PAGE) })
const parcel = z.object({
  reference: z.string(),
  rows: z.array(z.object({ id: z.number(), units: z.int().min(1) })),
})
const tokenBody = z.object({ grant_type: z.literal('client_credentials'), scope: z.string().optional() })

export type Access = { user: string; secret: string; isBasic(header: string | undefined): boolean }

/** Pantry's REST API, as `example.json` describes it. */
export function apiRoutes(
  app: FastifyInstance,
  {
    shop,
    kit,
    access,
    name,
    currency,
  }: { shop: Pantry; kit: SimulatorServices; access: Access; name: string; currency: string },
): { endTokens(): void } {
  const tokens = new Map<string, number>()
  const refusal = (error: string, message: string) => ({ error, message })

  app.post('/oauth/token', async (request, reply) => {
    const isKnown = access.isBasic(request.headers.authorization) && tokenBody.safeParse(request.body).success
    if (!isKnown || kit.faults.isRevoked()) return reply.code(401).send({ error: 'invalid_client' })
    const token = `token-${kit.random().toString(36).slice(2)}`
    tokens.set(token, kit.clock.now() + 3_600_000)
    return { access_token: token, token_type: 'Bearer', expires_in: 3_600 }
  })

  app.register(async (api) => {
    api.addHook('preHandler', async (request, reply) => {
      const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1]
      const endsAt = token === undefined ? undefined : tokens.get(token)
      if (endsAt === undefined || kit.clock.now() > endsAt || kit.faults.isRevoked())
        return reply.code(401).send(refusal('unauthorized', 'The token is not known.'))
      if (kit.faults.shouldThrottle()) return reply.code(429).send(refusal('slow_down', 'Too many requests.'))
    })

    api.get('/v1/me', async () => ({ shop: { id: 'pantry-1', name, currency } }))

    const view = ({ price: _price, ...item }: { price: number; stock: number | null }) => ({
      ...item,
      on_sale: true,
    })
    api.get<{ Querystring: { page: string; per_page: string } }>('/v1/items', async ({ query }) => {
      const page = Number(query.page)
      const size = Number(query.per_page)
      const all = [...shop.items.values()]
      const items = all.slice((page - 1) * size, page * size).map(view)
      return { items, page, pages: Math.ceil(all.length / size) }
    })
    api.get<{ Params: { id: string } }>('/v1/items/:id', async ({ params }, reply) => {
      const item = shop.items.get(Number(params.id))
      return item === undefined
        ? reply.code(404).send(refusal('unknown_item', 'There is no such item.'))
        : view(item)
    })

    api.get<{ Querystring: { ids: string } }>('/v1/stock', async ({ query }) => ({
      stock: query.ids.split(',').flatMap((id) => {
        const item = shop.items.get(Number(id))
        return item === undefined ? [] : [{ item: item.id, units: item.stock }]
      }),
    }))
    api.post('/v1/stock', async (request) => ({
      results: updates
        .parse(request.body)
        .updates.map(({ item, units }) =>
          updateStock({ item: String(item), units }, { shop, kit, atNs: request.receivedAtNs }),
        ),
    }))

    const viewOrder = ({ parcels: _parcels, changedAtMs: _changed, to, ...order }: Order) => ({
      ...order,
      due: new Date(Date.parse(order.created) + 86_400_000).toISOString(),
      delivery: to === undefined ? null : 'Standard',
      address: to ?? null,
    })
    api.get<{ Querystring: { updated_since: string; cursor?: string } }>('/v1/orders', async ({ query }) => {
      const after = Number(query.cursor ?? 0)
      const changed = shop
        .changedSince(Date.parse(query.updated_since))
        .filter(({ version }) => version > after)
      const orders = changed.slice(0, PAGE)
      return {
        orders: orders.map(viewOrder),
        next: changed.length > PAGE ? String(orders.at(-1)?.version) : null,
      }
    })
    const unknownOrder = refusal('unknown_order', 'There is no such order.')
    api.get<{ Params: { id: string } }>('/v1/orders/:id', async ({ params }, reply) => {
      const order = shop.orders.get(Number(params.id))
      return order === undefined ? reply.code(404).send(unknownOrder) : viewOrder(order)
    })
    api.post<{ Params: { id: string } }>('/v1/orders/:id/parcels', async (request, reply) => {
      const order = shop.orders.get(Number(request.params.id))
      if (order === undefined) return reply.code(404).send(unknownOrder)
      const { reference, rows } = parcel.parse(request.body)
      const sent = shop.send(order, reference, new Map(rows.map(({ id, units }) => [id, units])))
      return sent === undefined
        ? reply.code(422).send(refusal('too_many', 'So many units are not left.'))
        : { parcel: sent }
    })
  })
  return { endTokens: () => tokens.clear() }
}
