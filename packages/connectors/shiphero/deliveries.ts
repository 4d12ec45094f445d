import { Malformed, type WarehouseReceipt, type WarehouseReturn } from '@plimsoll/connector-kit'
import type { PurchaseOrder, PurchaseOrderLine, Returned } from './answers.ts'
import { hubIdOf, isCancelledStatus } from './map.ts'

/** What came in, by a purchase order or back from a customer. Pure. */

/** Whether no more of it will come. Accounts make up statuses of their own: only these two mean an end. */
export function isClosed({
  fulfillment_status,
  date_closed,
}: Pick<PurchaseOrder, 'fulfillment_status' | 'date_closed'>): boolean {
  return (
    date_closed != null ||
    isCancelledStatus(fulfillment_status) ||
    /^closed$/i.test(fulfillment_status?.trim() ?? '')
  )
}

/** Units that were rejected were not taken in; of those that were, damaged ones are not told apart. */
export function toReceipt(one: PurchaseOrder, lines: readonly PurchaseOrderLine[]): WarehouseReceipt {
  const taken = lines.filter(({ quantity_received }) => (quantity_received ?? 0) > 0)
  return {
    externalId: one.id,
    inboundId: hubIdOf(one.po_number),
    version: versionOf(
      [one.created_at, one.date_closed, ...lines.map(({ updated_at }) => updated_at)],
      taken.reduce((sum, { quantity_received }) => sum + (quantity_received ?? 0), isClosed(one) ? 1 : 0),
    ),
    locationId: one.warehouse_id,
    isComplete: isClosed(one),
    lines: taken.map(({ id, sku, quantity_received, updated_at, expiration_lots }) => {
      const lots = expiration_lots?.nodes.filter(({ name }) => name) ?? []
      // Of several lots it does not say how many units of each.
      const lot = lots.length === 1 && expiration_lots?.hasMore === false ? lots[0] : undefined
      return {
        externalId: id,
        sku,
        quantity: quantity_received ?? 0,
        condition: 'sellable',
        lot: lot?.name || undefined,
        expiresOn: lot?.expires_at?.toISOString().slice(0, 10),
        serials: [],
        receivedAt: updated_at ?? one.created_at,
      }
    }),
  }
}

/**
 * When the last of it changed. Where it is told in whole seconds, what has been done so far tells two states of one second
 * apart: it only grows.
 */
function versionOf(moments: readonly (Date | null | undefined)[], progress: number): number {
  const last = Math.max(...moments.flatMap((at) => (at == null ? [] : [at.getTime()])))
  return last % 1_000 === 0 ? last + Math.min(999, progress) : last
}

type Condition = WarehouseReturn['lines'][number]['condition']

const ended = /^(warehouse )?(complete|completed|closed|refunded|cancell?ed)$/i
const isDamaged = /damag|defect|broken|not sell|unsell/i

/**
 * `restock` went back on the shelves, `quantity_received` came; what came and is not on the shelves once all is over is gone.
 * Until then it waits: it may be restocked yet.
 */
export function toReturn(back: Returned): WarehouseReturn {
  const isComplete = ended.test(back.status?.trim() ?? '')
  const locationId = back.line_items.find(({ warehouse_id }) => warehouse_id)?.warehouse_id
  if (!locationId) throw new Malformed(`return ${back.id} names no warehouse`, '')
  return {
    externalId: back.id,
    number: back.partner_id || undefined,
    shipmentId: hubIdOf(back.order?.partner_order_id),
    version: versionOf(
      [back.created_at, ...back.line_items.map(({ updated_at }) => updated_at)],
      back.line_items.reduce(
        (sum, { quantity_received, restock }) => sum + (quantity_received ?? 0) + (restock ?? 0),
        isComplete ? 1 : 0,
      ),
    ),
    locationId,
    isComplete,
    lines: back.line_items.flatMap((line) => {
      const sku = line.line_item?.sku
      if (!sku) throw new Malformed(`return ${back.id} has units of nothing that has a SKU`, '')
      const restocked = Math.min(line.restock ?? 0, Math.max(line.quantity, line.quantity_received ?? 0))
      const gone = Math.max(0, (line.quantity_received ?? 0) - restocked)
      const parts: { condition: Condition; quantity: number }[] = [
        { condition: isDamaged.test(line.condition ?? '') ? 'damaged' : 'sellable', quantity: restocked },
        isComplete
          ? { condition: 'disposed', quantity: gone }
          : { condition: 'waiting', quantity: Math.max(line.quantity - restocked, gone) },
      ]
      return parts
        .filter(({ quantity }) => quantity > 0)
        .map(({ condition, quantity }) => ({
          externalId: `${line.id}-${condition}`,
          sku,
          quantity,
          condition,
          lot: undefined,
          expiresOn: undefined,
          serials: [],
          receivedAt: line.updated_at ?? line.created_at ?? back.created_at,
        }))
    }),
  }
}
