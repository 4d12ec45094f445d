import {
  type ExternalCount,
  type ExternalListing,
  hubIdOf,
  Malformed,
  type Parcel,
  quotableSentence,
  type WarehouseReceipt,
  type WarehouseReturn,
  type WarehouseShipment,
  type WarehouseShipmentState,
} from '@plimsoll/connector-kit'
import type { Inbound, Inventory, Order, Product, PutAway, Returned } from './answers.ts'

/** GoodCang's shapes and what they mean. Pure. */

/** The SKU is all that its other calls know a product by. */
export function toListing({
  product_sku,
  product_status,
  product_title_cn,
  product_title_en,
}: Product): ExternalListing {
  return {
    externalId: product_sku,
    sku: product_sku,
    barcode: undefined,
    title: product_title_en ?? product_title_cn ?? '',
    stockUnitId: product_sku,
    tracked: true,
    fulfilledBy: 'platform',
    sellsBeyondZero: false,
    // S can be used; drafts, those under review, refused and discarded ones can not.
    state: product_status === 'S' ? 'active' : 'inactive',
  }
}

/**
 * 可售 is free, 待出库 promised to orders and still there; 不合格 and 冻结 lie there and cannot be picked. What is on its way
 * (在途) or was received and is not on a shelf yet (待上架) is incoming: it counts once it is shelved, as in the receipts.
 */
export function toCount(row: Inventory): ExternalCount {
  const held = row.unsellable + (row.pi_freeze ?? 0)
  return {
    stockUnitId: row.product_sku,
    locationId: row.warehouse_code,
    available: row.sellable,
    held,
    incoming: row.onway + row.pending,
    countedAt: undefined,
    onHand: row.sellable + row.reserved + held,
  }
}

/** `order/get_order_by_code`: C 待发货审核, W 待发货, D 已发货, H 暂存, N 异常订单, P 问题件, X 废弃. */
function stateOf({ order_code, order_status, tracking_no }: Order): WarehouseShipmentState {
  switch (order_status) {
    case 'W':
      // There is no state for picking. A label has been made for what has a tracking number.
      return tracking_no === undefined ? 'received' : 'working'
    case 'D':
      return 'shipped'
    // A draft or set aside: somebody must approve it.
    case 'C':
    case 'H':
    case 'N':
    case 'P':
      return 'held'
    case 'X':
      return 'cancelled'
    default:
      throw new Malformed(
        `order ${order_code} has a status that GoodCang never documented`,
        order_status.slice(0, 100),
      )
  }
}

const statusNames = new Map([
  ['C', '待发货审核: it waits to be approved'],
  ['H', '暂存: it is set aside'],
  ['N', '异常订单: something is wrong with it'],
  ['P', '问题件: it is a problem parcel'],
])

/** Its moments are whole seconds, in which two changes may fall: they order nothing, and the content decides. */
export function toShipment(order: Order): WarehouseShipment {
  const state = stateOf(order)
  return {
    externalId: order.order_code,
    shipmentId: hubIdOf(order.reference_no),
    version: undefined,
    state,
    problem: state === 'held' ? { code: order.order_status, message: problemOf(order) } : undefined,
    // An order leaves whole or not at all; boxes are named once it has.
    parcels: state === 'shipped' ? parcelsOf(order) : [],
  }
}

function problemOf(order: Order): string {
  const name = statusNames.get(order.order_status) ?? order.order_status
  const reason = quotableSentence(order.abnormal_problem_reason ?? '', { without: recipientOf(order) })
  return reason === undefined ? name : `${name} (${reason})`
}

function recipientOf(order: Order): string[] {
  return Object.entries(order).flatMap(([name, value]) =>
    name.startsWith('consigne') && typeof value === 'string' ? [value] : [],
  )
}

/** One for each box; an order of one box may name none, and is one with all that it asked for. */
function parcelsOf(order: Order): Parcel[] {
  const { order_code, orderBoxInfo, items, tracking_no, shipping_method, date_shipping } = order
  if (date_shipping === undefined)
    throw new Malformed(`order ${order_code} has been shipped and says not when`, '')
  const parcel = (
    externalId: string,
    trackingNumber: string | undefined,
    lines: Parcel['lines'],
  ): Parcel => ({
    externalId,
    // The product of the carrier; GoodCang names the carrier itself nowhere.
    carrier: shipping_method,
    trackingNumber,
    trackingUrl: undefined,
    shippedAt: date_shipping,
    lines,
  })
  const toLine = (sku: string, quantity: number) => ({
    lineId: undefined,
    sku,
    quantity,
    lot: undefined,
    serials: [],
  })
  if (orderBoxInfo.length === 0) {
    const lines = items.filter(({ quantity }) => quantity > 0)
    if (lines.length === 0) throw new Malformed(`order ${order_code} has been shipped and says not what`, '')
    return [
      parcel(
        order_code,
        tracking_no,
        sumBySku(lines.map(({ product_sku, quantity }) => toLine(product_sku, quantity))),
      ),
    ]
  }
  return [...Map.groupBy(orderBoxInfo, ({ box_no }) => box_no)]
    .map(([box, rows]) => {
      const lines = rows
        .filter(({ ob_qty }) => ob_qty > 0)
        .map(({ product_barcode, ob_qty }) => toLine(skuOf(order, product_barcode), ob_qty))
      const trackingNumber = rows.find(
        ({ tracking_number }) => tracking_number !== undefined,
      )?.tracking_number
      return parcel(`${order_code}/${box}`, trackingNumber ?? tracking_no, sumBySku(lines))
    })
    .filter(({ lines }) => lines.length > 0)
}

