import type { WarehouseFloor } from '@plimsoll/connector-kit/simulator'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { errorOf } from './account.ts'

const listQuery = z.object({
  limit: z.coerce.number().int().min(1).max(500).default(100),
  group_by: z.enum(['warehouse', 'location']).default('warehouse'),
  cursor: z.coerce.number().int().min(0).default(0),
})

/** What of V2 is asked for. Its warehouses of stock have ids of their own. */
export function v2Routes(app: FastifyInstance, floor: WarehouseFloor): void {
  const inventoryIdOf = (facilityId: string) => `se-inv-${facilityId}`

  app.get('/v2/warehouses', async () => ({
    warehouses: floor.facilities.map(({ id, name }) => ({ warehouse_id: `se-${id}`, name })),
  }))
  app.get('/v2/inventory_warehouses', async () => ({
    inventory_warehouses: floor.facilities.map(({ id, name }) => ({
      inventory_warehouse_id: inventoryIdOf(id),
      name,
    })),
  }))
  app.get('/v2/inventory', async (request) => {
    const { limit, cursor } = listQuery.parse(request.query)
    const bySku = Map.groupBy(floor.counts(), ({ sku }) => sku)
    const rows = floor.items().flatMap(({ sku }) => bySku.get(sku) ?? [])
    const shown = rows.slice(cursor, cursor + limit)
    const next = new URLSearchParams({
      group_by: 'warehouse',
      limit: String(limit),
      cursor: String(cursor + limit),
    })
    const address = `http://${request.headers.host}/v2/inventory?${next}`
    return {
      inventory: shown.map(({ sku, facilityId, onHand, sellable, committed }) => ({
        sku,
        on_hand: onHand,
        allocated: Math.min(committed, sellable),
        available: sellable - committed,
        inventory_warehouse_id: inventoryIdOf(facilityId),
      })),
      total: rows.length,
      links: { next: { href: cursor + limit < rows.length ? address : null } },
    }
  })
  app.get('/v2/shipments/external_shipment_id/:key', async (request, reply) => {
    const { key } = z.object({ key: z.string() }).parse(request.params)
    const found = floor.requests.byReference(key)
    if (found === undefined) return reply.code(404).send(errorOf('not_found', 'No such shipment.'))
    return {
      shipment_id: `se-${found.id}`,
      external_shipment_id: key,
      shipment_number: found.number,
      shipment_status: found.state === 'shipped' ? 'label_purchased' : 'pending',
      ship_to: { name: found.recipient.name },
    }
  })
}
