import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { orderLines } from './control.ts'
import { createShopper } from './shopper.ts'
import type { ControlledPlatform, SimulatorServices } from './simulator.ts'
import { renderStorefront } from './storefront-page.ts'

/** More cards than this make a page slow and help nobody: the search box narrows. */
const cardsMax = 60

const shopQuery = z.object({
  q: z.string().max(200).default(''),
  lang: z.enum(['en', 'zh']).optional().catch(undefined),
})

/** The storefront under `/shop`: what shoppers see of a simulated platform. */
export function storefrontRoutes(
  app: FastifyInstance,
  platform: ControlledPlatform,
  kit: SimulatorServices,
): void {
  const shopper = createShopper(platform, kit)

  const stock = async (search: string) => {
    const { total, rows } = await platform.control.products({ search, limit: cardsMax })
    const last = kit.books.orders.last()
    const orders = kit.books.orders
      .after(Math.max(0, last - 8))
      .reverse()
      .map(({ externalId, lines }) => ({
        externalId,
        lines: lines.map(({ sku, quantity }) => ({ sku, quantity })),
      }))
    return { total, products: rows, orders, ...kit.books.totals() }
  }

  app.get('/', async (request, reply) => {
    const { q, lang } = shopQuery.parse(request.query)
    const language = lang ?? languageOf(request.headers['accept-language'])
    return reply.type('text/html; charset=utf-8').send(
      renderStorefront({
        language,
        name: platform.name,
        colour: platform.colour ?? '#0b5fff',
        currency: platform.currency ?? 'EUR',
        search: q,
        ...(await stock(q)),
      }),
    )
  })

  app.get('/stock.json', async (request) => stock(shopQuery.parse(request.query).q))

  app.post('/buy', async (request, reply) => {
    const { lines } = orderLines.parse(request.body)
    const placed = await shopper.checkout(lines)
    if (placed.kind === 'placed') return reply.code(201).send({ externalId: placed.externalId })
    return reply.code(409).send({ refused: placed.skus })
  })

  app.setErrorHandler((error, _request, reply) => {
    if (error instanceof z.ZodError) return reply.code(400).send({ detail: 'The order is not readable.' })
    throw error
  })
}

/** Chinese when the browser asks for it first, else English. */
export function languageOf(header: string | undefined): 'en' | 'zh' {
  return header?.trim().toLowerCase().startsWith('zh') === true ? 'zh' : 'en'
}
