import type { Recipient } from '@plimsoll/connector-kit'
import type { Marketplace } from './marketplace.ts'
import type { Item, Line, PurchaseOrder } from './records.ts'

export type CheckoutResult =
  | { kind: 'placed'; orders: PurchaseOrder[] }
  /** Nothing was sold: these are short or unknown. */
  | { kind: 'refused'; skus: string[] }

/**
 * A shopper's checkout: all lines or none. What different nodes send are purchase orders of their own that share the
 * customer's number.
 */
export function placeOrder(
  marketplace: Marketplace,
  basket: readonly { sku: string; quantity: number }[],
  to?: Recipient,
): CheckoutResult {
  const wanted = new Map<string, number>()
  for (const { sku, quantity } of basket) wanted.set(sku, (wanted.get(sku) ?? 0) + quantity)
  const short = [...wanted].filter(([sku, quantity]) => {
    const item = marketplace.items.get(sku)
    return item === undefined || marketplace.availableOf(item) < quantity
  })
  if (short.length > 0) return { kind: 'refused', skus: short.map(([sku]) => sku) }

  const bySource = new Map<string | undefined, { item: Item; quantity: number }[]>()
  const taken = new Map<string, number>()
  for (const { sku, quantity } of basket) {
    const item = marketplace.items.get(sku)
    if (item === undefined) continue
    for (const share of sharesOf(marketplace, item, { quantity, taken })) {
      const lines = bySource.get(share.node) ?? []
      bySource.set(share.node, lines)
      lines.push({ item, quantity: share.quantity })
    }
  }
  const customerOrderId = String(200_000_000_000_000 + marketplace.nextId())
  const orders = [...bySource].map(([node, lines]) => {
    const createdMs = marketplace.options.now()
    return marketplace.addOrder({
      id: String(100_000_000_000_000 + marketplace.nextId()),
      customerOrderId,
      node,
      to,
      createdMs,
      lines: lines.map(({ item, quantity }, at): Line => {
        const { sku, title, price } = item
        return {
          number: String(at + 1),
          sku,
          title,
          price,
          ordered: quantity,
          statuses: [
            { status: marketplace.options.isAcknowledged ? 'Acknowledged' : 'Created', units: quantity },
          ],
          statusMs: createdMs,
          isRefunded: false,
        }
      }),
    })
  })
  for (const order of orders) takeKept(marketplace, order)
  return { kind: 'placed', orders }
}

/** One node that has it all, in their order; else each gives what it has. */
function sharesOf(
  marketplace: Marketplace,
  { sku, isKept }: Item,
  { quantity, taken }: { quantity: number; taken: Map<string, number> },
): { node: string | undefined; quantity: number }[] {
  if (isKept) return [{ node: undefined, quantity }]
  const keyOf = (node: string) => `${node} ${sku}`
  const leftAt = (node: string) => marketplace.availableAt(sku, node) - (taken.get(keyOf(node)) ?? 0)
  const take = (node: string, units: number) => {
    taken.set(keyOf(node), (taken.get(keyOf(node)) ?? 0) + units)
    return { node, quantity: units }
  }
  const active = [...marketplace.nodes.values()].filter(({ status }) => status === 'ACTIVE')
  const whole = active.find(({ id }) => leftAt(id) >= quantity)
  if (whole !== undefined) return [take(whole.id, quantity)]
  const shares: { node: string; quantity: number }[] = []
  let missing = quantity
  for (const { id } of active) {
    const units = Math.min(missing, leftAt(id))
    if (units > 0) shares.push(take(id, units))
    missing -= units
  }
  return shares
}

function takeKept({ kept, options }: Marketplace, order: PurchaseOrder): void {
  if (order.node !== undefined) return
  for (const line of order.lines) {
    const stock = kept.get(line.sku)
    if (stock === undefined) continue
    stock.available -= line.ordered
    stock.modifiedMs = options.now()
  }
}
