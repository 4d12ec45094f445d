import { LINES_IN_LIST, LINES_MAX, ORDERS_PAGE_SIZE, PAGE_SIZE, SHIPMENTS_EXPECTED } from './limits.ts'
import type { Operation } from './transport.ts'

/**
 * What ShipHero is asked, each with its credits at the most: one for the operation (ten for a change), one for each row
 * of a list that is asked for, times what is asked for within it. Source: developer.shiphero.com/getting-started,
 * "Throttling & Quotas" and "Optimizing a query"; the simulator counts the same and a test compares.
 */
const QUOTA = 'user_quota { credits_remaining max_available increment_rate }'
const PAGE_INFO = 'pageInfo { hasNextPage endCursor }'
const MUTATION = 10

function query(name: string, cost: number, text: string): Operation {
  return { name, cost: cost + 1, text }
}

const ACCOUNT = `
  query {
    ${QUOTA}
    account {
      data {
        id username email is_3pl
        warehouses { id identifier company_name address { name } }
      }
    }
  }`
/** Who we are, and where it stores. */
export const account = (name: string): Operation => query(name, 1, ACCOUNT)

export const customers: Operation = query(
  'check.customers',
  1 + PAGE_SIZE,
  `query ($after: String) {
    ${QUOTA}
    account { data { customers(first: ${PAGE_SIZE}, after: $after) { ${PAGE_INFO} edges { node { id username } } } } }
  }`,
)

const PRODUCT = 'id sku name barcode active kit kit_build virtual'

export const listings: Operation = query(
  'listings',
  1 + PAGE_SIZE,
  `query ($customer: String, $after: String) {
    ${QUOTA}
    products(customer_account_id: $customer) {
      data(first: ${PAGE_SIZE}, after: $after, sort: "created_at") { ${PAGE_INFO} edges { node { ${PRODUCT} } } }
    }
  }`,
)

export const listing: Operation = query(
  'listing',
  1,
  `query ($id: String) { ${QUOTA} product(id: $id) { data { ${PRODUCT} } } }`,
)

/** By SKU, so many at once; `u0` and on. */
export function units(count: number): Operation {
  const each = Array.from(
    { length: count },
    (_, at) => `u${at}: products(sku: $sku${at}, customer_account_id: $customer) {
      data(first: 2) { edges { node { id sku } } }
    }`,
  )
  const given = Array.from({ length: count }, (_, at) => `$sku${at}: String`)
  return query(
    'knownUnits',
    3 * count,
    `query ($customer: String, ${given.join(', ')}) { ${QUOTA} ${each.join(' ')} }`,
  )
}

export const counts: Operation = query(
  'counts',
  1 + PAGE_SIZE,
  `query ($customer: String, $after: String) {
    ${QUOTA}
    warehouse_products(customer_account_id: $customer) {
      data(first: ${PAGE_SIZE}, after: $after, sort: "created_at") {
        ${PAGE_INFO}
        edges {
          node {
            id sku warehouse_id on_hand allocated available backorder non_sellable_quantity
            product { id kit kit_build virtual needs_lot_tracking }
          }
        }
      }
    }
  }`,
)

/** Places within a warehouse that are looked at for one stock unit; with more, its lots are not told. */
const PLACES_MAX = 50
export const LOTS_AT_ONCE = 40
/** Of so many stock units, each at one warehouse; `l0` and on. */
export function lots(count: number): Operation {
  const each = Array.from(
    { length: count },
    (
      _,
      at,
    ) => `l${at}: warehouse_products(sku: $sku${at}, warehouse_id: $place${at}, customer_account_id: $customer) {
      data(first: 1) {
        edges {
          node {
            id
            locations(first: ${PLACES_MAX}) {
              ${PAGE_INFO}
              edges { node { quantity location { sellable } expiration_lot { name expires_at } } }
            }
          }
        }
      }
    }`,
  )
  const given = Array.from({ length: count }, (_, at) => `$sku${at}: String, $place${at}: String`)
  return query(
    'counts.lots',
    (2 + PLACES_MAX + 1) * count,
    `query ($customer: String, ${given.join(', ')}) { ${QUOTA} ${each.join(' ')} }`,
  )
}

const orderFields = (lines: number) => `
  id legacy_id partner_order_id fulfillment_status
  holds { fraud_hold payment_hold operator_hold address_hold client_hold shipping_method_hold }
  line_items(first: ${lines}) {
    ${PAGE_INFO}
    edges {
      node {
        id sku partner_line_item_id quantity quantity_pending_fulfillment quantity_shipped backorder_quantity
        serial_numbers { serial_number }
        shipped_line_item_lots { lot_name }
        tote_picks { quantity }
      }
    }
  }
  shipments {
    id created_date refunded picked_up delivered
    shipping_labels { id tracking_number carrier refunded }
    line_items(first: ${lines}) { ${PAGE_INFO} edges { node { id quantity line_item_id shipping_label_id } } }
  }`
