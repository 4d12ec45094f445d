import {
  type CallOptions,
  Invalid,
  isConnectorError,
  Malformed,
  NotFound,
  type Page,
  type RequestedShipment,
  type ShipmentCancellation,
  type ShipmentRequest,
  type StreamQuery,
  Unavailable,
  type WarehouseShipment,
} from '@plimsoll/connector-kit'
import { oneOrder, order, orderCancelled, orderCreated, orders, references } from './answers.ts'
import * as documents from './documents.ts'
import { isCancelledStatus, toShipment } from './map.ts'
import { toOrderInput } from './order-input.ts'
import { isDuplicate, toRefusal } from './refusals.ts'
import { since } from './rows.ts'
import { isId } from './settings.ts'
import type { createKnownUnits } from './stock.ts'
import { beforeItLeaves, type Context, change, read } from './transport.ts'

/** A shipment of the hub is an order at ShipHero, by its `partner_order_id`; its shipments are the parcels. */
export function createOrders(context: Context, unknownUnits: ReturnType<typeof createKnownUnits>) {
  const { settings } = context

  /** One order whole, under whatever name the call has. */
  const readOne = async (id: string, name: string, options?: CallOptions): Promise<WarehouseShipment> => {
    const { data } = await read(context, documents.order(name), { id }, oneOrder, options)
    if (data.order.data === null) throw new NotFound(`${name}: ShipHero has no such order.`)
    return toWhole(data.order.data)
  }
  const toWhole = (raw: unknown): WarehouseShipment => {
    const parsed = order.safeParse(raw)
    if (!parsed.success)
      throw new Malformed(`an order of another shape at ${parsed.error.issues[0]?.path.join('.')}`, '')
    if (isCut(raw)) throw new Malformed(`order ${parsed.data.id} has more than ${MANY} lines`, '')
    return toShipment(parsed.data, settings.heldStatuses)
  }
  /**
   * By our reference. Where there are several, as no key of ShipHero's forbids, the first that was not cancelled: what
   * becomes of that one is what becomes of the request.
   */
  const findId = async (reference: string, name: string, options?: CallOptions) => {
    const { data } = await read(
      context,
      documents.ordersByReference(name),
      { reference },
      references,
      options,
    )
    const own = data.orders.data.nodes
      .filter(({ partner_order_id }) => partner_order_id === reference)
      .toSorted((one, other) => (one.legacy_id ?? 0) - (other.legacy_id ?? 0))
    return (own.find(({ fulfillment_status }) => !isCancelledStatus(fulfillment_status)) ?? own[0])?.id
  }

  return {
    async requestShipment(request: ShipmentRequest, options?: CallOptions): Promise<RequestedShipment> {
      const data = toOrderInput(request, settings)
      const [unknown] = await beforeItLeaves(() => unknownUnits(request.lines, options))
      if (unknown !== undefined)
        throw new Invalid(`ShipHero has no product of SKU ${unknown.sku}.`, 'lines.sku')
      const made = await change(context, documents.orderCreate, { data }, orderCreated, options)
      if (made.kind === 'done') return { externalId: made.data.order_create.order.id }
      if (isDuplicate(made.error)) {
        const existing = await findId(request.shipmentId, 'requestShipment.find', options)
        if (existing !== undefined) return { externalId: existing }
        throw new Unavailable('requestShipment: ShipHero has the order and does not show it yet.', true)
      }
      throw toRefusal(made.error, 'requestShipment', made.status)
    },

    async findShipment(shipmentId: string, options?: CallOptions): Promise<WarehouseShipment | undefined> {
      const id = await findId(shipmentId, 'findShipment', options)
      return id === undefined ? undefined : await readOne(id, 'findShipment.read', options)
    },

    /** Never with `force`: that cancels what has a label, and it would leave all the same. */
    async cancelShipment(
      { externalId }: { externalId: string },
      options?: CallOptions,
    ): Promise<ShipmentCancellation> {
      if (!isId(externalId)) throw new NotFound('ShipHero’s ids are in Base64.')
      const { customerAccountId } = settings
      const data = {
        order_id: externalId,
        reason: 'Cancelled by the seller',
        ...(customerAccountId !== undefined && { customer_account_id: customerAccountId }),
      }
      const made = await change(context, documents.orderCancel, { data }, orderCancelled, options)
      if (made.kind === 'done') {
        // Its state will tell, where it does not say so at once.
        return isCancelledStatus(made.data.order_cancel.order?.fulfillment_status) ? 'cancelled' : 'asked'
      }
      const refusal = toRefusal(made.error, 'cancelShipment', made.status)
      // Whatever it says of one that it has: because it has left, or because it is cancelled already.
      if (refusal.kind !== 'invalid' && refusal.kind !== 'not-found') throw refusal
      const { state } = await readOne(externalId, 'cancelShipment.read', options)
      return state === 'cancelled' ? 'cancelled' : 'too-late'
    },

    /**
     * Pages are of orders that changed since, by the date of each: one that changes meanwhile stays where it is, and none
     * leaves the list. One that comes in among those read pushes others back, not out; its own change is after the reading
     * began.
     */
    async shipments(query: StreamQuery, options?: CallOptions): Promise<Page<WarehouseShipment>> {
      const { data, date } = await read(
        context,
        documents.orders,
        { shop: settings.shopName, since: since(query.since), after: query.cursor },
        orders,
        options,
      )
      const { nodes, next } = data.orders.data
      const rows: WarehouseShipment[] = []
      const unreadable: { externalId: string; version: undefined }[] = []
      for (const node of nodes) {
        try {
          rows.push(isCut(node) ? await readOne(node.id, 'shipments.one', options) : toWhole(node))
        } catch (error) {
          // One that is gone by now, or that cannot be read: the others go on.
          if (!isConnectorError(error) || (error.kind !== 'malformed' && error.kind !== 'not-found'))
            throw error
          unreadable.push({ externalId: node.id, version: undefined })
        }
      }
      return { rows, unreadable, next, platformTime: date }
    },
  }
}

const MANY = 100

/** Whether the lines of an order, or of one of its shipments, are more than came with it. */
function isCut(raw: unknown): boolean {
  const parsed = order.safeParse(raw)
  if (!parsed.success) return false
  const { line_items, shipments } = parsed.data
  return line_items.hasMore || (shipments ?? []).some((shipment) => shipment?.line_items.hasMore === true)
}
