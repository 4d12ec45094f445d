import { type PageArguments, sortable, toConnection } from './connections.ts'
import type { Order, Return } from './records.ts'

/** A return as GraphQL shows it. @param lineOf what left, by its number */
export function returnView(record: Return, views: { order(): unknown; lineOf(id: number): unknown }) {
  return {
    __typename: 'Return',
    id: `gid://shopify/Return/${record.id}`,
    name: record.name,
    status: record.status,
    totalQuantity: record.lines.reduce((sum, { quantity }) => sum + quantity, 0),
    order: views.order,
    returnLineItems: (page: PageArguments) =>
      toConnection(
        record.lines,
        page,
        (row) => sortable(row.id),
        (row) => ({
          __typename: 'ReturnLineItem',
          id: `gid://shopify/ReturnLineItem/${row.id}`,
          quantity: row.quantity,
          fulfillmentLineItem: () => views.lineOf(row.fulfillmentLineId),
        }),
      ),
  }
}

/** A line of a parcel by its number. */
export function sentLineOf(
  order: Order,
  id: number,
): Order['fulfillments'][number]['lines'][number] | undefined {
  return order.fulfillments.flatMap(({ lines }) => lines).find((row) => row.id === id)
}
