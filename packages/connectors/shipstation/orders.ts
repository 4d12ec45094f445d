import {
  type CallOptions,
  Invalid,
  Malformed,
  NotFound,
  type Page,
  type RequestedShipment,
  readJson,
  type ShipmentCancellation,
  type ShipmentRequest,
  type StreamQuery,
  unquoted,
  type WarehouseShipment,
} from '@plimsoll/connector-kit'
import { z } from 'zod'
import {
  byExternalId,
  fulfillments,
  type LabelShipment,
  type Order,
  order,
  orders,
  shipments,
} from './answers.ts'
import { ORDERS_PAGE_SIZE, PAGE_SIZE } from './limits.ts'
import { hubIdOf, isAllLabelled, type Left, liveLabels, toShipment } from './map.ts'
import { toOrderBody } from './order-body.ts'
import { pacificFilter } from './pacific.ts'
import { isId } from './settings.ts'
import type { createProducts } from './stock.ts'
import { ask, beforeItLeaves, type Context, refusalOf, send } from './transport.ts'

/** Orders whose labels are read by one list rather than one by one. */
const FEW = 3
/** Pages of labels since a moment; with more, each order is asked about by itself. */
const LABEL_PAGES_MAX = 20

/**
 * A shipment of the hub is an order, its `orderKey` the hub's id: sent again under it, it is the same order, and one that
 * has shipped or was cancelled is locked (docs.shipstation.com, V1, Create/Update Order). It would write over what people
 * changed meanwhile, so that the hub looks before it sends again: V2 finds an order by its key.
 */
