import {
  type CallOptions,
  type InboundNotice,
  Invalid,
  isConnectorError,
  type Page,
  type StreamQuery,
  type WarehouseReceipt,
} from '@plimsoll/connector-kit'
import {
  type PurchaseOrder,
  type PurchaseOrderLine,
  purchaseOrder,
  purchaseOrderCreated,
  purchaseOrderFound,
  purchaseOrderLines,
  purchaseOrders,
} from './answers.ts'
import { isClosed, toReceipt } from './deliveries.ts'
import * as documents from './documents.ts'
import { DELIVERIES_DAYS } from './limits.ts'
import { isCancelledStatus } from './map.ts'
import { toRefusal } from './refusals.ts'
import { readPages, readRows, since } from './rows.ts'
import { isId } from './settings.ts'
import type { createKnownUnits } from './stock.ts'
import { beforeItLeaves, type Context, change, read } from './transport.ts'

export const DAY_MS = 86_400_000

/**
 * Goods on their way are a purchase order. Two of one number are not known to be refused, so that the hub's id goes behind
 * the number, by which it is looked for before it is announced.
 */
export async function announceInbound(
  context: Context,
  unknownUnits: ReturnType<typeof createKnownUnits>,
  notice: InboundNotice,
  options?: CallOptions,
): Promise<{ externalId: string }> {
  if (!isId(notice.locationId)) throw new Invalid('ShipHero’s ids are in Base64.', 'locationId')
  const number = `${notice.number.trim()} ${notice.inboundId}`.trim()
  const existing = await beforeItLeaves(() => findPurchaseOrder(context, number, options))
  if (existing !== undefined) return { externalId: existing }
  const [unknown] = await beforeItLeaves(() => unknownUnits(notice.lines, options))
  if (unknown !== undefined) throw new Invalid(`ShipHero has no product of SKU ${unknown.sku}.`, 'lines.sku')
  const { customerAccountId } = context.settings
  const data = {
    ...(customerAccountId !== undefined && { customer_account_id: customerAccountId }),
    po_number: number,
    partner_order_number: notice.inboundId,
    warehouse_id: notice.locationId,
    ...(notice.expectedAt !== undefined && { po_date: notice.expectedAt.toISOString().slice(0, 19) }),
    ...(notice.trackingNumber !== undefined && { tracking_number: notice.trackingNumber }),
    // It wants prices; the hub's are nobody's business there.
    subtotal: '0.00',
    shipping_price: '0.00',
    total_price: '0.00',
    line_items: notice.lines.map(({ lineId, sku, quantity }) => ({
      sku,
      quantity,
      partner_line_item_id: lineId,
      price: '0.00',
      expected_weight_in_lbs: '0',
    })),
  }
  const made = await change(context, documents.purchaseOrderCreate, { data }, purchaseOrderCreated, options)
  if (made.kind === 'refused') throw toRefusal(made.error, 'announceInbound', made.status)
  return { externalId: made.data.purchase_order_create.purchase_order.id }
}

/** Undefined: there is none, or it was called off. */
async function findPurchaseOrder(
  context: Context,
  number: string,
  options?: CallOptions,
): Promise<string | undefined> {
  try {
    const { data } = await read(
      context,
      documents.purchaseOrderByNumber,
      { number },
      purchaseOrderFound,
      options,
    )
    const found = data.purchase_order?.data
    if (found == null || found.po_number !== number || isCancelledStatus(found.fulfillment_status))
      return undefined
    return found.id
  } catch (error) {
    if (isConnectorError(error) && error.kind === 'not-found') return undefined
    throw error
  }
}

/**
 * Its list says when a purchase order was made, not when it changed. So all of half a year are looked at, without their
 * lines; then into those that are open or were closed since, one by one.
 */
export async function readReceipts(
  context: Context,
  query: StreamQuery,
  options?: CallOptions,
): Promise<Page<WarehouseReceipt>> {
  const madeSince = new Date(query.since.getTime() - DELIVERIES_DAYS * DAY_MS)
  const { data, date } = await read(
    context,
    documents.purchaseOrders,
    { since: since(madeSince), after: query.cursor },
    purchaseOrders,
    options,
  )
  const { nodes, next } = data.purchase_orders.data
  const from = query.since.getTime() - 1_000
  const { rows: wanted, unreadable } = readRows(nodes, purchaseOrder, (row) =>
    isClosed(row) && row.date_closed != null && row.date_closed.getTime() < from ? undefined : row,
  )
  const rows: WarehouseReceipt[] = []
  for (const one of wanted) {
    try {
      const receipt = toReceipt(one, await readLines(context, one, options))
      const isNew = receipt.version === undefined || receipt.version >= from
      if (isNew && (receipt.lines.length > 0 || receipt.isComplete)) rows.push(receipt)
    } catch (error) {
      if (!isConnectorError(error) || (error.kind !== 'malformed' && error.kind !== 'not-found')) throw error
      unreadable.push({ externalId: one.id, version: undefined })
    }
  }
  return { rows, unreadable, next, platformTime: date }
}

function readLines(
  context: Context,
  { id }: PurchaseOrder,
  options?: CallOptions,
): Promise<PurchaseOrderLine[]> {
  return readPages(async (after) => {
    const variables = { id, after }
    const { data } = await read(context, documents.purchaseOrderLines, variables, purchaseOrderLines, options)
    return data.purchase_order.data.line_items
  })
}
