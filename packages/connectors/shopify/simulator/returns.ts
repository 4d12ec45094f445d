import type { Order, Return } from './records.ts'
import type { Shop } from './shop.ts'

/** Returns of orders: granted by staff or asked for by customers, never of more than has left. */

/** Staff make a return of what left first of the order. @returns why not, or the return */
export function grantReturn(shop: Shop, order: Order, units: number): Return | string {
  const left = order.fulfillments.filter(({ status }) => status === 'SUCCESS').flatMap(({ lines }) => lines)
  let missing = units
  const lines: Return['lines'] = []
  for (const { id, quantity } of left) {
    const taken = Math.min(missing, quantity - goingBack(order, id))
    if (taken <= 0) continue
    missing -= taken
    lines.push({ id: shop.nextId(), fulfillmentLineId: id, quantity: taken })
  }
  if (missing > 0) return `Only ${units - missing} units of it can be returned.`
  const returned: Return = {
    id: shop.nextId(),
    name: `#${order.number}-R${order.returns.length + 1}`,
    status: 'OPEN',
    lines,
  }
  order.returns.push(returned)
  tell(shop, { order, returned, topic: 'returns/approve' })
  return returned
}

/** What its staff, or the customer, do to a return that is there. */
export function stepReturn(
  shop: Shop,
  { order, returned }: { order: Order; returned: Return },
  step: 'cancel' | 'close' | 'decline' | 'reopen',
): void {
  const statusOf = { cancel: 'CANCELED', close: 'CLOSED', decline: 'DECLINED', reopen: 'OPEN' } as const
  returned.status = statusOf[step]
  tell(shop, { order, returned, topic: `returns/${step}` })
}

/** Fewer units of its first line come back. */
export function shrinkReturn(shop: Shop, of: { order: Order; returned: Return }, units: number): void {
  const [line] = of.returned.lines
  if (line === undefined) throw new Error('a return without lines')
  line.quantity = units
  tell(shop, { ...of, topic: 'returns/update' })
}

export function findReturn(
  shop: Shop,
  is: (returned: Return) => boolean,
): { order: Order; returned: Return } | undefined {
  for (const order of shop.orders.values()) {
    const returned = order.returns.find(is)
    if (returned !== undefined) return { order, returned }
  }
  return undefined
}

function goingBack(order: Order, fulfillmentLineId: number): number {
  return order.returns
    .filter(({ status }) => status === 'OPEN' || status === 'CLOSED')
    .flatMap(({ lines }) => lines)
    .reduce((sum, row) => sum + (row.fulfillmentLineId === fulfillmentLineId ? row.quantity : 0), 0)
}

function tell(shop: Shop, event: { order: Order; returned: Return; topic: string }): void {
  shop.touchOrder(event.order, ['orders/updated'])
  shop.emit({ kind: 'return', ...event })
}
