import {
  type CallOptions,
  Invalid,
  isConnectorError,
  NotFound,
  type RequestedShipment,
  type ShipmentCancellation,
  type ShipmentRequest,
  type WarehouseShipment,
} from '@plimsoll/connector-kit'
import { anything } from '../envelope.ts'
import { createKnownItems } from '../items.ts'
import { momentOf } from '../query.ts'
import { addressOf, assertTakes, beforeItLeaves, withNumber } from '../request-body.ts'
import { ask, type Context } from '../transport.ts'
import { findOrder } from './shipments.ts'

/** A shipment of the hub is an original order, whose id is the hub's: saving it twice is saving it once. */
export function createOrders(context: Context) {
  const unknownItems = createKnownItems(context)
  const { settings } = context

  return {
    async requestShipment(request: ShipmentRequest, options?: CallOptions): Promise<RequestedShipment> {
      assertTakes(request, settings.facilities)
      const body = toOrderBody(request, context)
      const unknown = await beforeItLeaves(() =>
        unknownItems(
          request.lines.map(({ stockUnitId }) => stockUnitId),
          options,
        ),
      )
      if (unknown[0] !== undefined)
        throw new Invalid(`Manhattan has no item ${unknown[0].slice(0, 60)}.`, 'lines.sku')
      const { shipmentId, locationId: facility } = request
      try {
        await ask(
          context,
          { operation: 'requestShipment', path: 'orderSave', facility, body, options },
          anything,
        )
      } catch (error) {
        // An order that is being worked on may not be saved again; the one that is there is what was wanted.
        if (!isConnectorError(error) || (error.kind !== 'invalid' && error.kind !== 'conflict')) throw error
        if ((await findOrder(context, shipmentId, 'requestShipment.find', options)) === undefined) throw error
      }
      return { externalId: shipmentId }
    },

    async findShipment(shipmentId: string, options?: CallOptions): Promise<WarehouseShipment | undefined> {
      return await findOrder(context, shipmentId, 'findShipment', options)
    },

    async cancelShipment(
      { externalId }: { externalId: string },
      options?: CallOptions,
    ): Promise<ShipmentCancellation> {
      let isTaken = false
      for (const facility of settings.facilities) {
        try {
          const call = { operation: 'cancelShipment', method: 'PUT', path: 'orderChange', facility } as const
          await ask(context, { ...call, id: externalId, body: { Cancelled: true }, options }, anything)
          isTaken = true
          break
        } catch (error) {
          // Refused: it has left, is cancelled already, or lies at another facility. Its state says which.
          if (!isConnectorError(error) || !['invalid', 'conflict', 'not-found'].includes(error.kind))
            throw error
        }
      }
      const now = await findOrder(context, externalId, 'cancelShipment.read', options)
      if (now === undefined) throw new NotFound('Manhattan has no order of this id.')
      if (now.state === 'cancelled') return 'cancelled'
      // Taken, and not yet to be seen: its state will tell.
      return isTaken && now.parcels.length === 0 ? 'asked' : 'too-late'
    },
  }
}

function toOrderBody(request: ShipmentRequest, { settings }: Context): Record<string, unknown> {
  const { orderType, shipVia, unit } = settings
  const method = request.method ?? shipVia
  return withNumber(settings.numberField, request.number, {
    OriginalOrderId: request.shipmentId,
    OriginFacilityId: request.locationId,
    ...(orderType !== undefined && { OrderType: orderType }),
    OrderPlacedDateTime: momentOf(request.placedAt),
    ...(request.shipBy !== undefined && { PickupEndDateTime: momentOf(request.shipBy) }),
    ...(method !== undefined && { DesignatedShipViaId: method }),
    DestinationAddress: addressOf(request.recipient),
    OriginalOrderLine: request.lines.map(({ lineId, stockUnitId, quantity, lot }) => ({
      OriginalOrderLineId: lineId,
      ItemId: stockUnitId,
      OrderedQuantity: quantity,
      QuantityUomId: unit,
      ...(lot !== undefined && { BatchNumber: lot }),
    })),
  })
}
