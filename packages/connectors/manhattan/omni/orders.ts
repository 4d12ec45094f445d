import {
  type CallOptions,
  Invalid,
  isConnectorError,
  NotFound,
  type Page,
  type RequestedShipment,
  type ShipmentCancellation,
  type ShipmentRequest,
  type StreamQuery,
  type WarehouseShipment,
} from '@plimsoll/connector-kit'
import { z } from 'zod'
import { anything, id } from '../envelope.ts'
import { createCursors, readChanged, stamp } from '../follow.ts'
import { createKnownItems, homeOf, packagesOf, readItems } from '../items.ts'
import { mapRows, readRow } from '../map.ts'
import { momentOf } from '../query.ts'
import { addressOf, assertTakes, beforeItLeaves, withNumber } from '../request-body.ts'
import { searchFor } from '../search.ts'
import { ask, type Context } from '../transport.ts'
import { ORDER_TEMPLATE, order, toShipment } from './order-map.ts'

const rawOrder = z.looseObject({ OrderId: id })
type RawOrder = z.infer<typeof rawOrder>
const changedOrder = z.looseObject({ OrderId: id, UpdatedTimestamp: stamp })
const cursors = createCursors(['orders'])

/** A shipment of the hub is an order of Omni's, whose id is the hub's: saving it twice is saving it once. */
export function createOrders(context: Context) {
  const unknownItems = createKnownItems(context)
  const facility = homeOf(context)

  const find = async (
    orderId: string,
    operation: string,
    options?: CallOptions,
  ): Promise<WarehouseShipment | undefined> => {
    const search = {
      operation,
      facility,
      path: 'omniOrderSearch',
      template: ORDER_TEMPLATE,
      options,
    } as const
    const found = await searchFor<RawOrder>(
      context,
      { ...search, field: 'OrderId', values: [orderId], key: 'OrderId' },
      rawOrder,
    )
    const toRow = await createToRow(context, found, operation, options)
    return found[0] === undefined ? undefined : toRow(found[0])
  }

  return {
    async requestShipment(request: ShipmentRequest, options?: CallOptions): Promise<RequestedShipment> {
      assertTakes(request, context.settings.facilities)
      if (request.lines.some(({ lot }) => lot !== undefined))
        throw new Invalid('Omni leaves the lot to the warehouse.', 'lines.lot')
      const unknown = await beforeItLeaves(() =>
        unknownItems(
          request.lines.map(({ stockUnitId }) => stockUnitId),
          options,
        ),
      )
      if (unknown[0] !== undefined)
        throw new Invalid(`Manhattan has no item ${unknown[0].slice(0, 60)}.`, 'lines.sku')
      const body = toOrderBody(request, context)
      try {
        const call = { operation: 'requestShipment', path: 'omniOrderSave', facility, body, options } as const
        await ask(context, call, anything)
      } catch (error) {
        // An order that is released may not be saved again; the one that is there is what was wanted.
        if (!isConnectorError(error) || (error.kind !== 'invalid' && error.kind !== 'conflict')) throw error
        if ((await find(request.shipmentId, 'requestShipment.find', options)) === undefined) throw error
      }
      return { externalId: request.shipmentId }
    },

    findShipment: (shipmentId: string, options?: CallOptions) => find(shipmentId, 'findShipment', options),

    async cancelShipment(
      { externalId }: { externalId: string },
      options?: CallOptions,
    ): Promise<ShipmentCancellation> {
      let isTaken = false
      try {
        const body = { OrderId: externalId }
        const call = {
          operation: 'cancelShipment',
          path: 'omniOrderCancel',
          facility,
          body,
          options,
        } as const
        await ask(context, call, anything)
        isTaken = true
      } catch (error) {
        // Refused: it has left, or it is cancelled already. Its state says which.
        if (!isConnectorError(error) || !['invalid', 'conflict', 'not-found'].includes(error.kind))
          throw error
      }
      const now = await find(externalId, 'cancelShipment.read', options)
      if (now === undefined) throw new NotFound('Manhattan has no order of this id.')
      if (now.state === 'cancelled') return 'cancelled'
      return isTaken && now.parcels.length === 0 ? 'asked' : 'too-late'
    },

    async shipments({ since, cursor }: StreamQuery, options?: CallOptions): Promise<Page<WarehouseShipment>> {
      const reading = cursors.read(cursor, since, [facility])
      const search = { operation: 'shipments', facility, path: 'omniOrderSearch', options } as const
      const { rows, next, platformTime } = await readChanged(
        context,
        { ...search, template: ORDER_TEMPLATE, where: [], key: 'OrderId' },
        reading.position,
        changedOrder,
      )
      const toRow = await createToRow(context, rows, 'shipments', options)
      return {
        ...mapRows<RawOrder, WarehouseShipment>(rows, { idOf: ({ OrderId }) => OrderId, toRow }),
        next: cursors.next(reading, next, [facility]),
        platformTime,
      }
    },
  }
}

/** What makes a shipment of one of these orders, with the packages of the items that are told in other units. */
async function createToRow(
  context: Context,
  raws: readonly RawOrder[],
  operation: string,
  options: CallOptions | undefined,
): Promise<(raw: RawOrder) => WarehouseShipment> {
  const { unit } = context.settings
  const packed = new Set<string>()
  for (const raw of raws) {
    for (const { ItemId, FulfillmentDetail } of order.safeParse(raw).data?.OrderLine ?? []) {
      const isOther = (uom: string | null | undefined) => uom && uom.toUpperCase() !== unit.toUpperCase()
      if (FulfillmentDetail?.some(({ UOM }) => isOther(UOM))) packed.add(ItemId)
    }
  }
  const items = await readItems(context, [...packed], operation, options)
  const units = { base: unit, packagesOf: (item: string) => packagesOf(items.get(item)) }
  return (raw) => toShipment(readRow(raw, order, `order ${raw.OrderId}`), units)
}

function toOrderBody(request: ShipmentRequest, { settings }: Context): Record<string, unknown> {
  const { orderType, shipVia, unit, numberField } = settings
  const method = request.method ?? shipVia
  const address = addressOf(request.recipient)
  return withNumber(numberField, request.number, {
    OrderId: request.shipmentId,
    ...(orderType !== undefined && { OrderType: { OrderTypeId: orderType } }),
    CapturedDate: momentOf(request.placedAt),
    ...(request.currency !== undefined && { CurrencyCode: request.currency }),
    OrderLine: request.lines.map(({ lineId, stockUnitId, quantity }) => ({
      OrderLineId: lineId,
      ItemId: stockUnitId,
      Quantity: quantity,
      UOM: unit,
      ShipFromLocationId: request.locationId,
      DeliveryMethod: { DeliveryMethodId: 'ShipToAddress' },
      ...(method !== undefined && { ShippingMethodId: method }),
      ...(request.shipBy !== undefined && { LatestShipDate: momentOf(request.shipBy) }),
      ShipToAddress: { Address: address },
    })),
  })
}
