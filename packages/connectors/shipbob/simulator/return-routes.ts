import type { FloorReturn, WarehouseFloor } from '@plimsoll/connector-kit/simulator'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { z } from 'zod'
import { CHANNEL } from './account.ts'
import { inventoryId, iso, shipmentIdOf } from './order-json.ts'
import { channelOf, faultsOf } from './order-routes.ts'

const body = z.strictObject({
  reference_id: z.string().min(1).max(50),
  fulfillment_center: z.object({ id: z.int(), name: z.string().nullish() }),
  original_shipment_id: z.int().nullish(),
  tracking_number: z.string().max(500).nullish(),
  inventory: z
    .array(
      z.strictObject({
        id: z.int(),
        quantity: z.int().min(1),
        requested_action: z.enum(['Default', 'Restock', 'Quarantine', 'Dispose']),
        lot_number: z.string().nullish(),
        lot_date: z.string().nullish(),
      }),
    )
    .min(1)
    // Each of them once: developer.shipbob.com/api-reference/1.0/returns/create-return-order.
    .refine((items) => new Set(items.map(({ id }) => id)).size === items.length, 'an inventory twice'),
})
const listQuery = z.object({
  Cursor: z.coerce.number().int().min(1).default(1),
  Limit: z.coerce.number().int().min(1).max(250).default(50),
  Status: z.string().optional(),
  ReferenceIds: z.string().optional(),
  CompletedStartDate: z.coerce.date().optional(),
  SortOrder: z.enum(['Asc', 'Desc']).default('Desc'),
})
const byId = z.object({ id: z.coerce.number().int() })

/** Return orders, as of 2026-01. */
export function returnRoutes(app: FastifyInstance, floor: WarehouseFloor): void {
  app.post('/return', async (request, reply) => {
    if (channelOf(request) !== CHANNEL.id) return problem(reply, 'The channel is not writable.')
    const read = body.safeParse(request.body)
    if (!read.success)
      return reply.code(422).send({ message: 'Invalid', errors: Object.keys(faultsOf(read.error)) })
    const { reference_id, fulfillment_center, original_shipment_id, inventory } = read.data
    const stranger = inventory.find(({ id }) => floor.itemOf(String(id)) === undefined)
    if (stranger !== undefined) return problem(reply, `Inventory ${stranger.id} does not exist.`)
    const taken = floor.intake.announceReturn(
      {
        reference: reference_id,
        facilityId: String(fulfillment_center.id),
        requestId: floor.requests
          .all()
          .find((one) => one.parcels.some(({ id }) => shipmentIdOf(one, id) === original_shipment_id))?.id,
        lines: inventory.map(({ id, quantity, lot_number }) => ({
          sku: floor.itemOf(String(id))?.sku ?? '',
          quantity,
          lot: lot_number ?? undefined,
        })),
      },
      // Nothing that is published says that it looks at references: two alike are two.
      { takesDuplicates: true },
    )
    if (!('returned' in taken)) return problem(reply, 'The fulfillment center does not exist.')
    return reply.code(201).send(toCreatedJson(floor, taken.returned))
  })
  app.get('/return', async (request) => {
    const query = listQuery.parse(request.query)
    const statuses = query.Status?.split(',')
    const references = query.ReferenceIds?.split(',')
    const completedFrom = query.CompletedStartDate?.getTime()
    const found = floor.intake
      .returns()
      .filter(
        (one) =>
          (statuses === undefined || statuses.includes(statusOf(one))) &&
          (references === undefined || references.includes(one.reference)) &&
          (completedFrom === undefined || (isCompleted(one) && one.changedAtMs >= completedFrom)),
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
  app.get('/return/:id', async (request, reply) => {
    const found = floor.intake.returned(byId.parse(request.params).id)
    return found === undefined ? reply.code(404).send() : toReturnJson(floor, found)
  })
  app.post<{ Params: { id: string } }>('/return/:id(^\\d+)::cancel', async (request, reply) => {
    const { id } = byId.parse(request.params)
    if (floor.intake.returned(id) === undefined) return problem(reply, `Return ${id} does not exist.`)
    if (floor.intake.cancelReturn(id)) return reply.code(200).send()
    return problem(reply, 'Only a return that awaits arrival can be cancelled.')
  })
}

function problem(reply: FastifyReply, detail: string) {
  return reply.code(400).send({ title: 'Bad Request', status: 400, detail })
}

function statusOf({ state, isComplete, lines }: FloorReturn): string {
  if (state === 'announced') return 'AwaitingArrival'
  if (state === 'cancelled') return 'Cancelled'
  if (isComplete) return 'Completed'
  return lines.every(({ condition }) => condition === 'waiting') ? 'Arrived' : 'Processing'
}

function isCompleted({ state, isComplete }: FloorReturn): boolean {
  return state === 'arrived' && isComplete
}

const actions = { sellable: 'Restock', damaged: 'Quarantine', disposed: 'Dispose' } as const

/** As it answers one that was made: without what a list tells of its history. */
function toCreatedJson(floor: WarehouseFloor, one: FloorReturn) {
  const { inventory, status_history, arrived_date, awaiting_arrival_date, ...rest } = toReturnJson(floor, one)
  const { processing_date, cancelled_date, shipment_tracking_number, ...shown } = rest
  return {
    ...shown,
    inventory: inventory.map(({ id, name, quantity, action_requested, action_taken }) => ({
      id,
      name,
      quantity,
      action_requested,
      action_taken,
    })),
  }
}

export function toReturnJson(floor: WarehouseFloor, one: FloorReturn) {
  const request = one.requestId === undefined ? undefined : floor.requests.get(one.requestId)
  const facility = floor.facilities.find(({ id }) => id === one.facilityId)
  const arrivedAtMs = one.state === 'arrived' ? one.lines[0]?.receivedAtMs : undefined
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
    arrived_date: arrivedAtMs === undefined ? null : iso(arrivedAtMs),
    processing_date: null,
    completed_date: isCompleted(one) ? iso(one.changedAtMs) : null,
    cancelled_date: one.state === 'cancelled' ? iso(one.changedAtMs) : null,
    customer_name: null,
    tracking_number: null,
    shipment_tracking_number: request?.parcels[0]?.trackingNumber ?? null,
    status_history: [
      { status: 'AwaitingArrival', timestamp: iso(one.createdAtMs) },
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
