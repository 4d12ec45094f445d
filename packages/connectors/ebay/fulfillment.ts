import * as answers from './answers.ts'
import { scopes } from './scopes.ts'
import type { Transport } from './transport.ts'

/** The calls of the Sell Fulfillment API that the connector makes. */
const root = '/sell/fulfillment/v1/order'

/** Orders on a page. `offset` counts orders here, other than in the Inventory API. */
export const ordersOnPage = 200

type Options = { signal?: AbortSignal | undefined }

export function createFulfillment(transport: Transport) {
  const scope = scopes.fulfillment
  const pathOf = (orderId: string) => `${root}/${encodeURIComponent(orderId)}`
  return {
    /** Orders changed at or after `since`, in no promised order. The window has no end: an order that changes stays in it. */
    orders: ({ since, offset }: { since: Date; offset: number }, { signal }: Options = {}) =>
      transport.ask(
        {
          operation: 'orders',
          method: 'GET',
          path: root,
          query: {
            filter: `lastmodifieddate:[${since.toISOString()}..]`,
            limit: String(ordersOnPage),
            offset: String(offset),
          },
          scope,
          signal,
        },
        answers.orderPage,
      ),

    /** @throws NotFound */
    order: (orderId: string, { signal }: Options = {}) =>
      transport.ask(
        { operation: 'order', method: 'GET', path: pathOf(orderId), scope, signal },
        answers.order,
      ),

    /** The same, for who gets it. @throws NotFound */
    recipient: (orderId: string, { signal }: Options = {}) =>
      transport.ask(
        { operation: 'recipient', method: 'GET', path: pathOf(orderId), scope, signal },
        answers.addressedOrder,
      ),

    fulfillments: async (orderId: string, operation: string, { signal }: Options = {}) => {
      const path = `${pathOf(orderId)}/shipping_fulfillment`
      const { data } = await transport.ask(
        { operation, method: 'GET', path, scope, signal },
        answers.fulfillments,
      )
      return data.fulfillments
    },

    /** The new fulfilment's id comes in a header alone. */
    ship: (orderId: string, body: ShippingDetails, { signal }: Options = {}) =>
      transport.send(
        {
          operation: 'ship',
          method: 'POST',
          path: `${pathOf(orderId)}/shipping_fulfillment`,
          body,
          scope,
          signal,
        },
        [201],
      ),

    /** Whether orders may be changed, by a shipment of nothing for no order. */
    probeWriting: ({ signal }: Options = {}) =>
      transport.send(
        {
          operation: 'check.fulfillment',
          method: 'POST',
          path: `${pathOf('00-00000-00000')}/shipping_fulfillment`,
          body: { lineItems: [] },
          scope,
          signal,
        },
        [400, 404],
      ),
  }
}
export type FulfillmentApi = ReturnType<typeof createFulfillment>

export type ShippingDetails = {
  lineItems: { lineItemId: string; quantity: number }[]
  shippedDate: string
  shippingCarrierCode?: string
  trackingNumber?: string
}
