import { requireScope } from './access.ts'
import type { FulfillmentOrder, Order, RequestStatus } from './records.ts'
import type { Shop } from './shop.ts'
import type { Views } from './views.ts'

/** Fulfilment services, and how they answer what a merchant asks of them. */

export function createServiceMutations(options: {
  shop: Shop
  views: Views
  scopes: readonly string[]
  numberOf: (kind: string, id: string) => number
}) {
  const { shop, views, scopes, numberOf } = options

  const refused = (message: string) => ({ fulfillmentOrder: null, userErrors: [{ field: ['id'], message }] })

  /** Only from these request statuses, and only of a location that is ours. */
  const answering =
    (
      from: readonly RequestStatus[],
      to: (site: FulfillmentOrder) => Pick<FulfillmentOrder, 'requestStatus' | 'status'>,
    ) =>
    ({ id }: { id: string }) => {
      requireScope(scopes, 'write_assigned_fulfillment_orders')
      const found = findFulfillmentOrder(shop, numberOf('FulfillmentOrder', id))
      if (found === undefined) return refused('Fulfillment order does not exist.')
      const { site, order } = found
      if (shop.locations.get(site.locationId)?.isOurs !== true)
        return refused('The api client does not manage this fulfillment order.')
      if (!from.includes(site.requestStatus))
        return refused(`Cannot do that with request status ${site.requestStatus.toLowerCase()}.`)
      Object.assign(site, to(site))
      shop.touchOrder(order, ['orders/updated'])
      return { fulfillmentOrder: views.fulfillmentOrder(order)(site), userErrors: [] }
    }

  return {
    fulfillmentServiceCreate({ name }: { name: string }) {
      requireScope(scopes, 'write_fulfillments')
      const isTaken = [...shop.locations.values()].some((each) => (each.serviceName ?? each.name) === name)
      if (isTaken) {
        const message = 'Name has already been taken'
        return { fulfillmentService: null, userErrors: [{ field: ['name'], message }] }
      }
      return { fulfillmentService: views.service(shop.addService(name)), userErrors: [] }
    },
    fulfillmentOrderAcceptFulfillmentRequest: answering(['SUBMITTED'], () => ({
      requestStatus: 'ACCEPTED',
      status: 'IN_PROGRESS',
    })),
    fulfillmentOrderRejectFulfillmentRequest: answering(['SUBMITTED'], () => ({
      requestStatus: 'REJECTED',
      status: 'OPEN',
    })),
    fulfillmentOrderAcceptCancellationRequest: answering(['CANCELLATION_REQUESTED'], () => ({
      requestStatus: 'CANCELLATION_ACCEPTED',
      status: 'OPEN',
    })),
    fulfillmentOrderRejectCancellationRequest: answering(['CANCELLATION_REQUESTED'], () => ({
      requestStatus: 'CANCELLATION_REJECTED',
      status: 'IN_PROGRESS',
    })),
    fulfillmentOrderClose: answering(['ACCEPTED', 'CANCELLATION_REJECTED'], () => ({
      requestStatus: 'CLOSED',
      status: 'INCOMPLETE',
    })),
  }
}

/** Why the application may not ship from it now; undefined: it may. */
export function whyNotShipped(shop: Shop, id: number): string | undefined {
  const found = findFulfillmentOrder(shop, id)
  if (found === undefined || shop.locations.get(found.site.locationId)?.isOurs !== true) return undefined
  const { requestStatus } = found.site
  if (requestStatus === 'ACCEPTED' || requestStatus === 'CANCELLATION_REJECTED') return undefined
  return `Fulfillment order ${id} has not been accepted: its request is ${requestStatus.toLowerCase()}.`
}

function findFulfillmentOrder(shop: Shop, id: number): { site: FulfillmentOrder; order: Order } | undefined {
  for (const order of [...shop.orders.values()].reverse()) {
    const site = order.fulfillmentOrders.find((each) => each.id === id)
    if (site !== undefined) return { site, order }
  }
  return undefined
}