/** Of one order: its lines, and those of the shipments that most have. */
const orderCost = (lines: number) => 1 + lines + SHIPMENTS_EXPECTED * lines

export const orders: Operation = query(
  'shipments',
  // Most orders left in one shipment.
  1 + ORDERS_PAGE_SIZE * (1 + 2 * LINES_IN_LIST),
  `query ($customer: String, $shop: String, $since: ISODateTime, $after: String) {
    ${QUOTA}
    orders(customer_account_id: $customer, shop_name: $shop, updated_from: $since) {
      data(first: ${ORDERS_PAGE_SIZE}, after: $after, sort: "order_date") {
        ${PAGE_INFO}
        edges { node { ${orderFields(LINES_IN_LIST)} } }
      }
    }
  }`,
)

export const order = (name: string): Operation =>
  query(
    name,
    orderCost(LINES_MAX),
    `query ($id: String!) { ${QUOTA} order(id: $id) { data { ${orderFields(LINES_MAX)} } } }`,
  )

/** Of one reference; more than one is somebody's mistake. */
export const ordersByReference = (name: string): Operation =>
  query(
    name,
    1 + 5,
    `query ($customer: String, $reference: String) {
      ${QUOTA}
      orders(customer_account_id: $customer, partner_order_id: $reference) {
        data(first: 5) { edges { node { id legacy_id partner_order_id fulfillment_status } } }
      }
    }`,
  )

export const orderCreate: Operation = {
  name: 'requestShipment',
  cost: MUTATION,
  text: `mutation ($data: CreateOrderInput!) { order_create(data: $data) { request_id complexity order { id } } }`,
}

export const orderCancel: Operation = {
  name: 'cancelShipment',
  cost: MUTATION,
  text: `mutation ($data: CancelOrderInput!) { order_cancel(data: $data) { request_id complexity order { id fulfillment_status } } }`,
}

export const purchaseOrderByNumber: Operation = query(
  'announceInbound.find',
  1,
  `query ($number: String) {
    ${QUOTA}
    purchase_order(po_number: $number) { data { id po_number fulfillment_status } }
  }`,
)

export const purchaseOrderCreate: Operation = {
  name: 'announceInbound',
  cost: MUTATION,
  text: `mutation ($data: CreatePurchaseOrderInput!) { purchase_order_create(data: $data) { request_id complexity purchase_order { id } } }`,
}

export const purchaseOrders: Operation = query(
  'receipts',
  1 + PAGE_SIZE,
  `query ($customer: String, $since: ISODateTime, $after: String) {
    ${QUOTA}
    purchase_orders(customer_account_id: $customer, created_from: $since) {
      data(first: ${PAGE_SIZE}, after: $after, sort: "created_at") {
        ${PAGE_INFO}
        edges { node { id po_number warehouse_id fulfillment_status created_at date_closed } }
      }
    }
  }`,
)

const PO_LINES = 50
const PO_LOTS = 2
/** The lines of one purchase order, a page. */
export const purchaseOrderLines: Operation = query(
  'receipts.lines',
  1 + 1 + PO_LINES * (1 + 1 + PO_LOTS),
  `query ($id: String, $after: String) {
    ${QUOTA}
    purchase_order(id: $id) {
      data {
        id
        line_items(first: ${PO_LINES}, after: $after) {
          ${PAGE_INFO}
          edges {
            node {
              id sku quantity quantity_received updated_at
              expiration_lots(first: ${PO_LOTS}) { edges { node { name expires_at } } }
            }
          }
        }
      }
    }
  }`,
)

export const returns: Operation = query(
  'returns',
  1 + PAGE_SIZE,
  `query ($customer: String, $since: ISODateTime, $after: String) {
    ${QUOTA}
    returns(customer_account_id: $customer, date_from: $since) {
      data(first: ${PAGE_SIZE}, after: $after, sort: "created_at") {
        ${PAGE_INFO}
        edges {
          node {
            id partner_id status created_at
            order { partner_order_id }
            line_items {
              id quantity quantity_received restock condition warehouse_id created_at updated_at
              line_item { sku }
            }
          }
        }
      }
    }
  }`,
)

export const webhooks: Operation = query(
  'registerWebhooks.list',
  1 + PAGE_SIZE,
  `query ($customer: String, $after: String) {
    ${QUOTA}
    webhooks(customer_account_id: $customer) {
      data(first: ${PAGE_SIZE}, after: $after) { ${PAGE_INFO} edges { node { id name url shop_name enabled } } }
    }
  }`,
)

export const webhookCreate: Operation = {
  name: 'registerWebhooks',
  cost: MUTATION,
  text: `mutation ($data: CreateWebhookInput!) { webhook_create(data: $data) { request_id complexity webhook { id shared_signature_secret } } }`,
}

export const webhookDelete: Operation = {
  name: 'registerWebhooks.remove',
  cost: MUTATION,
  text: `mutation ($data: DeleteWebhookInput!) { webhook_delete(data: $data) { request_id complexity } }`,
}
