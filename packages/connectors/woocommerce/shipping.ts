import { Invalid, type OrderLine, type Shipment } from '@plimsoll/connector-kit'
import type { WooFulfillment, WooOrder } from './answers.ts'
import type { WooApi } from './api.ts'
import { fromExternalId } from './ids.ts'
import { type OrderParts, toGmt, toOrder } from './map.ts'
import { isMissingRoute } from './optional-routes.ts'
import type { TrackingPlugin } from './order-calls.ts'
import { partsOf } from './orders.ts'
import { type ShipmentRecord, shipmentsKey, shipmentsOf } from './shipment-record.ts'

type Shipping = { api: WooApi; now: () => number; signal?: AbortSignal | undefined }

/**
 * Tells the shop that a parcel has left, in the best way it has: a fulfilment (core, if switched on), a row of a
 * tracking plugin, or a note to the customer. Then the order itself records it, and is completed once
 * everything has left. Repeating it with the same `shipmentId` ships nothing twice.
 */
export async function ship(shipment: Shipment, shipping: Shipping): Promise<{ externalId: string }> {
  const { api, signal } = shipping
  const orderId = fromExternalId(shipment.orderExternalId, 'orderExternalId')
  const { data: order, date } = await api.order({ id: orderId, signal })
  const records = shipmentsOf(order)
  const known = records.find((record) => record.shipmentId === shipment.shipmentId)
  if (known !== undefined) return { externalId: known.externalId }

  await assertLeft(order, shipment, shipping)
  const externalId =
    (await asFulfillment(orderId, shipment, shipping)) ??
    (await asTracking(orderId, shipment, shipping)) ??
    (await asNote(orderId, shipment, shipping))

  const record: ShipmentRecord = {
    shipmentId: shipment.shipmentId,
    externalId,
    // By the shop's clock, as its refunds: they are set in order by it.
    ...(date !== undefined && { toldAt: toGmt(date) }),
    lines: shipment.lines,
  }
  const isComplete = await hasAllLeft(order, [...records, record], shipping)
  await api.updateOrder({
    id: orderId,
    change: {
      meta_data: [{ key: shipmentsKey, value: [...records, record] }],
      ...(isComplete && { status: 'completed' }),
    },
    signal,
  })
  return { externalId }
}

async function hasAllLeft(order: WooOrder, records: ShipmentRecord[], shipping: Shipping): Promise<boolean> {
  const lines = linesOf(order, records, await partsOf(order, shipping))
  return lines.every((line) => line.shipped >= line.current)
}

function linesOf(order: WooOrder, records: ShipmentRecord[], parts: OrderParts): OrderLine[] {
  // Whatever the order is called now, its lines decide; `processing` keeps a plugin's status out of it.
  const others = order.meta_data.filter(({ key }) => key !== shipmentsKey)
  const asOpen = {
    ...order,
    status: 'processing',
    meta_data: [...others, { key: shipmentsKey, value: records }],
  }
  return toOrder(asOpen, parts, new Map()).lines
}

/**
 * The shop takes any number of units; more than are left of a line that was cancelled in part would be told as sent. Of a
 * completed order all have left by its own word: a parcel only adds what to track.
 * @throws Invalid
 */
async function assertLeft(order: WooOrder, shipment: Shipment, shipping: Shipping): Promise<void> {
  if (order.status === 'completed') return
  const parts = await partsOf(order, shipping)
  // Told before, and only the answer was lost.
  if (parts.fulfillments.some((one) => isOf(one, shipment))) return
  const known = new Map(
    linesOf(order, shipmentsOf(order), parts).map((line) => [line.externalId, line.current - line.shipped]),
  )
  for (const { lineExternalId, quantity } of shipment.lines) {
    const left = known.get(lineExternalId) ?? 0
    if (quantity > left)
      throw new Invalid(`Of line ${lineExternalId} ${left} units are left, not ${quantity}.`, 'lines')
    known.set(lineExternalId, left - quantity)
  }
}

