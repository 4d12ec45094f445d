/**
 * The GraphQL operations that the connector sends, each with the cost asked of the budget before it runs.
 * None asks for a name, an address or an e-mail of a buyer.
 *
 * Costs are worst cases under "an object is 1 point, a connection 2 + first × node, a mutation 10"
 * (shopify.dev/docs/api/usage/limits); one query may cost 1,000 at the most, which is what sizes the pages.
 * `simulator/schema.test.ts` holds every document to the published schema and every cost to that sum.
 */
export type Operation = { name: string; query: string; cost: number }

export const LISTINGS_PAGE = 250
export const PLACED_LISTINGS_PAGE = 70
export const LEVELS_PAGE = 250
/** The first page is small because most polls find little, and the whole page is charged before it is read. */
export const ORDERS_FIRST_PAGE = 10
export const ORDERS_PAGE = 30
export const ORDER_ROW_COST = 32
export const ORDER_PARTS = { lines: 50, fulfillments: 8, fulfillmentLines: 20, refunds: 8, refundLines: 10 }

export const CHECK: Operation = {
  name: 'check',
  cost: 30,
  query: `query PlimsollCheck {
  shop { name myshopifyDomain currencyCode ianaTimezone }
  currentAppInstallation { accessScopes { handle } app { requestedAccessScopes { handle } optionalAccessScopes { handle } } }
}`,
}

export const LOCATIONS: Operation = {
  name: 'locations',
  cost: 502,
  query: `query PlimsollLocations($after: String) {
  locations(first: 250, after: $after, includeInactive: true, sortKey: ID) {
    nodes { id name isActive isFulfillmentService fulfillmentService { serviceName } }
    pageInfo { hasNextPage endCursor }
  }
}`,
}

const VARIANT_FIELDS =
  'id sku barcode displayName inventoryPolicy requiresComponents product { status isGiftCard }'
const placedItem = (places: number) => `inventoryItem {
  id
  tracked
  inventoryLevels(first: ${places}) {
    nodes { location { isFulfillmentService fulfillmentService { serviceName } } }
    pageInfo { hasNextPage }
  }
}`
export const LISTING_FIELDS = `${VARIANT_FIELDS} inventoryItem { id tracked }`

export const LISTINGS: Operation = {
  name: 'listings',
  cost: 2 + LISTINGS_PAGE * 3,
  query: `query PlimsollListings($after: String, $query: String) {
  productVariants(first: ${LISTINGS_PAGE}, after: $after, query: $query, sortKey: ID) {
    nodes { ${LISTING_FIELDS} }
    pageInfo { hasNextPage endCursor }
  }
}`,
}

/** For shops with fulfilment services of other applications: also where each is stocked, which is dear. */
export const PLACED_LISTINGS: Operation = {
  name: 'listings',
  cost: 2 + PLACED_LISTINGS_PAGE * 14,
  query: `query PlimsollPlacedListings($after: String, $query: String) {
  productVariants(first: ${PLACED_LISTINGS_PAGE}, after: $after, query: $query, sortKey: ID) {
    nodes { ${VARIANT_FIELDS} ${placedItem(3)} }
    pageInfo { hasNextPage endCursor }
  }
}`,
}

export const LISTING: Operation = {
  name: 'listing',
  cost: 35,
  query: `query PlimsollListing($id: ID!) {
  productVariant(id: $id) { ${VARIANT_FIELDS} ${placedItem(10)} }
}`,
}

export const LEVELS: Operation = {
  name: 'levels',
  cost: 2 + LEVELS_PAGE * 3,
  query: `query PlimsollLevels($ids: [ID!]!, $location: ID!) {
  location(id: $location) { isFulfillmentService fulfillmentService { serviceName } }
  nodes(ids: $ids) {
    ... on InventoryItem {
      id
      tracked
      inventoryLevel(locationId: $location) { updatedAt quantities(names: ["available"]) { name quantity } }
    }
  }
}`,
}

export const SET_LEVELS: Operation = {
  name: 'setLevels',
  cost: 10,
  query: `mutation PlimsollSetLevels($input: InventorySetQuantitiesInput!, $key: String!) {
  inventorySetQuantities(input: $input) @idempotent(key: $key) {
    inventoryAdjustmentGroup { changes { name quantityAfterChange item { id } location { id } } }
    userErrors { code field message }
  }
}`,
}

const ORDER_FIELDS = `id name createdAt updatedAt cancelledAt closed confirmed test currencyCode displayFinancialStatus paymentGatewayNames`
const LINE_FIELDS = `id sku title quantity currentQuantity unfulfilledQuantity variant { id }`
/** Of a part of an order: from where, by when, and what holds it. */
export const PLACE_FIELDS =
  'status fulfillBy fulfillmentHolds { reason } assignedLocation { location { id } }'
const assigned = (first: number) =>
  `fulfillmentOrders(first: ${first}) { nodes { ${PLACE_FIELDS} } pageInfo { hasNextPage } }`
/** Where to, as far as routing needs to know: no name and no street. */
const DESTINATION_FIELDS = `countryCodeV2 provinceCode province zip city`
const SENDING = `shippingAddress { ${DESTINATION_FIELDS} } shippingLine { title }`

/** Enough for orders that were never refunded or edited; the others are read one by one with `ORDER`. */
export const ORDERS: Operation = {
  name: 'orders',
  cost: 2 + ORDERS_PAGE * ORDER_ROW_COST,
  query: `query PlimsollOrders($first: Int!, $after: String, $query: String!) {
  orders(first: $first, after: $after, query: $query, sortKey: UPDATED_AT) {
    nodes {
      ${ORDER_FIELDS}
      lineItems(first: 8) { nodes { ${LINE_FIELDS} } pageInfo { hasNextPage } }
      refunds(first: 1) { id }
      ${assigned(2)}
      ${SENDING}
    }
    pageInfo { hasNextPage endCursor }
  }
}`,
}

