import { connection, fromIso, idOf, type ListArgs, listed, numberOf } from './connection.ts'
import { Refusal } from './graphql.ts'
import { mutations } from './mutations.ts'
import { detailsOf, toOrder } from './order-views.ts'
import { isSeen, type Place } from './place.ts'
import { toProduct, toPurchaseOrder, toReturn, warehouseProducts } from './stock-views.ts'
import { webhookFields } from './webhooks.ts'

export const ACCOUNT_ID = idOf('Account', 6_334)

type Args = Record<string, string | null | undefined> & ListArgs

/** What stands behind `Query` and `Mutation`. */
export function rootOf(place: Place): object {
  const { floor, name, bucket, customerAccountId } = place
  const seen = <Row>({ customer_account_id }: Args, rows: readonly Row[]) =>
    listed(isSeen(place, customer_account_id) ? rows : [])
  const one = (data: object | undefined, what: string) => {
    if (data === undefined) throw new Refusal(5, `${what} not found`)
    return { request_id: 'simulated', complexity: 1, data }
  }
  return {
    user_quota: () => ({
      credits_remaining: bucket.left(),
      max_available: bucket.maximum,
      increment_rate: bucket.perSecond,
    }),
    account: () =>
      one(
        {
          id: ACCOUNT_ID,
          username: name,
          email: 'ops@shiphero.invalid',
          is_3pl: customerAccountId !== undefined,
          warehouses: floor.facilities.map(({ id, name: identifier }) => ({
            id,
            identifier,
            company_name: name,
            address: { name: identifier },
          })),
          customers: (args: ListArgs) =>
            connection(
              customerAccountId === undefined
                ? []
                : [
                    { id: idOf('Account', 7_001), username: 'Another Brand' },
                    { id: customerAccountId, username: 'Harbour & Co.' },
                  ],
              args,
            ),
        },
        'Account',
      ),
    product({ id, sku }: Args) {
      const item = id == null ? floor.item(sku ?? '') : floor.itemOf(id)
      return one(item === undefined ? undefined : toProduct(floor, item), 'Product')
    },
    products: (args: Args) =>
      seen(
        args,
        floor
          .items()
          .filter(({ sku }) => args.sku == null || sku === args.sku)
          .map((item) => toProduct(floor, item)),
      ),
    warehouse_products: (args: Args) =>
      seen(
        args,
        warehouseProducts(floor, {
          ...(args.sku != null && { sku: args.sku }),
          ...(args.warehouse_id != null && { facilityId: args.warehouse_id }),
        }),
      ),
    order({ id }: Args) {
      const number = numberOf(id ?? '', 'Order')
      const request = number === undefined ? undefined : floor.requests.get(number)
      return one(request === undefined ? undefined : toOrder(request), 'Order')
    },
    orders(args: Args) {
      const from = fromIso(args.updated_from)
      const found = floor.requests
        .all()
        .filter(
          (request) =>
            (args.partner_order_id == null || request.reference === args.partner_order_id) &&
            (args.order_number == null || request.number === args.order_number) &&
            (args.shop_name == null || detailsOf(request).shopName === args.shop_name) &&
            (from === undefined || request.changedAtMs >= from),
        )
        .toSorted((a, b) => compare(detailsOf(a).orderDate, detailsOf(b).orderDate) || a.id - b.id)
      return seen(args, found.map(toOrder))
    },
    purchase_order({ id, po_number }: Args) {
      const number = id == null ? undefined : numberOf(id, 'PurchaseOrder')
      const found = floor.intake
        .inbounds()
        .findLast((each) => (id == null ? each.number === po_number : each.id === number))
      return one(found === undefined ? undefined : toPurchaseOrder(found), 'Purchase order')
    },
    purchase_orders(args: Args) {
      const from = fromIso(args.created_from)
      const found = floor.intake.inbounds().filter((each) => from === undefined || each.announcedAtMs >= from)
      return seen(args, found.map(toPurchaseOrder))
    },
    returns(args: Args) {
      const from = fromIso(args.date_from)
      const found = floor.intake.returns().filter((each) => from === undefined || each.createdAtMs >= from)
      return seen(
        args,
        found.map((each) => toReturn(floor, each)),
      )
    },
    ...webhookFields(place),
    ...mutations(place),
  }
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0
}
