import { idOf, numberOf } from './connection.ts'
import { Refusal } from './graphql.ts'
import { toOrder } from './order-views.ts'
import { isSeen, type Place } from './place.ts'

type Address = Record<
  | 'first_name'
  | 'last_name'
  | 'company'
  | 'address1'
  | 'address2'
  | 'city'
  | 'state'
  | 'zip'
  | 'country'
  | 'phone'
  | 'email',
  string | null | undefined
>
type OrderInput = {
  order_number?: string
  partner_order_id?: string
  shop_name?: string
  order_date?: string
  customer_account_id?: string
  shipping_address: Address
  line_items?: { sku: string; partner_line_item_id: string; quantity: number; warehouse_id?: string }[]
}
type PurchaseOrderInput = {
  po_number: string
  partner_order_number?: string
  po_date?: string
  tracking_number?: string
  warehouse_id: string
  customer_account_id?: string
  line_items: { sku: string; quantity: number; partner_line_item_id?: string }[]
}
type Data<Input> = { data: Input }

const said = { request_id: 'simulated', complexity: 10 }

/** What changes orders and purchase orders. */
export function mutations(place: Place) {
  const { floor, refusesDuplicates } = place
  const own = (given: string | null | undefined) => {
    if (!isSeen(place, given)) throw new Refusal(4, 'You have no access to that account')
  }
  return {
    order_create({ data }: Data<OrderInput>) {
      own(data.customer_account_id)
      const { shipping_address: address, line_items: lines = [] } = data
      if (!address.city) throw new Refusal(3, 'City is required')
      if (!address.address1) throw new Refusal(3, 'Address is required')
      if (lines.length === 0) throw new Refusal(3, 'The order needs line items')
      const places = new Set(lines.map(({ warehouse_id }) => warehouse_id))
      if (places.size > 1) throw new Refusal(3, 'Lines are locked to more than one warehouse')
      const reference = data.partner_order_id ?? ''
      if (refusesDuplicates && floor.requests.byReference(reference) !== undefined)
        throw new Refusal(3, 'An order with that partner_order_id already exists')
      const taken = floor.requests.ask({
        reference,
        number: data.order_number ?? reference,
        facilityId: [...places][0] ?? floor.facilities[0]?.id ?? '',
        recipient: {
          name: [address.first_name, address.last_name].filter(Boolean).join(' '),
          company: address.company ?? undefined,
          addressLines: [address.address1, ...(address.address2 ? [address.address2] : [])],
          city: address.city,
          region: address.state ?? undefined,
          postalCode: address.zip ?? undefined,
          country: address.country ?? '',
          phone: address.phone ?? undefined,
          email: address.email ?? undefined,
        },
        lines: lines.map(({ sku, quantity, partner_line_item_id }) => ({
          sku,
          quantity,
          reference: partner_line_item_id,
        })),
        details: {
          ...(data.shop_name !== undefined && { shopName: data.shop_name }),
          ...(data.order_date !== undefined && { orderDate: data.order_date }),
        },
        takesDuplicates: true,
      })
      switch (taken.kind) {
        case 'unknown-sku':
          throw new Refusal(5, `Product with sku ${taken.sku} not found`)
        case 'unknown-facility':
          throw new Refusal(5, 'Warehouse not found')
        default:
          return { ...said, order: toOrder(taken.request) }
      }
    },
    order_cancel({ data }: Data<{ order_id: string; customer_account_id?: string }>) {
      own(data.customer_account_id)
      const number = numberOf(data.order_id, 'Order')
      const request = number === undefined ? undefined : floor.requests.get(number)
      if (request === undefined) throw new Refusal(5, 'Order not found')
      if (request.state === 'cancelled') throw new Refusal(3, 'The order is canceled')
      if (floor.requests.cancel(request.id, 'until-shipped') !== 'cancelled')
        throw new Refusal(3, 'The order has valid labels or completed shipments')
      return { ...said, order: toOrder(request) }
    },
    purchase_order_create({ data }: Data<PurchaseOrderInput>) {
      own(data.customer_account_id)
      const { po_number, partner_order_number, po_date, tracking_number, warehouse_id, line_items } = data
      const taken = floor.intake.announce({
        reference: undefined, // It looks at none: two alike are two.
        number: po_number,
        facilityId: warehouse_id,
        lines: line_items.map(({ sku, quantity, partner_line_item_id }) => ({
          sku,
          quantity,
          reference: partner_line_item_id,
        })),
        details: { partner_order_number, po_date, tracking_number },
      })
      switch (taken.kind) {
        case 'unknown-sku':
          throw new Refusal(5, `Product with sku ${taken.sku} not found`)
        case 'unknown-facility':
          throw new Refusal(5, 'Warehouse not found')
        default:
          return { ...said, purchase_order: { id: idOf('PurchaseOrder', taken.inbound.id) } }
      }
    },
  }
}