export function createOrders(context: Context, { unknownUnits }: ReturnType<typeof createProducts>) {
  const { settings } = context

  const findId = async (
    shipmentId: string,
    operation: 'findShipment' | 'requestShipment.find',
    options?: CallOptions,
  ): Promise<string | undefined> => {
    const path = `/v2/shipments/external_shipment_id/${encodeURIComponent(shipmentId)}`
    const response = await send(context, { api: 'v2', operation, path, options })
    if (response.status === 404) return undefined
    if (response.status !== 200) throw refusalOf(response, operation)
    const found = unquoted(() => readJson(response, byExternalId, operation))
    return found.external_shipment_id === shipmentId ? found.shipment_id.slice('se-'.length) : undefined
  }

  const labelsOf = async (
    orderId: number | string,
    operation: 'findShipment.parcels' | 'shipments.parcels' | 'cancelShipment.parcels',
    options?: CallOptions,
  ): Promise<LabelShipment[]> => {
    const query = { orderId, includeShipmentItems: true, pageSize: PAGE_SIZE }
    const call = { api: 'v1', operation, path: '/shipments', query, options } as const
    const { value } = await ask(context, call, shipments)
    // A filter that it did not take would hand over everybody's.
    return value.shipments.filter((each) => String(each.orderId) === String(orderId))
  }

  /** Of one that is called shipped without a label: how it was marked. */
  const withMarks = async (
    one: Order,
    labels: readonly LabelShipment[],
    operation: 'findShipment.fulfillments' | 'shipments.fulfillments',
    options?: CallOptions,
  ): Promise<Left> => {
    if (one.orderStatus !== 'shipped' || liveLabels(labels).length > 0) return { labels, fulfillments: [] }
    const query = { orderId: one.orderId }
    const call = { api: 'v1', operation, path: '/fulfillments', query, options } as const
    return { labels, fulfillments: (await ask(context, call, fulfillments)).value.fulfillments }
  }

  const readOrder = async (
    id: string,
    operation: 'findShipment.order' | 'cancelShipment.order',
    options?: CallOptions,
  ): Promise<{ one: Order; raw: object }> => {
    const call = { api: 'v1', operation, path: `/orders/${id}`, options } as const
    // As it is, for writing it back: what is left out then would be lost there.
    const { value: raw } = await ask(context, call, z.looseObject({ orderId: z.int() }))
    const read = order.safeParse(raw)
    if (!read.success)
      throw new Malformed(`${operation}: ${read.error.issues[0]?.path.join('.')}: wrong shape`, '')
    return { one: read.data, raw }
  }

  /** Labels made since, by order; undefined: there are too many to be listed. */
  const labelsSince = async (
    since: Date,
    options?: CallOptions,
  ): Promise<Map<number, LabelShipment[]> | undefined> => {
    const found: LabelShipment[] = []
    for (let page = 1; page <= LABEL_PAGES_MAX; page += 1) {
      const query = {
        createDateStart: pacificFilter(since),
        includeShipmentItems: true,
        sortBy: 'CreateDate',
        sortDir: 'ASC',
        pageSize: PAGE_SIZE,
        page,
      }
      const call = { api: 'v1', operation: 'shipments.parcels', path: '/shipments', query, options } as const
      const { value } = await ask(context, call, shipments)
      found.push(...value.shipments)
      if (value.page >= value.pages) return Map.groupBy(found, ({ orderId }) => orderId ?? -1)
    }
    return undefined
  }

  return {
    async requestShipment(request: ShipmentRequest, options?: CallOptions): Promise<RequestedShipment> {
      const body = toOrderBody(request, settings)
      const [unknown] = await beforeItLeaves(() => unknownUnits(request.lines, options))
      if (unknown !== undefined)
        throw new Invalid(`ShipStation has no product of SKU ${unknown.sku}.`, 'lines.sku')
      const operation = 'requestShipment'
      const response = await send(context, {
        api: 'v1',
        operation,
        method: 'POST',
        path: '/orders/createorder',
        body,
        options,
      })
      if (response.status === 400) {
        // Locked, because it has left or was cancelled: there is one, which is what was wanted. Or something is wrong with it.
        const existing = await findId(request.shipmentId, 'requestShipment.find', options)
        if (existing !== undefined) return { externalId: existing }
      }
      if (response.status !== 200 && response.status !== 201) throw refusalOf(response, operation)
      const made = unquoted(() =>
        readJson(response, z.object({ orderId: z.int(), orderKey: z.string() }), operation),
      )
      if (made.orderKey !== request.shipmentId)
        throw new Malformed(`${operation}: it answers with an order of another key`, '')
      return { externalId: String(made.orderId) }
    },

    async findShipment(shipmentId: string, options?: CallOptions): Promise<WarehouseShipment | undefined> {
      const id = await findId(shipmentId, 'findShipment', options)
      if (id === undefined) return undefined
      const { one } = await readOrder(id, 'findShipment.order', options)
      const labels = await labelsOf(id, 'findShipment.parcels', options)
      return toShipment(one, await withMarks(one, labels, 'findShipment.fulfillments', options))
    },

    /**
     * V1 has no call for it: an order that is still open is written back as it is, as cancelled. One that was labelled
     * meanwhile is locked.
     */
    async cancelShipment(
      { externalId }: { externalId: string },
      options?: CallOptions,
    ): Promise<ShipmentCancellation> {
      if (!isId(externalId)) throw new NotFound('ShipStation’s ids are numbers.')
      const { one: before, raw } = await readOrder(externalId, 'cancelShipment.order', options)
      const labels = await labelsOf(externalId, 'cancelShipment.parcels', options)
      if (before.orderStatus === 'cancelled') return liveLabels(labels).length > 0 ? 'too-late' : 'cancelled'
      if (before.orderStatus === 'shipped' || liveLabels(labels).length > 0) return 'too-late'
      const response = await send(context, {
        api: 'v1',
        operation: 'cancelShipment',
        method: 'POST',
        path: '/orders/createorder',
        body: { ...raw, orderStatus: 'cancelled' },
        options,
      })
      if (response.status === 200 || response.status === 201) {
        const answer = z.object({ orderStatus: z.string() })
        const { orderStatus } = unquoted(() => readJson(response, answer, 'cancelShipment'))
        return orderStatus === 'cancelled' ? 'cancelled' : 'asked'
      }
      if (response.status !== 400) throw refusalOf(response, 'cancelShipment')
      // Refused: whatever it has become meanwhile.
      const { one: after } = await readOrder(externalId, 'cancelShipment.order', options)
      return after.orderStatus === 'cancelled' ? 'cancelled' : 'too-late'
    },

    /**
     * Pages are of orders that changed since, by when they were made: one that changes meanwhile stays where it is, and none
     * leaves the list. What left of them is read beside: of a few one by one, of many by the labels since then, and by
     * itself again where those are not all of it.
     */
    async shipments({ since, cursor }: StreamQuery, options?: CallOptions): Promise<Page<WarehouseShipment>> {
      const page = cursor === undefined ? 1 : Number(cursor)
      const query = {
        modifyDateStart: pacificFilter(since),
        storeId: settings.storeId,
        sortBy: 'CreateDate',
        sortDir: 'ASC',
        pageSize: ORDERS_PAGE_SIZE,
        page,
      }
      const call = { api: 'v1', operation: 'shipments', path: '/orders', query, options } as const
      const { value, response } = await ask(context, call, orders)
      const own = value.orders.filter(({ orderKey }) => hubIdOf(orderKey) !== undefined)
      const recent = own.length > FEW ? await labelsSince(since, options) : undefined
      const rows: WarehouseShipment[] = []
      const unreadable: { externalId: string; version: undefined }[] = []
      for (const raw of own) {
        const read = order.safeParse(raw)
        try {
          if (!read.success) throw new Malformed('an order of another shape', '')
          const one = read.data
          const listed = recent?.get(one.orderId) ?? []
          const isWhole = recent !== undefined && (one.createDate >= since || isAllLabelled(one, listed))
          const labels = isWhole ? listed : await labelsOf(one.orderId, 'shipments.parcels', options)
          rows.push(toShipment(one, await withMarks(one, labels, 'shipments.fulfillments', options)))
        } catch (error) {
          if (!(error instanceof Malformed)) throw error
          unreadable.push({ externalId: String(raw.orderId), version: undefined })
        }
      }
      return {
        rows,
        unreadable,
        next: value.page < value.pages ? String(page + 1) : undefined,
        platformTime: response.date,
      }
    },
  }
}
