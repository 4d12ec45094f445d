import { type Cancellation, Invalid } from '@plimsoll/connector-kit'
import type { MagentoOrder } from './answers.ts'
import type { MagentoApi } from './api.ts'
import { fromExternalId } from './ids.ts'
import { toOrder } from './map.ts'
import { cancelledBy, readHistory } from './refunded-units.ts'
import type { Settings } from './settings.ts'

type Cancelling = {
  api: MagentoApi
  paidCancellations: Settings['paidCancellations']
  signal?: AbortSignal | undefined
}

/**
 * Cancels what of an order has not left. An order that is invoiced is not cancelled by Magento but refunded, by a credit
 * memo: only where a person has said how the money goes back.
 * @throws Invalid where nothing is left to cancel, or it cannot be
 */
export async function cancel(cancellation: Cancellation, cancelling: Cancelling): Promise<void> {
  const { api, paidCancellations, signal } = cancelling
  const id = fromExternalId(cancellation.orderExternalId, 'orderExternalId')
  if (cancellation.lines !== undefined)
    throw new Invalid('Magento cancels whole orders only; refund single lines in the shop.', 'lines')
  const { data: order } = await api.order({ id, signal })
  const open = await openLines(order, cancelling)
  if (toOrder(order, 'no').state === 'cancelled') return
  if (open.size === 0)
    throw new Invalid(`Nothing of order ${order.increment_id ?? id} is left to cancel.`, 'orderExternalId')

  await api.cancelOrder({ id, signal })
  // It answers true of an order of which it cancelled only what was not invoiced, and false where nothing was left of that.
  const { data: cancelled } = await api.order({ id, signal })
  if ((await openLines(cancelled, cancelling)).size === 0) return
  if (paidCancellations === 'refuse') {
    throw new Invalid(
      `Magento does not cancel order ${order.increment_id ?? id}: it is invoiced. Make a credit memo in the shop, or allow it in the connection's settings.`,
      'orderExternalId',
    )
  }
  await refund(cancelled, cancellation, cancelling)
  const { data: refunded } = await api.order({ id, signal })
  if ((await openLines(refunded, cancelling)).size > 0)
    throw new Invalid(`Magento left a part of order ${order.increment_id ?? id} open.`, 'orderExternalId')
}

/** Line → units that have not left. */
async function openLines(
  order: MagentoOrder,
  reading: Pick<Cancelling, 'api' | 'signal'>,
): Promise<Map<number, number>> {
  const { lines } = toOrder(order, 'no', await readHistory(order, reading))
  return new Map(
    lines
      .filter(({ current, shipped }) => current > shipped)
      .map(({ externalId, current, shipped }) => [Number(externalId), current - shipped]),
  )
}

/**
 * A credit memo for what has not left. Its units must be named as returned to stock, or their reservation stays for ever
 * (InventorySales, ReturnProcessor).
 */
async function refund(
  order: MagentoOrder,
  { notifyCustomer, reason }: Cancellation,
  cancelling: Cancelling,
): Promise<void> {
  const { api, paidCancellations, signal } = cancelling
  const open = await openLines(order, cancelling)
  const isWhole = order.items.every(({ qty_shipped, qty_refunded }) => qty_shipped + qty_refunded === 0)
  if (!isWhole && order.items.some(({ product_type }) => product_type === 'bundle')) {
    throw new Invalid(
      `Order ${order.increment_id ?? order.entity_id} holds a bundle of which a part has left: refund the rest in the shop.`,
      'orderExternalId',
    )
  }
  const body = {
    // Without lines a memo is for all of it, the cost of shipping included.
    ...(!isWhole && { items: [...open].map(([order_item_id, qty]) => ({ order_item_id, qty })) }),
    notify: notifyCustomer,
    appendComment: false,
    // Says of which units it is: see `refunded-units.ts`.
    comment: { comment: `${cancelledBy}: ${reason}`, is_visible_on_front: 0 },
    arguments: { extension_attributes: { return_to_stock_items: [...open.keys()] } },
  }
  if (paidCancellations === 'offline') {
    await api.refundOrder({ orderId: order.entity_id, body, signal })
    return
  }
  const { data } = await api.invoices({
    groups: [[{ field: 'order_id', value: String(order.entity_id) }]],
    sort: ['entity_id'],
    pageSize: 20,
    signal,
  })
  const [invoice, another] = data.items
  if (invoice === undefined || another !== undefined) {
    throw new Invalid(
      `Order ${order.increment_id ?? order.entity_id} has ${data.total_count} invoices: refund it in the shop.`,
      'orderExternalId',
    )
  }
  await api.refundInvoice({ invoiceId: invoice.entity_id, body: { ...body, isOnline: true }, signal })
}