export const ORDER: Operation = {
  name: 'order',
  cost: 690,
  query: `query PlimsollOrder($id: ID!, $after: String) {
  order(id: $id) {
    ${ORDER_FIELDS}
    lineItems(first: ${ORDER_PARTS.lines}, after: $after) {
      nodes { ${LINE_FIELDS} }
      pageInfo { hasNextPage endCursor }
    }
    fulfillments(first: ${ORDER_PARTS.fulfillments}) {
      id
      status
      fulfillmentLineItems(first: ${ORDER_PARTS.fulfillmentLines}) {
        nodes { quantity lineItem { id } }
        pageInfo { hasNextPage }
      }
    }
    refunds(first: ${ORDER_PARTS.refunds}) {
      id
      refundLineItems(first: ${ORDER_PARTS.refundLines}) {
        nodes { quantity restockType lineItem { id } }
        pageInfo { hasNextPage }
      }
    }
    ${assigned(10)}
    ${SENDING}
  }
}`,
}

/** To whom: the only query for a buyer's data, sent when the order is. */
export const RECIPIENT: Operation = {
  name: 'recipient',
  cost: 5,
  query: `query PlimsollRecipient($id: ID!) {
  order(id: $id) {
    id
    email
    phone
    shippingAddress { name firstName lastName company address1 address2 phone ${DESTINATION_FIELDS} }
  }
}`,
}

/** Whether a buyer's data would be told. */
export const PROTECTED: Operation = {
  name: 'check.buyers',
  cost: 6,
  query: `query PlimsollProtected { orders(first: 1) { nodes { shippingAddress { address1 } } } }`,
}

/** For the rare order with more parts than `ORDER` reads: their ids, then each by itself. */
export const ORDER_PART_IDS: Operation = {
  name: 'order',
  cost: 501,
  query: `query PlimsollOrderParts($id: ID!) {
  order(id: $id) { fulfillments(first: 250) { id status } refunds(first: 250) { id } }
}`,
}

export const FULFILLMENT_LINES: Operation = {
  name: 'order',
  cost: 503,
  query: `query PlimsollFulfillmentLines($id: ID!, $after: String) {
  node(id: $id) {
    ... on Fulfillment {
      fulfillmentLineItems(first: 250, after: $after) {
        nodes { quantity lineItem { id } }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
}`,
}

export const REFUND_LINES: Operation = {
  name: 'order',
  cost: 503,
  query: `query PlimsollRefundLines($id: ID!, $after: String) {
  node(id: $id) {
    ... on Refund {
      refundLineItems(first: 250, after: $after) {
        nodes { quantity restockType lineItem { id } }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
}`,
}

export const SHIP: Operation = {
  name: 'ship',
  cost: 10,
  query: `mutation PlimsollShip($fulfillment: FulfillmentInput!) {
  fulfillmentCreate(fulfillment: $fulfillment) { fulfillment { id status } userErrors { field message } }
}`,
}

/** Of one kind of catalogue: it is asked for each. */
export const PLACEMENT: Operation = {
  name: 'placement',
  cost: 103,
  query: `query PlimsollPlacement($id: ID!, $catalogType: CatalogType, $after: String) {
  productVariant(id: $id) {
    id
    resourcePublicationsV2(first: 50, after: $after, catalogType: $catalogType, onlyPublished: true) {
      nodes { publication { id } }
      pageInfo { hasNextPage endCursor }
    }
  }
}`,
}

export const PUBLICATIONS: Operation = {
  name: 'reinstate',
  cost: 250,
  query: `query PlimsollPublications($ids: [ID!]!) { nodes(ids: $ids) { ... on Publication { id } } }`,
}

export const UNPUBLISH: Operation = {
  name: 'withdraw',
  cost: 10,
  query: `mutation PlimsollUnpublish($id: ID!, $input: [PublicationInput!]!) {
  publishableUnpublish(id: $id, input: $input) { userErrors { field message } }
}`,
}

export const PUBLISH: Operation = {
  name: 'reinstate',
  cost: 10,
  query: `mutation PlimsollPublish($id: ID!, $input: [PublicationInput!]!) {
  publishablePublish(id: $id, input: $input) { userErrors { field message } }
}`,
}

export const SUBSCRIPTIONS: Operation = {
  name: 'registerWebhooks',
  cost: 262,
  query: `query PlimsollSubscriptions($after: String) {
  currentAppInstallation { accessScopes { handle } }
  webhookSubscriptions(first: 250, after: $after) {
    nodes { id topic uri format includeFields filter }
    pageInfo { hasNextPage endCursor }
  }
}`,
}

export const SUBSCRIBE: Operation = {
  name: 'registerWebhooks',
  cost: 10,
  query: `mutation PlimsollSubscribe($topic: WebhookSubscriptionTopic!, $subscription: WebhookSubscriptionInput!) {
  webhookSubscriptionCreate(topic: $topic, webhookSubscription: $subscription) {
    webhookSubscription { id }
    userErrors { field message }
  }
}`,
}

export const UNSUBSCRIBE: Operation = {
  name: 'registerWebhooks',
  cost: 10,
  query: `mutation PlimsollUnsubscribe($id: ID!) {
  webhookSubscriptionDelete(id: $id) { deletedWebhookSubscriptionId userErrors { field message } }
}`,
}
