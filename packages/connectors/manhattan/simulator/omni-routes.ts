import { type FloorRequest, openUnits, type WarehouseFloor } from '@plimsoll/connector-kit/simulator'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { done, refused, searchRoute, stampOf } from './answers.ts'
import type { Row } from './query-language.ts'
import { address, toRecipient } from './recipients.ts'
import { itemRows } from './wm-json.ts'
import type { PathsOf } from './wm-routes.ts'

const text = z.string().min(1)
const orderBody = z.object({
  OrderId: text.max(50),
  Extended: z.record(z.string(), z.string()).default({}),
  OrderLine: z
    .array(
      z.object({
        OrderLineId: text.max(50),
        ItemId: text,
        Quantity: z.int().min(1),
        UOM: text,
        ShipFromLocationId: text,
        ShipToAddress: z.object({ Address: address }),
      }),
    )
    .min(1),
})
const promiseBody = z.object({ ViewName: text, Items: z.array(text).max(200), Locations: z.array(text) })
export const VIEW = 'Plimsoll'

/** Omni: orders, what lies where as far as it knows, and what a view promises. */
export function omniRoutes(
  app: FastifyInstance,
  floor: WarehouseFloor,
  pathOf: PathsOf,
  numberField: string,
): void {
  searchRoute(app, pathOf('omniItems'), () => itemRows(floor))
  searchRoute(app, pathOf('omniLocations'), () =>
    floor.facilities.map(({ id, name }) => ({ LocationId: id, LocationName: name, IsActive: true })),
  )
  searchRoute(app, pathOf('omniSupply'), () => supplyRows(floor))
  searchRoute(app, pathOf('omniOrderSearch'), () => floor.requests.all().map(toOrderJson))

  app.post(pathOf('omniAvailability'), async (request) => {
    const read = promiseBody.safeParse(request.body)
    if (!read.success || read.data.ViewName !== VIEW) return refused('INV::9001', 'There is no such view.')
    const { Items, Locations } = read.data
    const rows = floor
      .counts()
      .filter(({ sku, facilityId }) => Items.includes(sku) && Locations.includes(facilityId))
      .map(({ sku, facilityId, sellable, committed }) => ({
        ItemId: sku,
        LocationId: facilityId,
        TotalQuantity: Math.max(0, sellable - committed),
      }))
    return done(rows.length === 0 ? null : rows)
  })

  app.post(pathOf('omniOrderSave'), async (request) => {
    const read = orderBody.safeParse(request.body)
    if (!read.success) return refused('ORD::9001', `Not valid: ${JSON.stringify(request.body)}`)
    const order = read.data
    const known = floor.requests.byReference(order.OrderId)
    if (known !== undefined)
      return known.state === 'received' ? done(order) : refused('ORD::9002', 'The order may not be changed.')
    const [first] = order.OrderLine
    if (first === undefined) return refused('ORD::9001', 'Not valid.')
    const taken = floor.requests.ask({
      reference: order.OrderId,
      number: order.Extended[numberField] ?? order.OrderId,
      facilityId: first.ShipFromLocationId,
      recipient: toRecipient(first.ShipToAddress.Address),
      lines: order.OrderLine.map((line) => ({
        reference: line.OrderLineId,
        sku: line.ItemId,
        quantity: line.Quantity,
      })),
    })
    return taken.kind === 'received' ? done(order) : refused('ORD::9003', `It is ${taken.kind}.`)
  })

  app.post(pathOf('omniOrderCancel'), async (request) => {
    const { OrderId = '' } = z.object({ OrderId: z.string() }).safeParse(request.body).data ?? {}
    const found = floor.requests.byReference(OrderId)
    if (found === undefined) return refused('ORD::9004', 'No such order.', 'NOT_FOUND')
    const outcome = floor.requests.cancel(found.id, 'until-working')
    return outcome === 'cancelled' ? done(null) : refused('ORD::9005', 'The order may not be cancelled.')
  })
}

/** Supplies stay when they come to nought. */
function supplyRows(floor: WarehouseFloor): Row[] {
  return floor.counts().flatMap(({ sku, stockUnitId, facilityId, sellable, damaged, incoming }) => {
    const base = { ItemId: sku, LocationId: facilityId }
    const rowOf = (type: string, quantity: number): Row => ({
      ...base,
      SupplyId: `${facilityId}-${stockUnitId}-${type}`,
      SupplyTypeId: type,
      Quantity: quantity,
    })
    return [
      rowOf('On Hand Available', sellable),
      ...(damaged > 0 ? [rowOf('On Hand Unavailable', damaged)] : []),
      ...(incoming > 0 ? [rowOf('In Transit', incoming)] : []),
    ]
  })
}

function toOrderJson(request: FloorRequest): Row {
  const [least, most] = statusesOf(request)
  return {
    OrderId: request.reference,
    OrderType: { OrderTypeId: 'RetailOrder' },
    MinFulfillmentStatusId: least,
    MaxFulfillmentStatusId: most,
    IsCancelled: request.state === 'cancelled' || request.state === 'rejected',
    IsOnHold: request.state === 'held',
    OrderHold: request.state === 'held' ? [{ HoldTypeId: request.problem?.code ?? null }] : [],
    UpdatedTimestamp: stampOf(request.changedAtMs),
    CustomerFirstName: request.recipient.name,
    OrderLine: request.lines.map((line) => ({
      OrderLineId: line.reference ?? String(line.id),
      ItemId: line.sku,
      Quantity: line.quantity,
      ShipFromLocationId: request.facilityId,
      FulfillmentDetail: [
        ...request.parcels.flatMap(({ id, carrier, trackingNumber, shippedAtMs, lines }) =>
          lines
            .filter(({ lineId }) => lineId === line.id)
            .flatMap(({ quantity, lot, serials }) => {
              const detail = {
                PackageId: `${request.id}-${id}`,
                TrackingNumber: trackingNumber,
                CarrierCode: carrier,
                UOM: 'UNIT',
                StatusId: '7000',
                FulfilledTimestamp: stampOf(shippedAtMs),
                BatchNumber: lot ?? null,
              }
              const singles = serials.map((serial) => ({ ...detail, Quantity: 1, SerialNumber: serial }))
              const rest = quantity - serials.length
              return rest > 0 ? [...singles, { ...detail, Quantity: rest, SerialNumber: null }] : singles
            }),
        ),
        ...(openUnits(line) > 0 && request.state === 'working'
          ? [{ Quantity: openUnits(line), UOM: 'UNIT', StatusId: request.isPicked ? '3600' : '3500' }]
          : []),
      ],
    })),
  }
}

function statusesOf({ state, isPicked, parcels, heldFrom }: FloorRequest): [string, string] {
  switch (state) {
    case 'shipped':
      return ['7000', '7000']
    case 'cancelled':
    case 'rejected':
      return ['9000', '9000']
    default: {
      const from = state === 'held' ? heldFrom : state
      const least = from === 'received' ? '3000' : isPicked ? '3600' : '3500'
      return [least, parcels.length > 0 ? '7000' : least]
    }
  }
}
