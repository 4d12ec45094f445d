import { Forbidden } from '@plimsoll/connector-kit'
import type { LineDocument, MagentoOrder, OrderItem } from './answers.ts'
import type { MagentoApi } from './api.ts'
import { isSet, type SoldItem, soldItems, unitsOf } from './sold-items.ts'

/**
 * Which of an order's units a credit memo was for. Magento's numbers say how many were shipped and how many refunded, and
 * what it lets ship after both has changed: shipped and refunded both off (2.2.7, and again lately), or the larger of the
 * two (2.2.8 to 2.4: issues 22006 and 34289). So its numbers alone cannot tell a refund of what had left from one of what
 * had not; the times of its shipments and credit memos can, in part.
 */
export type LineHistory = {
  shipments: readonly LineDocument[]
  creditmemos: readonly LineDocument[]
}

/** How the comment of the hub's own credit memos begins: they are for what had not left (`cancelling.ts`). */
export const cancelledBy = 'Plimsoll'

const documentsMax = 100

/** Units of a line were shipped, others refunded, and some are left: its numbers alone do not say whether they are owed. */
export function needsHistory(order: MagentoOrder): boolean {
  if (order.state === 'canceled' || order.state === 'closed' || order.state === 'complete') return false
  return soldItems(order.items).some((sold) => {
    if (isSet(sold.item.is_virtual)) return false
    const row = rowOf(sold)
    const shipped = unitsOf(sold, row, 'qty_shipped')
    const refunded = unitsOf(sold, row, 'qty_refunded')
    const left = row.qty_ordered - unitsOf(sold, row, 'qty_canceled') - Math.max(shipped, refunded)
    return shipped > 0 && refunded > 0 && left > 0
  })
}

/** Undefined: nothing hangs on it, the integration may not see it, or there is more than one page. */
export async function readHistory(
  order: MagentoOrder,
  { api, signal }: { api: MagentoApi; signal?: AbortSignal | undefined },
): Promise<LineHistory | undefined> {
  if (!needsHistory(order)) return undefined
  const read = async (kind: 'shipments' | 'creditmemos') => {
    const { data } = await api.lineDocuments({
      kind,
      groups: [[{ field: 'order_id', value: String(order.entity_id) }]],
      sort: ['entity_id'],
      pageSize: documentsMax,
      signal,
    })
    return data
  }
  try {
    const [shipments, creditmemos] = await Promise.all([read('shipments'), read('creditmemos')])
    const isAll = [shipments, creditmemos].every(({ items, total_count }) => items.length >= total_count)
    return isAll ? { shipments: shipments.items, creditmemos: creditmemos.items } : undefined
  } catch (error) {
    if (error instanceof Forbidden) return undefined
    throw error
  }
}

/**
 * Units of a line of which it is sure that they were refunded and had never left: at some credit memo more had been
 * refunded than could have left by then. Of things in one second, what left may have left before.
 * @param now.shipped as the order says it: a history that lacks any of it proves nothing
 */
export function neverLeftBy(
  history: LineHistory | undefined,
  sold: SoldItem,
  now: { row: OrderItem; shipped: number },
): number {
  if (history === undefined) return 0
  const { shipments } = history
  const isOurs = ({ comments }: LineDocument) =>
    comments?.some(({ comment }) => comment?.startsWith(cancelledBy)) === true
  const creditmemos = history.creditmemos.filter((one) => !isOurs(one))
  if (unitsIn(shipments, sold, now.row) !== now.shipped) return 0
  const most = creditmemos.map(({ created_at: at }) => {
    const refunded = unitsIn(
      creditmemos.filter((one) => one.created_at <= at),
      sold,
      now.row,
    )
    const left = unitsIn(
      shipments.filter((one) => one.created_at <= at),
      sold,
      now.row,
    )
    return refunded - left
  })
  return unitsIn(history.creditmemos.filter(isOurs), sold, now.row) + Math.max(0, ...most)
}

/** Units of the line in these documents; some numbers stand on the rows of parents, as in the order itself. */
function unitsIn(documents: readonly LineDocument[], sold: SoldItem, row: OrderItem): number {
  const counted = (item: OrderItem): OrderItem => ({
    ...item,
    qty_shipped: documents
      .flatMap(({ items }) => items)
      .filter(({ order_item_id }) => order_item_id === item.item_id)
      .reduce((sum, { qty }) => sum + qty, 0),
  })
  const { item, parent } = sold
  return unitsOf(
    { ...sold, item: counted(item), parent: parent === undefined ? undefined : counted(parent) },
    counted(row),
    'qty_shipped',
  )
}

function rowOf({ item, parent, isChosenOption }: SoldItem): OrderItem {
  return isChosenOption && parent !== undefined ? parent : item
}
