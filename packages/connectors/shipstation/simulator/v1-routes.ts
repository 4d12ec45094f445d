import type { FloorItem, FloorRequest, WarehouseFloor } from '@plimsoll/connector-kit/simulator'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { fromPacific } from '../pacific.ts'
import { detailsOf, MANUAL_STORE, toLabelJson, toOrderJson } from './order-json.ts'

const listQuery = z.object({
  page: z.coerce.number().int().min(1).default(1),
  pageSize: z.coerce.number().int().min(1).max(500).default(100),
  sku: z.string().optional(),
  orderId: z.coerce.number().int().optional(),
  orderNumber: z.string().optional(),
  storeId: z.coerce.number().int().optional(),
  modifyDateStart: z.string().optional(),
  createDateStart: z.string().optional(),
  includeShipmentItems: z.enum(['true', 'false']).optional(),
  sortBy: z.enum(['OrderDate', 'ModifyDate', 'CreateDate', 'ProductID', 'SKU', 'ShipDate']).optional(),
  sortDir: z.enum(['ASC', 'DESC']).default('ASC'),
})
const text = z.string().min(1)
const maybe = z.string().nullish()
const address = z.object({
  name: text,
  company: maybe,
  street1: text,
  street2: maybe,
  street3: maybe,
  city: text,
  state: maybe,
  postalCode: maybe,
  country: text.length(2),
  phone: maybe,
})
const orderBody = z.looseObject({
  orderNumber: text.max(50),
  orderKey: text.max(50).optional(),
  orderDate: text,
  orderStatus: z.enum(['awaiting_payment', 'awaiting_shipment', 'shipped', 'on_hold', 'cancelled']),
  customerEmail: maybe,
  billTo: z.looseObject({ name: text }),
  shipTo: address,
  items: z.array(z.object({ lineItemKey: maybe, sku: text, name: maybe, quantity: z.int().min(0) })),
  advancedOptions: z.looseObject({ warehouseId: z.int().nullish(), storeId: z.int().nullish() }).nullish(),
})
const byId = z.object({ id: z.coerce.number().int() })

