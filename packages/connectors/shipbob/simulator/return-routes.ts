import type { FloorReturn, WarehouseFloor } from '@plimsoll/connector-kit/simulator'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { CHANNEL } from './account.ts'
import { inventoryId, iso, shipmentIdOf } from './order-json.ts'

const listQuery = z.object({
  Cursor: z.coerce.number().int().min(1).default(1),
  Limit: z.coerce.number().int().min(1).max(250).default(50),
  Status: z.string().optional(),
  CompletedStartDate: z.coerce.date().optional(),
  SortOrder: z.enum(['Asc', 'Desc']).default('Desc'),
})

/** Return orders, as of 2026-01. */
export function returnRoutes(app: FastifyInstance, floor: WarehouseFloor): void {
  app.get('/return', async (request) => {
    const query = listQuery.parse(request.query)
    const statuses = query.Status?.split(',')
    const completedFrom = query.CompletedStartDate?.getTime()
    const found = floor.intake
      .returns()
      .filter(
        (one) =>
          (statuses === undefined || statuses.includes(statusOf(one))) &&
          (completedFrom === undefined || (one.isComplete && one.changedAtMs >= completedFrom)),
      )
    const sorted = query.SortOrder === 'Asc' ? found : found.toReversed()
    const from = (query.Cursor - 1) * query.Limit
    const next = from + query.Limit < sorted.length
    const address = new URL(request.url, `http://${request.headers.host}`)
    address.searchParams.set('Cursor', String(query.Cursor + 1))
    return {
      items: sorted.slice(from, from + query.Limit).map((one) => toReturnJson(floor, one)),
      first: null,
      prev: null,
      last: null,
      next: next ? address.href : null,
    }
  })
}

function statusOf({ isComplete, lines }: FloorReturn): string {
  if (isComplete) return 'Completed'
  return lines.every(({ condition }) => condition === 'waiting') ? 'Arrived' : 'Processing'
}

const actions = { sellable: 'Restock', damaged: 'Quarantine', disposed: 'Dispose' } as const

export function toReturnJson(floor: WarehouseFloor, one: FloorReturn) {
  const request = one.requestId === undefined ? undefined : floor.requests.get(one.requestId)
  const facility = floor.facilities.find(({ id }) => id === one.facilityId)
  return {
    id: one.id,
    status: statusOf(one),
    reference_id: one.reference,
    store_order_id: request?.reference ?? null,
    original_shipment_id: request === undefined ? null : shipmentIdOf(request, 1),
    fulfillment_center: { id: Number(one.facilityId), name: facility?.name ?? '' },
    channel: { id: CHANNEL.id, name: CHANNEL.name },
    return_type: 'Regular',
    insert_date: iso(one.createdAtMs),
    awaiting_arrival_date: iso(one.createdAtMs),
    arrived_date: iso(one.createdAtMs),
    processing_date: null,
    completed_date: one.isComplete ? iso(one.changedAtMs) : null,
    cancelled_date: null,
    customer_name: null,
    tracking_number: null,
    shipment_tracking_number: request?.parcels[0]?.trackingNumber ?? null,
    status_history: [
      { status: 'Arrived', timestamp: iso(one.createdAtMs) },
      { status: statusOf(one), timestamp: iso(one.changedAtMs) },
    ],
    inventory: one.lines.map(({ sku, quantity, condition, lot, expiresOn }) => ({
      id: inventoryId(floor, sku),
      sku,
      name: floor.item(sku)?.title ?? sku,
      quantity,
      barcodes: [],
      action_requested: { action: 'Restock', action_type: 'Inventory Default', instructions: null },
      action_taken:
        condition === 'waiting'
          ? []
          : [{ action: actions[condition], action_reason: null, quantity_processed: quantity }],
      lot_information: {
        number: lot ?? null,
        expiration: expiresOn === undefined ? null : `${expiresOn}T00:00:00Z`,
        minimumShelfLife: null,
      },
    })),
    transactions: [],
  }
}
