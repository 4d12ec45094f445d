import type { SimulatorServices } from '@plimsoll/connector-kit/simulator'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { pageSize } from '../api.ts'
import { locationId, quantityMax } from '../levels.ts'
import { refusal } from './refusal.ts'
import type { Shop } from './shop.ts'

const body = z.object({ rows: z.array(z.object({ id: z.int(), stock: z.int() })).max(pageSize) })

/** Stock is set for many products at once; each row has an outcome of its own. */
export function stockRoute(
  app: FastifyInstance,
  { shop, kit }: { shop: Shop; kit: SimulatorServices },
): void {
  app.post('/v1/stock', async (request) => {
    const rows = body.parse(request.body).rows.map(({ id, stock }) => {
      const product = shop.products.get(id)
      if (product === undefined) return { id, ...refusal('unknown_product', 'There is no such product.') }
      if (product.stock === null) return { id, ...refusal('not_counted', 'The product is not counted.') }
      if (stock < 0 || stock > quantityMax) return { id, ...refusal('bad_stock', 'That is no stock.') }
      const before = product.stock
      product.stock = stock
      // The one book that a platform keeps itself: what API calls wrote.
      kit.books.writes.append({
        atNs: request.receivedAtNs,
        stockUnitId: String(id),
        locationId,
        quantity: stock,
        before,
        after: stock,
      })
      return { id, stock }
    })
    return { rows }
  })
}
