import { type PageArguments, sortable, toConnection } from './connections.ts'
import type { Order } from './records.ts'
import type { Return } from './returns.ts'
import type { Views } from './views.ts'

/** A return as GraphQL shows it. */
export function returnView(views: () => Pick<Views, 'fulfillment' | 'order'>, order: Order) {
  return (record: Return) => ({
    __typename: 'Return',
    id: `gid://shopify/Return/${record.id}`,
    name: record.name,
    status: record.status,
    totalQuantity: record.lines.reduce((sum, { quantity }) => sum + quantity, 0),
    order: () => views().order(order),
    returnLineItems: (page: PageArguments) =>
      toConnection(
        record.lines,
        page,
        (row) => sortable(row.id),
        (row) => ({
          __typename: 'ReturnLineItem',
          id: `gid://shopify/ReturnLineItem/${row.id}`,
          quantity: row.quantity,
          fulfillmentLineItem: () => {
            const parcel = order.fulfillments.find(({ lines }) =>
              lines.some(({ id }) => id === row.fulfillmentLineId),
            )
            const lines =
              parcel && views().fulfillment(order)(parcel).fulfillmentLineItems({ first: 250 }).nodes()
            return lines?.find(({ id }) => id.endsWith(`/${row.fulfillmentLineId}`)) ?? null
          },
        }),
      ),
  })
}
