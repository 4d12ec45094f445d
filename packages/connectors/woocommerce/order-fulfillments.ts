import type { WooFulfillment, WooOrder } from './answers.ts'
import type { WooApi } from './api.ts'
import { isMissingRoute } from './optional-routes.ts'

/**
 * What has left of an order by core's fulfilments, whoever made them: the hub, a person or a plugin. The order itself says
 * only that there are some, in its meta `_fulfillment_status` (src/Internal/Fulfillments, read 2026-11).
 */
const fulfillmentStatusKey = '_fulfillment_status'

const shipped = new Set(['fulfilled', 'partially_fulfilled'])

/** Whether something may have left by them. The value is unknown where personal data was dropped from a webhook. */
export function mayHaveFulfillments({ meta_data: meta }: Pick<WooOrder, 'meta_data'>): boolean {
  return meta.some(
    ({ key, value }) => key === fulfillmentStatusKey && (typeof value !== 'string' || shipped.has(value)),
  )
}

/** None where the order has none, or the shop has switched them off again. */
export async function readFulfillments(
  order: Pick<WooOrder, 'id' | 'meta_data'>,
  { api, signal }: { api: WooApi; signal?: AbortSignal | undefined },
): Promise<WooFulfillment[]> {
  if (!mayHaveFulfillments(order)) return []
  try {
    return (await api.fulfillments({ orderId: order.id, signal })).data
  } catch (error) {
    if (isMissingRoute(error)) return []
    throw error
  }
}

/** Units by line that a fulfilment says have left; none while it is a draft, or deleted. */
export function unitsOf(fulfillment: WooFulfillment): { lineExternalId: string; quantity: number }[] {
  if (fulfillment.is_fulfilled !== true || fulfillment.date_deleted) return []
  const items = fulfillment.meta_data.find(({ key }) => key === '_items')?.value
  if (!Array.isArray(items)) return []
  return items.flatMap((item: unknown) => {
    if (typeof item !== 'object' || item === null || !('item_id' in item) || !('qty' in item)) return []
    const quantity = Number(item.qty)
    return Number.isSafeInteger(quantity) && quantity > 0
      ? [{ lineExternalId: String(item.item_id), quantity }]
      : []
  })
}