function sumBySku(lines: Parcel['lines']): Parcel['lines'] {
  return [...Map.groupBy(lines, ({ sku }) => sku).values()].flatMap((own) => {
    const [first] = own
    return first === undefined
      ? []
      : [{ ...first, quantity: own.reduce((sum, { quantity }) => sum + quantity, 0) }]
  })
}

/** Boxes name what is in them by barcode: the customer's code, a hyphen and the SKU. Order numbers begin with the code too. */
function skuOf({ order_code, items }: Order, barcode: string): string {
  const customer = order_code.slice(0, order_code.indexOf('-') + 1)
  const fits = (sku: string) => barcode === `${customer}${sku}` || barcode === sku
  const isAlike = (sku: string) => barcode.toUpperCase() === `${customer}${sku}`.toUpperCase()
  const own = items.map(({ product_sku }) => product_sku)
  const found = own.find(fits) ?? own.find(isAlike)
  if (found === undefined)
    throw new Malformed(`order ${order_code} has a box with what was not ordered`, barcode.slice(0, 100))
  return found
}

/** Whether more of it may come. 0 草稿 to 7 海外仓在途, 8 收货中, 9 收货完成, 10 上架完成, 100 废弃. */
export function isInboundComplete({ receiving_code, receiving_status }: Inbound): boolean {
  if (receiving_status === 10 || receiving_status === 100) return true
  if (receiving_status <= 9) return false
  throw new Malformed(
    `inbound order ${receiving_code} has a status that GoodCang never documented`,
    String(receiving_status),
  )
}

/** Units count once they are put away. Batches of one SKU, moment and condition are one line. */
export function toReceipt(inbound: Inbound, batches: readonly PutAway[]): WarehouseReceipt {
  const lines = batches
    .filter(({ quantity }) => quantity > 0)
    .map(({ product_sku, quantity, putaway_time, inventory_type }) => {
      if (inventory_type !== 1 && inventory_type !== 2)
        throw new Malformed(
          `inbound order ${inbound.receiving_code} has units of a kind that GoodCang never documented`,
          String(inventory_type),
        )
      if (putaway_time === undefined)
        throw new Malformed(`inbound order ${inbound.receiving_code} has units put away at no moment`, '')
      const condition = inventory_type === 1 ? ('sellable' as const) : ('damaged' as const)
      return {
        externalId: [product_sku, putaway_time.getTime() / 1_000, condition].join('/'),
        sku: product_sku,
        quantity,
        condition,
        lot: undefined,
        expiresOn: undefined,
        serials: [],
        receivedAt: putaway_time,
      }
    })
  return {
    externalId: inbound.receiving_code,
    inboundId: hubIdOf(inbound.reference_no),
    version: undefined,
    locationId: inbound.warehouse_code,
    isComplete: isInboundComplete(inbound),
    lines: [...Map.groupBy(lines, ({ externalId }) => externalId).values()].flatMap((own) => {
      const [first] = own
      return first === undefined
        ? []
        : [{ ...first, quantity: own.reduce((sum, { quantity }) => sum + quantity, 0) }]
    }),
  }
}

/**
 * 0 草稿, 1 已提交, 4 收货完成, 7 处理中, 5 处理完成, 6 废弃. Undefined: nothing has come. How much has come GoodCang says only
 * as it decides what becomes of it.
 */
export function toReturn(back: Returned, shipmentReference: string | undefined): WarehouseReturn | undefined {
  if (![0, 1, 4, 5, 6, 7].includes(back.asro_status))
    throw new Malformed(
      `return ${back.asro_code} has a status that GoodCang never documented`,
      String(back.asro_status),
    )
  if (back.asro_status <= 1) return undefined
  const receivedAt = back.asro_putaway_time ?? back.asro_audit_time ?? back.asro_add_time
  if (receivedAt === undefined) throw new Malformed(`return ${back.asro_code} came at no moment`, '')
  const parts = back.product_detail.flatMap(
    ({ product_sku, sellable_qty, unsellable_qty, destruction_qty }) => [
      { sku: product_sku, condition: 'sellable' as const, quantity: sellable_qty },
      { sku: product_sku, condition: 'damaged' as const, quantity: unsellable_qty },
      { sku: product_sku, condition: 'disposed' as const, quantity: destruction_qty },
    ],
  )
  const lines = Map.groupBy(
    parts.filter(({ quantity }) => quantity > 0),
    ({ sku, condition }) => `${sku}/${condition}`,
  )
  return {
    externalId: back.asro_code,
    number: back.reference_no,
    shipmentId: hubIdOf(shipmentReference) ?? hubIdOf(back.reference_no),
    version: undefined,
    locationId: back.warehouse_code,
    isComplete: back.asro_status === 5 || back.asro_status === 6,
    lines: [...lines].flatMap(([externalId, own]) => {
      const [first] = own
      if (first === undefined) return []
      const quantity = own.reduce((sum, each) => sum + each.quantity, 0)
      return [
        { ...first, externalId, quantity, lot: undefined, expiresOn: undefined, serials: [], receivedAt },
      ]
    }),
  }
}
