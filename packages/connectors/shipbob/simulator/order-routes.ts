import type { WarehouseFloor } from '@plimsoll/connector-kit/simulator'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { CHANNEL } from './account.ts'
import { detailsOf, type OrderDetails, shipmentIdOf, toOrderJson, toShipmentsJson } from './order-json.ts'

const text = z.string().min(1)
const maybe = z.string().nullish()
const orderBody = z.object({
  reference_id: text.max(300),
  order_number: z.string().max(400).nullish(),
  type: z.enum(['DTC', 'DropShip', 'B2B']),
  shipping_method: text,
  purchase_date: maybe,
  location_id: z.int().nullish(),
  recipient: z.object({
    name: text.max(300),
    email: maybe,
    phone_number: z.string().max(50).nullish(),
    address: z.object({
      address1: text,
      address2: maybe,
      company_name: maybe,
      city: text,
      state: maybe,
      country: text.length(2),
      zip_code: maybe,
    }),
  }),
  products: z.array(z.object({ reference_id: text, name: text, quantity: z.int().min(1) })).min(1),
})
const listQuery = z.object({
  Page: z.coerce.number().int().min(1).default(1),
  Limit: z.coerce.number().int().min(1).max(250).default(50),
  ReferenceIds: z.string().optional(),
  IDs: z.string().optional(),
  LastUpdateStartDate: z.coerce.date().optional(),
  SortOrder: z.enum(['Newest', 'Oldest']).default('Newest'),
})
const byId = z.object({ id: z.coerce.number().int() })

/** Orders, as of 2026-01. */
export function orderRoutes(app: FastifyInstance, floor: WarehouseFloor): void {
  app.post('/order', async (request, reply) => {
    const channelId = channelOf(request)
    if (channelId !== CHANNEL.id) return reply.code(400).send({ shipbob_channel_id: ['is not writable'] })
    const read = orderBody.safeParse(request.body)
    if (!read.success) return reply.code(400).send(faultsOf(read.error))
    const body = read.data
    const facilityId = body.location_id ?? Number(floor.facilities[0]?.id)
    if (!floor.facilities.some(({ id }) => id === String(facilityId)))
      return reply.code(400).send({ LocationId: ['does not exist'] })
    // An ordered product that it does not know, it makes.
    for (const { reference_id, name } of body.products)
      if (floor.item(reference_id) === undefined) floor.addItem({ sku: reference_id, title: name })
    const { address } = body.recipient
    const details: OrderDetails = {
      channelId,
      shippingMethod: body.shipping_method,
      purchaseDate: body.purchase_date ?? new Date(0).toISOString(),
    }
    const taken = floor.requests.ask({
      reference: body.reference_id,
      number: body.order_number ?? body.reference_id,
      facilityId: String(facilityId),
      recipient: {
        name: body.recipient.name,
        company: address.company_name ?? undefined,
        addressLines: [address.address1, ...(address.address2 ? [address.address2] : [])],
        city: address.city,
        region: address.state ?? undefined,
        postalCode: address.zip_code ?? undefined,
        country: address.country,
        phone: body.recipient.phone_number ?? undefined,
        email: body.recipient.email ?? undefined,
      },
      lines: body.products.map(({ reference_id, quantity }) => ({ sku: reference_id, quantity })),
      details,
    })
    if (taken.kind !== 'received')
      return reply.code(422).send({ errors: [`An order with reference id ${body.reference_id} exists.`] })
    return reply.code(201).send(toOrderJson(floor, taken.request))
  })

  app.get('/order', async (request) => {
    const query = listQuery.parse(request.query)
    const channelId = channelOf(request)
    const references = query.ReferenceIds?.split(',')
    const ids = query.IDs?.split(',').map(Number)
    const since = query.LastUpdateStartDate?.getTime()
    const found = floor.requests
      .all()
      .filter(
        (one) =>
          (channelId === undefined || detailsOf(one).channelId === channelId) &&
          (references === undefined || references.includes(one.reference)) &&
          (ids === undefined || ids.includes(one.id)) &&
          (since === undefined || one.changedAtMs > since),
      )
    // By when they were made; the floor keeps them so.
    const sorted = query.SortOrder === 'Oldest' ? found : found.toReversed()
    const from = (query.Page - 1) * query.Limit
    return sorted.slice(from, from + query.Limit).map((one) => toOrderJson(floor, one))
  })

  app.get('/order/:id', async (request, reply) => {
    const found = floor.requests.get(byId.parse(request.params).id)
    return found === undefined ? reply.code(404).send() : toOrderJson(floor, found)
  })

  app.post<{ Params: { id: string } }>('/order/:id(^\\d+)::cancel', async (request, reply) => {
    const found = floor.requests.get(byId.parse(request.params).id)
    if (found === undefined) return reply.code(404).send()
    if (found.state === 'cancelled') return reply.code(422).send({ Order: ['is cancelled'] })
    const ids = toShipmentsJson(floor, found).map(({ id }) => id)
    const isCancelled = floor.requests.cancel(found.id, 'until-working') === 'cancelled'
    return {
      order_id: found.id,
      order: toOrderJson(floor, found),
      status: isCancelled ? 'Success' : 'Failure',
      canceled_shipment_results: (isCancelled ? [shipmentIdOf(found, 1)] : ids).map((id) => ({
        shipment_id: id,
        is_success: isCancelled,
        reason: isCancelled ? null : 'Shipment is not in a cancellable state.',
        action: 'Cancel',
      })),
    }
  })
}

export function channelOf({ headers }: FastifyRequest): number | undefined {
  const { shipbob_channel_id: given } = headers
  return typeof given === 'string' ? Number(given) : undefined
}

/** `Recipient.Address.City`, as .NET names fields. */
export function faultsOf({ issues }: z.ZodError): Record<string, string[]> {
  return Object.fromEntries(
    issues.map(({ path, message }) => [
      path
        .map((part) => (typeof part === 'number' ? `[${part}]` : `.${pascal(String(part))}`))
        .join('')
        .replace(/^\./, ''),
      [message],
    ]),
  )
}

function pascal(name: string): string {
  return name.replaceAll(/(^|_)([a-z0-9])/g, (_, __, letter: string) => letter.toUpperCase())
}
