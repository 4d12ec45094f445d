import type { WarehouseFloor } from '@plimsoll/connector-kit/simulator'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { PATHS } from '../paths.ts'
import { done, locationOf, refused, searchRoute } from './answers.ts'
import { address, toRecipient } from './recipients.ts'
import {
  asnRows,
  conditionRows,
  facilityRows,
  inventoryRows,
  itemFacilityRows,
  itemRows,
  olpnRows,
  orderRows,
} from './wm-json.ts'

const text = z.string().min(1)
const units = z.int().min(1)
const orderBody = z.object({
  OriginalOrderId: text.max(50),
  OrderType: z.string().optional(),
  OriginFacilityId: text,
  OrderPlacedDateTime: z.string().optional(),
  Extended: z.record(z.string(), z.string()).default({}),
  DestinationAddress: address,
  OriginalOrderLine: z
    .array(
      z.object({
        OriginalOrderLineId: text.max(50),
        ItemId: text,
        OrderedQuantity: units,
        QuantityUomId: text,
        BatchNumber: z.string().optional(),
      }),
    )
    .min(1),
})
const asnBody = z.object({
  AsnId: text.max(50),
  AsnLevelId: z.enum(['ITEM', 'LPN']),
  AsnOriginTypeId: text,
  AsnStatus: z.enum(['0500', '1000']),
  DestinationFacilityId: text,
  AsnLine: z
    .array(
      z.object({
        AsnLineId: text,
        ItemId: text,
        ShippedQuantity: units,
        QuantityUomId: text,
        BatchNumber: z.string().optional(),
        ExpiryDate: z.string().optional(),
      }),
    )
    .min(1),
})

export type PathsOf = (name: keyof typeof PATHS) => string

/** Warehouse Management: searches of the floor, orders and deliveries. */
export function wmRoutes(
  app: FastifyInstance,
  floor: WarehouseFloor,
  pathOf: PathsOf,
  numberField: string,
): void {
  searchRoute(app, pathOf('facilities'), () => facilityRows(floor))
  searchRoute(app, pathOf('items'), () => itemRows(floor))
  searchRoute(app, pathOf('itemFacilities'), (at) => itemFacilityRows(floor, at))
  searchRoute(app, pathOf('inventory'), (at) => inventoryRows(floor, at))
  searchRoute(app, pathOf('conditions'), (at) => conditionRows(floor, at))
  searchRoute(app, pathOf('orderSearch'), (at) => orderRows(floor, at))
  searchRoute(app, pathOf('olpns'), (at) => olpnRows(floor, at))
  searchRoute(app, pathOf('asnSearch'), (at) => asnRows(floor, at))

  app.post(pathOf('orderSave'), async (request) => {
    const read = orderBody.safeParse(request.body)
    if (!read.success) return refused('DCO::9001', `Not valid: ${JSON.stringify(request.body)}`)
    const order = read.data
    const known = floor.requests.byReference(order.OriginalOrderId)
    // Saving what is there changes it, unless somebody works on it.
    if (known !== undefined)
      return known.state === 'received' ? done(order) : refused('DCO::9002', 'The order may not be changed.')
    const taken = floor.requests.ask({
      reference: order.OriginalOrderId,
      number: order.Extended[numberField] ?? order.OriginalOrderId,
      facilityId: order.OriginFacilityId,
      recipient: toRecipient(order.DestinationAddress),
      lines: order.OriginalOrderLine.map((line) => ({
        reference: line.OriginalOrderLineId,
        sku: line.ItemId,
        quantity: line.OrderedQuantity,
        lot: line.BatchNumber,
      })),
      details: { orderType: order.OrderType },
    })
    return taken.kind === 'received' ? done(order) : refused('DCO::9003', `It is ${taken.kind}.`)
  })

  app.put<{ Params: { id: string } }>(pathOf('orderChange').replace('{id}', ':id'), async (request) => {
    if (!z.object({ Cancelled: z.literal(true) }).safeParse(request.body).success)
      return refused('DCO::9004', 'Only cancelling is simulated.')
    const found = floor.requests.byReference(request.params.id)
    if (found === undefined || found.facilityId !== locationOf(request))
      return refused('DCO::9005', 'No such order.', 'NOT_FOUND')
    const outcome = floor.requests.cancel(found.id, 'until-working')
    return outcome === 'cancelled' ? done(null) : refused('DCO::9006', 'The order may not be cancelled.')
  })

  app.post(pathOf('asnSave'), async (request) => {
    const read = asnBody.safeParse(request.body)
    if (!read.success) return refused('RCV::9001', 'Not valid.')
    const asn = read.data
    const taken = floor.intake.announce({
      reference: asn.AsnId,
      number: asn.AsnId,
      facilityId: asn.DestinationFacilityId,
      lines: asn.AsnLine.map((line) => ({
        reference: line.AsnLineId,
        sku: line.ItemId,
        quantity: line.ShippedQuantity,
        lot: line.BatchNumber,
        expiresOn: line.ExpiryDate,
      })),
    })
    // Saving again is saving.
    return taken.kind === 'announced' || taken.kind === 'duplicate'
      ? done(asn)
      : refused('RCV::9002', `It is ${taken.kind}.`)
  })
}
