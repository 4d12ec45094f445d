import { Invalid, type Shipment } from '@plimsoll/connector-kit'
import type { MagentoOrder } from './answers.ts'
import type { MagentoApi } from './api.ts'
import { fromExternalId, levelName } from './ids.ts'
import { type LevelReading, readSourceItems } from './levels.ts'
import { toQuantity } from './map.ts'
import { anyOf } from './search.ts'
import { isSet, partsEach, type SoldItem, soldItems } from './sold-items.ts'

export type Shipping = LevelReading

/** What one shipment of an order holds. */
export type ShipItem = { order_item_id: number; qty: number }
type Parcel = {
  items: ShipItem[]
  /** What leaves its source, by product. */
  units: Map<number, number>
}

const shipmentsMax = 100

/**
 * Makes the shipment in the shop, of one source. `order/{id}/ship` checks what is left to ship; the other way,
 * `POST shipment`, does not and must not be used (Adobe says so). A comment in it names our shipment, so that telling it
 * again ships nothing twice.
 */
export async function ship(shipment: Shipment, shipping: Shipping): Promise<{ externalId: string }> {
  const { api, signal } = shipping
  const orderId = fromExternalId(shipment.orderExternalId, 'orderExternalId')
  const { data: order } = await api.order({ id: orderId, signal })
  const known = await findTold(orderId, shipment, shipping)
  if (known !== undefined) return { externalId: known }

  const parcel = await toParcel(order, shipment, shipping)
  const source = await chooseSource(parcel, shipment, shipping)
  const { tracking } = shipment
  const { data } = await api.ship({
    orderId,
    signal,
    body: {
      items: parcel.items,
      notify: shipment.notifyCustomer,
      appendComment: false,
      comment: { comment: markOf(shipment), is_visible_on_front: 0 },
      // Other carriers than `custom` must be switched on in the shop. It keeps no address to follow a parcel at.
      tracks:
        tracking === undefined
          ? []
          : [{ track_number: tracking.number, title: tracking.carrier, carrier_code: 'custom' }],
      ...(source !== undefined && { arguments: { extension_attributes: { source_code: source } } }),
    },
  })
  return { externalId: String(data) }
}

function markOf({ shipmentId }: Shipment): string {
  return `Plimsoll shipment ${shipmentId}`
}

/** The shipment that was made of this one before, whoever's answer was lost then. */
async function findTold(
  orderId: number,
  shipment: Shipment,
  { api, signal }: Shipping,
): Promise<string | undefined> {
  const { data } = await api.shipments({
    groups: [[{ field: 'order_id', value: String(orderId) }]],
    sort: ['entity_id'],
    pageSize: shipmentsMax,
    signal,
  })
  const mark = markOf(shipment)
  const told = data.items.find(
    ({ comments = [], tracks = [] }) =>
      comments.some(({ comment }) => comment?.trim() === mark) ||
      // Typed in by a person in the shop: it names the same parcel, and nobody's shipment.
      (comments.length === 0 &&
        shipment.tracking !== undefined &&
        tracks.some(({ track_number }) => track_number === shipment.tracking?.number)),
  )
  return told && String(told.entity_id)
}

/** @throws Invalid for lines that the order does not have, that nobody ships, or that ship together with others only */
async function toParcel(order: MagentoOrder, { lines }: Shipment, shipping: Shipping): Promise<Parcel> {
  const sold = new Map(soldItems(order.items).map((one) => [rowOf(one), one]))
  const items: ShipItem[] = []
  const units = new Map<number, number>()
  const parts: { part: SoldItem; quantity: number }[] = []
  for (const { lineExternalId, quantity } of lines) {
    const one = sold.get(fromExternalId(lineExternalId, 'lineExternalId'))
    if (one === undefined)
      throw new Invalid(`Order ${order.entity_id} has no line ${lineExternalId}.`, 'lines')
    // What is sent by nobody leaves when it is invoiced.
    if (isSet(one.item.is_virtual)) continue
    const productId = Number(one.item.product_id ?? 0)
    units.set(productId, (units.get(productId) ?? 0) + quantity)
    if (one.parent === undefined || one.isChosenOption)
      items.push({ order_item_id: rowOf(one), qty: quantity })
    else parts.push({ part: one, quantity })
  }
  for (const [bundle, own] of Map.groupBy(parts, ({ part }) => part.parent?.item_id)) {
    const parent = order.items.find(({ item_id }) => item_id === bundle)
    const isWhole = parent?.product_type === 'bundle' && (await shipsTogether(parent.product_id, shipping))
    if (isWhole && parent !== undefined) items.push(toWhole(parent, own, sold))
    else items.push(...own.map(({ part, quantity }) => ({ order_item_id: part.item.item_id, qty: quantity })))
  }
  if (items.length === 0)
    throw new Invalid('Nothing of this is sent: it is delivered when it is invoiced.', 'lines')
  return { items, units }
}