function isOf({ meta_data: meta }: WooFulfillment, { shipmentId }: Shipment): boolean {
  return meta.some(({ key, value }) => key === shipmentIdKey && value === shipmentId)
}

const shipmentIdKey = '_plimsoll_shipment_id'

/** Undefined: this shop has no fulfilments. */
async function asFulfillment(
  orderId: number,
  shipment: Shipment,
  { api, signal }: Shipping,
): Promise<string | undefined> {
  const { tracking } = shipment
  try {
    const { data: earlier } = await api.fulfillments({ orderId, signal })
    const same = earlier.find((one) => isOf(one, shipment))
    if (same !== undefined) return String(same.id)
    const { data } = await api.createFulfillment({
      orderId,
      notifyCustomer: shipment.notifyCustomer,
      body: {
        status: 'fulfilled',
        is_fulfilled: true,
        meta_data: [
          {
            key: '_items',
            value: shipment.lines.map((line) => ({
              item_id: Number(line.lineExternalId),
              qty: line.quantity,
            })),
          },
          { key: shipmentIdKey, value: shipment.shipmentId },
          ...(tracking === undefined
            ? []
            : [
                { key: '_tracking_number', value: tracking.number },
                // The REST page says `_shipping_provider`, the data model `_shipment_provider`.
                { key: '_shipping_provider', value: tracking.carrier },
                { key: '_shipment_provider', value: tracking.carrier },
                ...(tracking.url === undefined ? [] : [{ key: '_tracking_url', value: tracking.url }]),
              ]),
        ],
      },
      signal,
    })
    return String(data.id)
  } catch (error) {
    if (isMissingRoute(error)) return undefined
    throw error
  }
}

const trackingPlugins: readonly TrackingPlugin[] = ['wc-shipment-tracking/v3', 'wc-ast/v3']

/** Undefined: this shop has no plugin for it, or there is nothing to track. */
async function asTracking(
  orderId: number,
  shipment: Shipment,
  shipping: Shipping,
): Promise<string | undefined> {
  for (const plugin of trackingPlugins) {
    const told = await tellPlugin(plugin, { orderId, tracking: shipment.tracking }, shipping)
    if (told !== undefined) return told
  }
  return undefined
}

async function tellPlugin(
  plugin: TrackingPlugin,
  { orderId, tracking }: { orderId: number; tracking: Shipment['tracking'] },
  { api, now, signal }: Shipping,
): Promise<string | undefined> {
  if (tracking === undefined) return undefined
  try {
    const { data: earlier } = await api.trackings({ orderId, plugin, signal })
    const same = earlier.find((one) => one.tracking_number === tracking.number)
    if (same !== undefined) return String(same.tracking_id)
    const { data } = await api.createTracking({
      orderId,
      plugin,
      body: {
        custom_tracking_provider: tracking.carrier,
        custom_tracking_link: tracking.url ?? '',
        tracking_number: tracking.number,
        date_shipped: new Date(now()).toISOString().slice(0, 10),
      },
      signal,
    })
    return String(data.tracking_id)
  } catch (error) {
    if (isMissingRoute(error)) return undefined
    throw error
  }
}

async function asNote(orderId: number, shipment: Shipment, { api, signal }: Shipping): Promise<string> {
  const note = describe(shipment)
  const { data: earlier } = await api.notes({ orderId, signal })
  const same = earlier.find((one) => one.note.includes(note))
  if (same !== undefined) return String(same.id)
  const { data } = await api.createNote({ orderId, note, toCustomer: shipment.notifyCustomer, signal })
  return String(data.id)
}

/** Names the shipment, so that two parcels without tracking are two notes. */
function describe({ shipmentId, tracking }: Shipment): string {
  const parcel = `Shipment ${shipmentId}`
  if (tracking === undefined) return parcel
  return [`${parcel}: ${tracking.carrier} ${tracking.number}`, tracking.url].filter(Boolean).join(' ')
}
