import type { OrderItem } from './answers.ts'

/** The rows of an order that sell something, and the numbers that stand on them or on their parents. */

/** A line that sells a product, with all that says what became of it. */
export type SoldItem = {
  /** The row that sells the product. */
  item: OrderItem
  /** The row that it belongs to; undefined for one by itself. */
  parent: OrderItem | undefined
  /** A configurable's one child: its parent's row counts for both, and is the one that ships. */
  isChosenOption: boolean
}

/** The rows that sell something that is counted: those without rows of their own beneath them. */
export function soldItems(items: readonly OrderItem[]): SoldItem[] {
  const byId = new Map(items.map((item) => [item.item_id, item]))
  const children = Map.groupBy(items, (item) => item.parent_item_id ?? undefined)
  return items
    .filter((item) => !children.has(item.item_id))
    .map((item) => {
      const parent = byId.get(item.parent_item_id ?? 0)
      const isOnly = children.get(item.parent_item_id ?? undefined)?.length === 1
      return { item, parent, isChosenOption: parent?.product_type === 'configurable' && isOnly }
    })
}

/**
 * Of a bundle some numbers stand on the bundle's row and some on its parts', depending on how its price is made and how
 * it is sent: whichever says more is what happened.
 */
export function unitsOf(
  { item, parent, isChosenOption }: SoldItem,
  row: OrderItem,
  field: 'qty_canceled' | 'qty_invoiced' | 'qty_refunded' | 'qty_shipped',
): number {
  if (parent === undefined) return item[field]
  if (isChosenOption) return Math.max(row[field], item[field])
  return Math.max(item[field], Math.floor(parent[field] * partsEach({ item, parent })))
}

/** How many units of a part one bundle holds. */
export function partsEach({ item, parent }: { item: OrderItem; parent: OrderItem }): number {
  return parent.qty_ordered === 0 ? 0 : item.qty_ordered / parent.qty_ordered
}

export function isSet(flag: boolean | number | string | null | undefined): boolean {
  return flag === true || Number(flag) === 1
}