/** The row that an order line is named by. */
function rowOf({ item, parent, isChosenOption }: SoldItem): number {
  return isChosenOption && parent !== undefined ? parent.item_id : item.item_id
}

/** A bundle is told by its own row where it ships as one; then all of its parts must be in the parcel. */
function toWhole(
  parent: MagentoOrder['items'][number],
  own: readonly { part: SoldItem; quantity: number }[],
  sold: ReadonlyMap<number, SoldItem>,
): ShipItem {
  const wholes = own.map(({ part, quantity }) => quantity / partsEach({ item: part.item, parent }))
  const due = [...sold.values()].filter(
    ({ item, parent: of }) => of?.item_id === parent.item_id && !isSet(item.is_virtual),
  )
  const [whole] = wholes
  if (
    whole === undefined ||
    !Number.isSafeInteger(whole) ||
    own.length < due.length ||
    wholes.some((n) => n !== whole)
  ) {
    throw new Invalid(
      `The parts of the bundle in line ${parent.item_id} ship together: send all of them in one parcel, or set "Ship Bundle Items" to separately.`,
      'lines',
    )
  }
  return { order_item_id: parent.item_id, qty: whole }
}

/** "Ship Bundle Items": 0 together, 1 separately. */
async function shipsTogether(
  productId: number | string | null | undefined,
  { api, signal }: Shipping,
): Promise<boolean> {
  if (!productId) return false
  const [product] = await productsOf([Number(productId)], { api, signal })
  const value = product?.custom_attributes?.find((one) => one.attribute_code === 'shipment_type')?.value
  return String(value ?? '1') === '0'
}

async function productsOf(
  ids: readonly number[],
  { api, signal }: { api: MagentoApi; signal?: AbortSignal | undefined },
) {
  const { data } = await api.products({
    groups: [anyOf('entity_id', ids.map(String))],
    pageSize: ids.length,
    signal,
  })
  return data.items
}

/**
 * The source that the shop takes the units from; undefined where it has one stock. The one that the hub names, if it
 * holds enough; else one that does: the shop refuses to go below zero, and which of its sources a unit comes from is of
 * no weight to the hub, which writes them all.
 */
async function chooseSource(
  { units }: Parcel,
  shipment: Shipment,
  shipping: Shipping,
): Promise<string | undefined> {
  const { kind, locations } = await shipping.scopes.get(shipping)
  if (kind === 'single') return undefined
  const codes = locations.filter(({ active }) => active).map(({ externalId }) => externalId)
  const named = codes.find((code) => code.toLowerCase() === shipment.locationId?.toLowerCase())
  const [first] = codes
  if (codes.length < 2 || first === undefined) return named ?? first
  // A line's own SKU may have those of its custom options behind it.
  const products = await productsOf([...units.keys()], shipping)
  const needed = new Map(products.map(({ id, sku }) => [sku, units.get(id) ?? 0]))
  const keys = [...needed.keys()].flatMap((stockUnitId) =>
    codes.map((locationId) => ({ stockUnitId, locationId })),
  )
  const [held, uncounted] = await Promise.all([
    readSourceItems(keys, shipping),
    shipping.facts.uncounted(shipping),
  ])
  const holds = (locationId: string) =>
    [...needed].every(([stockUnitId, quantity]) => {
      // Of what the shop does not count there is always enough.
      if (uncounted.has(stockUnitId.toLowerCase())) return true
      const item = held.get(levelName({ stockUnitId, locationId }))
      return item !== undefined && (toQuantity(item.quantity) ?? 0) >= quantity
    })
  const preferred = named === undefined ? codes : [named, ...codes]
  return preferred.find(holds) ?? named ?? first
}
