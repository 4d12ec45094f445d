import type { FloorInbound, WarehouseFloor } from '@plimsoll/connector-kit/simulator'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { inventoryId, iso } from './order-json.ts'
import { faultsOf } from './order-routes.ts'

const body = z.object({
  fulfillment_center: z.object({ id: z.int() }),
  package_type: z.enum(['Package', 'Pallet', 'FloorLoadedContainer']),
  box_packaging_type: z.enum(['EverythingInOneBox', 'OneSkuPerBox', 'MultipleSkuPerBox']),
  expected_arrival_date: z.iso.datetime(),
  purchase_order_number: z.string().nullish(),
  boxes: z
    .array(
      z.object({
        tracking_number: z.string().nullable(),
        box_items: z
          .array(
            z.object({
              inventory_id: z.int(),
              quantity: z.int().min(1),
              lot_number: z.string().nullish(),
              lot_date: z.string().nullish(),
            }),
          )
          .min(1),
      }),
    )
    .min(1),
})
const listQuery = z.object({
  Page: z.coerce.number().int().min(1).default(1),
  Limit: z.coerce.number().int().min(1).max(250).default(50),
  PurchaseOrderNumbers: z.string().optional(),
  Statuses: z.string().optional(),
  CompletedStartDate: z.coerce.date().optional(),
})
const byId = z.object({ id: z.coerce.number().int() })

/** Warehouse receiving orders, as of 2026-01. Everything comes in one box. */
export function receivingRoutes(app: FastifyInstance, floor: WarehouseFloor): void {
  app.post('/receiving', async (request, reply) => {
    const read = body.safeParse(request.body)
    if (!read.success) return reply.code(400).send(faultsOf(read.error))
    const { fulfillment_center, purchase_order_number, expected_arrival_date, boxes, ...kinds } = read.data
    const items = boxes.flatMap(({ box_items }, box) => box_items.map((item, at) => ({ item, box, at })))
    const stranger = items.find(({ item }) => floor.itemOf(String(item.inventory_id)) === undefined)
    if (stranger !== undefined) {
      const field = `Boxes[${stranger.box}].BoxItems[${stranger.at}].InventoryId`
      return reply.code(400).send({ [field]: ['does not exist'] })
    }
    const taken = floor.intake.announce({
      reference: undefined, // It looks at none: two alike are two.
      number: purchase_order_number ?? '',
      facilityId: String(fulfillment_center.id),
      lines: items.map(({ item: { inventory_id, quantity, lot_number, lot_date } }) => ({
        sku: floor.itemOf(String(inventory_id))?.sku ?? '',
        quantity,
        lot: lot_number ?? undefined,
        expiresOn: lot_date?.slice(0, 10),
      })),
      details: { expected_arrival_date, tracking_number: boxes[0]?.tracking_number ?? null, ...kinds },
    })
    if (taken.kind !== 'announced')
      return reply.code(400).send({ 'FulfillmentCenter.Id': ['does not exist'] })
    return reply.code(201).send(toJson(floor, taken.inbound))
  })
  app.get('/receiving', async (request, reply) => {
    const query = listQuery.parse(request.query)
    const numbers = query.PurchaseOrderNumbers?.split(',')
    const statuses = query.Statuses?.split(',')
    const completedFrom = query.CompletedStartDate?.getTime()
    const found = floor.intake
      .inbounds()
      .filter(
        (one) =>
          (numbers === undefined || numbers.includes(one.number)) &&
          (statuses === undefined || statuses.includes(statusOf(one))) &&
          (completedFrom === undefined || (one.state === 'closed' && one.changedAtMs >= completedFrom)),
      )
    const from = (query.Page - 1) * query.Limit
    reply.headers({
      'Page-Number': query.Page,
      'Page-Size': query.Limit,
      'Total-Count': found.length,
      'Total-Pages': Math.ceil(found.length / query.Limit),
    })
    return found.slice(from, from + query.Limit).map((one) => toJson(floor, one))
  })
  app.get('/receiving/:id/boxes', async (request, reply) => {
    const found = floor.intake.inbound(byId.parse(request.params).id)
    return found === undefined ? reply.code(404).send() : [toBox(floor, found)]
  })
}

function statusOf({ state }: FloorInbound): string {
  const names = { announced: 'Awaiting', arriving: 'Processing', closed: 'Completed', cancelled: 'Cancelled' }
  return names[state]
}

function toJson(floor: WarehouseFloor, inbound: FloorInbound) {
  const facility = floor.facilities.find(({ id }) => id === inbound.facilityId)
  const { expected_arrival_date, package_type, box_packaging_type } = inbound.details
  const skus = new Set([...inbound.lines, ...inbound.received].map(({ sku }) => sku))
  const status = statusOf(inbound)
  return {
    id: inbound.id,
    status,
    purchase_order_number: inbound.number,
    fulfillment_center: { id: Number(inbound.facilityId), name: facility?.name ?? '' },
    package_type: package_type ?? 'Package',
    box_packaging_type: box_packaging_type ?? 'EverythingInOneBox',
    expected_arrival_date: expected_arrival_date ?? iso(inbound.announcedAtMs),
    insert_date: iso(inbound.announcedAtMs),
    last_updated_date: iso(inbound.changedAtMs),
    external_sync_timestamp: null,
    box_labels_uri: null,
    inventory_quantities: [...skus].map((sku) => {
      const taken = unitsOf(inbound.received, sku)
      return {
        inventory_id: inventoryId(floor, sku),
        sku,
        expected_quantity: unitsOf(inbound.lines, sku),
        received_quantity: taken,
        stowed_quantity: taken,
      }
    }),
    status_history: [{ id: 1, status, timestamp: iso(inbound.changedAtMs) }],
  }
}

function toBox(floor: WarehouseFloor, inbound: FloorInbound) {
  const rows = [
    ...inbound.lines.map((line) => ({ ...line, expected: line.quantity, taken: 0 })),
    ...inbound.received.map((line) => ({ ...line, expected: 0, taken: line.quantity })),
  ]
  const items = Map.groupBy(rows, ({ sku, lot }) => JSON.stringify([sku, lot ?? null]))
  const [first] = inbound.received
  return {
    box_id: inbound.id * 10 + 1,
    box_number: 1,
    box_status: inbound.state === 'closed' ? 'Completed' : first === undefined ? 'Awaiting' : 'Stowing',
    tracking_number: inbound.details.tracking_number ?? null,
    arrived_date: first === undefined ? null : iso(first.receivedAtMs),
    counting_started_date: null,
    received_date: first === undefined ? null : iso(first.receivedAtMs),
    box_items: [...items.values()].map((own) => {
      const taken = own.reduce((sum, each) => sum + each.taken, 0)
      const expiresOn = own.find((each) => each.expiresOn !== undefined)?.expiresOn
      return {
        inventory_id: inventoryId(floor, own[0]?.sku ?? ''),
        quantity: own.reduce((sum, { expected }) => sum + expected, 0),
        received_quantity: taken,
        stowed_quantity: taken,
        lot_number: own[0]?.lot ?? null,
        lot_date: expiresOn === undefined ? null : `${expiresOn}T00:00:00Z`,
      }
    }),
  }
}

function unitsOf(rows: readonly { sku: string; quantity: number }[], sku: string): number {
  return rows.filter((row) => row.sku === sku).reduce((sum, { quantity }) => sum + quantity, 0)
}