/** Orders, labels and products, as V1 has them. */
export function v1Routes(app: FastifyInstance, floor: WarehouseFloor, name: string): void {
  app.get('/stores', async () => [
    {
      storeId: MANUAL_STORE,
      storeName: name,
      marketplaceId: 0,
      marketplaceName: 'ShipStation',
      active: true,
    },
  ])
  app.get('/warehouses', async () =>
    floor.facilities.map(({ id, name: warehouseName }, at) => ({
      warehouseId: Number(id),
      warehouseName,
      isDefault: at === 0,
    })),
  )
  app.get('/products', async (request) => {
    const query = listQuery.parse(request.query)
    const found = floor.items().filter(({ sku }) => query.sku === undefined || sku === query.sku)
    return paged('products', found.map(toProduct), query)
  })
  app.get('/products/:id', async (request, reply) => {
    const item = floor.itemOf(z.object({ id: z.string() }).parse(request.params).id)
    return item === undefined ? reply.code(404).send({ Message: 'Not found.' }) : toProduct(item)
  })

  app.post('/orders/createorder', async (request, reply) => {
    const read = orderBody.safeParse(request.body)
    if (!read.success) return reply.code(400).send(refusalOf(read.error))
    const { orderKey = crypto.randomUUID(), orderStatus, advancedOptions, ...body } = read.data
    const known = floor.requests.byReference(orderKey)
    if (known !== undefined) {
      // Locked from modification.
      if (['shipped', 'cancelled', 'rejected'].includes(known.state))
        return reply.code(400).send({ Message: 'Shipped and cancelled orders can not be changed.' })
      if (orderStatus === 'cancelled' && floor.requests.cancel(known.id, 'until-shipped') !== 'cancelled')
        return reply.code(400).send({ Message: 'The order can not be cancelled.' })
      return toOrderJson(floor, known)
    }
    // An ordered product that it does not know, it makes.
    for (const { sku, name: title } of body.items)
      if (floor.item(sku) === undefined) floor.addItem({ sku, title: title ?? sku })
    const { shipTo } = body
    const taken = floor.requests.ask({
      reference: orderKey,
      number: body.orderNumber,
      facilityId: String(advancedOptions?.warehouseId ?? floor.facilities[0]?.id ?? ''),
      recipient: {
        name: shipTo.name,
        company: shipTo.company ?? undefined,
        addressLines: [shipTo.street1, ...[shipTo.street2, shipTo.street3].flatMap((line) => line || [])],
        city: shipTo.city,
        region: shipTo.state ?? undefined,
        postalCode: shipTo.postalCode ?? undefined,
        country: shipTo.country,
        phone: shipTo.phone ?? undefined,
        email: body.customerEmail ?? undefined,
      },
      lines: body.items.map(({ sku, quantity, lineItemKey }) => ({
        sku,
        quantity,
        reference: lineItemKey ?? undefined,
      })),
      details: { storeId: advancedOptions?.storeId ?? MANUAL_STORE, body: { ...body, items: undefined } },
    })
    if (taken.kind !== 'received')
      return reply.code(400).send({ ModelState: { 'apiOrder.advancedOptions.warehouseId': ['unknown'] } })
    return toOrderJson(floor, taken.request)
  })
  app.get('/orders/:id', async (request, reply) => {
    const found = floor.requests.get(byId.parse(request.params).id)
    return found === undefined ? reply.code(404).send({ Message: 'Not found.' }) : toOrderJson(floor, found)
  })
  app.get('/orders', async (request) => {
    const query = listQuery.parse(request.query)
    const since = momentOf(query.modifyDateStart)
    const found = floor.requests
      .all()
      .filter(
        (one) =>
          (query.storeId === undefined || detailsOf(one).storeId === query.storeId) &&
          (query.orderNumber === undefined || one.number.startsWith(query.orderNumber)) &&
          (since === undefined || one.changedAtMs >= since),
      )
    const by = query.sortBy === 'ModifyDate' ? 'changedAtMs' : 'receivedAtMs'
    return paged(
      'orders',
      sorted(found, by, query.sortDir).map((one) => toOrderJson(floor, one)),
      query,
    )
  })
  app.get('/shipments', async (request) => {
    const query = listQuery.parse(request.query)
    const since = momentOf(query.createDateStart)
    const labels = floor.requests
      .all()
      .filter(({ id }) => query.orderId === undefined || id === query.orderId)
      .flatMap((one) =>
        one.parcels
          .filter(({ shippedAtMs }) => since === undefined || shippedAtMs >= since)
          .map((parcel) => toLabelJson(one, parcel)),
      )
    const isItemized = query.includeShipmentItems === 'true'
    return paged(
      'shipments',
      labels.map((label) => (isItemized ? label : { ...label, shipmentItems: null })),
      query,
    )
  })
  app.get('/fulfillments', async (request) => paged('fulfillments', [], listQuery.parse(request.query)))
}

function toProduct({ stockUnitId, sku, title, barcode }: FloorItem) {
  return { productId: Number(stockUnitId), sku, name: title, upc: barcode ?? null, active: true }
}

function momentOf(written: string | undefined): number | undefined {
  return written === undefined ? undefined : fromPacific(written)?.getTime()
}

function sorted(found: FloorRequest[], by: 'changedAtMs' | 'receivedAtMs', direction: 'ASC' | 'DESC') {
  return found.toSorted((one, other) => (direction === 'ASC' ? 1 : -1) * (one[by] - other[by]))
}

function paged<Row>(name: string, rows: readonly Row[], { page, pageSize }: z.infer<typeof listQuery>) {
  const from = (page - 1) * pageSize
  return {
    [name]: rows.slice(from, from + pageSize),
    total: rows.length,
    page,
    pages: Math.ceil(rows.length / pageSize),
  }
}

/** Names of fields, as .NET says them. */
function refusalOf({ issues }: z.ZodError) {
  return {
    Message: 'The request is invalid.',
    ModelState: Object.fromEntries(
      issues.map(({ path, message }) => [`apiOrder.${path.map(String).join('.')}`, [message]]),
    ),
  }
}
