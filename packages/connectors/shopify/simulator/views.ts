import { GraphQLError } from 'graphql'
import { hasScope, requireScope } from './access.ts'
import { mailingAddress } from './addresses.ts'
import { badRequest, type PageArguments, sortable, toConnection } from './connections.ts'
import {
  currentOf,
  type Fulfillment,
  type FulfillmentOrder,
  HELD_STATES,
  type Level,
  type Line,
  type Location,
  type Order,
  type Publication,
  type Refund,
  type Return,
  refundedOf,
  unfulfilledOf,
  type Variant,
} from './records.ts'
import { returnView, sentLineOf } from './return-views.ts'
import type { Shop } from './shop.ts'

/**
 * Records → what GraphQL reads fields from. Fields with arguments, and links to other records, are functions:
 * graphql-js calls them with the arguments, and only when they are asked for.
 */
export type Views = ReturnType<typeof createViews>

export function gid(kind: string, id: number): string {
  return `gid://shopify/${kind}/${id}`
}

/** When a fulfilment order changed last. */
export function changedAtMs(order: Order, { holdChangedAtMs = 0 }: FulfillmentOrder): number {
  return Math.max(order.updatedAtMs, holdChangedAtMs)
}

/** Shopify's instants have whole seconds and no milliseconds. */
export function instant(atMs: number): string {
  const text = new Date(atMs).toISOString()
  return atMs % 1_000 === 0 ? text.replace('.000Z', 'Z') : text
}

const byId = (row: { id: number }) => sortable(row.id)

/**
 * @param scopes the app's: what is published where is told to those alone who may know
 * @param tellsBuyers whether the app is approved for protected customer data
 */
export function createViews(shop: Shop, scopes: readonly string[], tellsBuyers = true) {
  const protectedField = <T>(name: string, value: T | undefined): T | null => {
    if (tellsBuyers) return value ?? null
    throw new GraphQLError(`This app is not approved to use the ${name} field.`, {
      extensions: { code: 'ACCESS_DENIED' },
    })
  }

  const location = (record: Location) => ({
    __typename: 'Location',
    id: gid('Location', record.id),
    name: record.name,
    isActive: record.active,
    isFulfillmentService: record.fulfillmentService,
    fulfillmentService: () => (record.fulfillmentService ? service(record) : null),
    inventoryLevels: (page: PageArguments) => {
      const shown = [...shop.levels.values()].flatMap((levels) => levels.get(record.id) ?? [])
      return toConnection(
        shown.sort((a, b) => a.id - b.id),
        page,
        byId,
        level,
      )
    },
    shipsInventory: true,
  })
  const service = (record: Location) => ({
    __typename: 'FulfillmentService',
    id: gid('FulfillmentService', record.id),
    handle: nameOf(record).toLowerCase().replace(/\W+/g, '-'),
    serviceName: nameOf(record),
    callbackUrl: null,
    inventoryManagement: false,
    trackingSupport: false,
    location: () => location(record),
  })
  const nameOf = (record: Location) => record.serviceName ?? record.name
  const locationOf = (id: number | undefined) => {
    const record = id === undefined ? undefined : shop.locations.get(id)
    return record === undefined ? null : location(record)
  }

  const publication = (record: Publication) => ({
    __typename: 'Publication',
    id: gid('Publication', record.id),
    name: record.name,
  })

  const variant = (record: Variant) => ({
    __typename: 'ProductVariant',
    id: gid('ProductVariant', record.id),
    legacyResourceId: String(record.id),
    sku: record.sku,
    barcode: record.barcode ?? null,
    title: 'Default Title',
    displayName: record.title,
    inventoryPolicy: record.sellsBeyondZero ? 'CONTINUE' : 'DENY',
    inventoryQuantity: () => levelsOf(record.itemId).reduce((sum, level) => sum + level.available, 0),
    price: record.price.toFixed(2),
    position: 1,
    updatedAt: instant(record.updatedAtMs),
    product: () => ({
      __typename: 'Product',
      id: gid('Product', record.productId),
      title: record.title,
      status: 'ACTIVE',
      isGiftCard: record.giftCard === true,
    }),
    requiresComponents: record.bundle === true,
    inventoryItem: () => item(record),
    resourcePublicationsV2: ({ catalogType, ...page }: PageArguments & { catalogType?: string | null }) => {
      requireScope(scopes, 'read_publications')
      const shown = [...shop.publications.values()].filter(
        (each) => each.catalogType === (catalogType ?? 'APP') && !record.unpublishedOn.has(each.id),
      )
      return toConnection(shown, page, byId, (each) => ({
        isPublished: true,
        publishDate: null,
        publication: publication(each),
      }))
    },
  })

  const levelsOf = (itemId: number) => [...(shop.levels.get(itemId)?.values() ?? [])]

  const item = (record: Variant) => ({
    __typename: 'InventoryItem',
    id: gid('InventoryItem', record.itemId),
    legacyResourceId: String(record.itemId),
    sku: record.sku,
    tracked: record.tracked,
    requiresShipping: true,
    updatedAt: instant(record.updatedAtMs),
    inventoryLevel: ({ locationId, includeInactive }: { locationId: string; includeInactive?: boolean }) => {
      const found = levelsOf(record.itemId).find((each) => gid('Location', each.locationId) === locationId)
      const active = found !== undefined && shop.locations.get(found.locationId)?.active
      return found !== undefined && (active || includeInactive) ? level(found) : null
    },
    inventoryLevels: (page: PageArguments & { includeInactive?: boolean }) => {
      const shown = levelsOf(record.itemId).filter(
        (each) => page.includeInactive || shop.locations.get(each.locationId)?.active,
      )
      return toConnection(shown, page, byId, level)
    },
    variants: (page: PageArguments) => toConnection([record], page, byId, variant),
  })

  const level = (record: Level) => ({
    __typename: 'InventoryLevel',
    id: `${gid('InventoryLevel', record.id)}?inventory_item_id=${record.itemId}`,
    isActive: shop.locations.get(record.locationId)?.active ?? false,
    updatedAt: instant(record.updatedAtMs),
    location: () => locationOf(record.locationId),
    item: () => itemOf(record.itemId),
    quantities: ({ names }: { names: readonly string[] }) => names.map((name) => quantity(record, name)),
  })

  const itemOf = (itemId: number) => {
    const record = shop.variantByItem.get(itemId)
    return record === undefined ? null : item(record)
  }

  const line = (order: Order) => (record: Line) => ({
    __typename: 'LineItem',
    id: gid('LineItem', record.id),
    sku: record.sku,
    title: record.title,
    name: record.title,
    quantity: record.ordered,
    currentQuantity: currentOf(order, record),
    unfulfilledQuantity: unfulfilledOf(order, record),
    nonFulfillableQuantity: refundedOf(order, record),
    requiresShipping: true,
    variant: () => {
      const found = shop.variants.get(record.variantId)
      return found === undefined ? null : variant(found)
    },
  })
  const lineOf = (order: Order, lineId: number) => {
    const record = order.lines.find((each) => each.id === lineId)
    return record === undefined ? null : line(order)(record)
  }

  const fulfillmentOrder = (order: Order) => (record: FulfillmentOrder) => ({
    __typename: 'FulfillmentOrder',
    id: gid('FulfillmentOrder', record.id),
    status: record.status,
    requestStatus: record.requestStatus,
    orderId: gid('Order', order.id),
    // In whole seconds, two days on.
    fulfillBy: instant(Math.floor(order.createdAtMs / 1_000) * 1_000 + 2 * 86_400_000),
    updatedAt: instant(changedAtMs(order, record)),
    fulfillmentHolds: (record.holds ?? []).map(({ id, reason }) => ({
      __typename: 'FulfillmentHold',
      id: gid('FulfillmentHold', id),
      reason,
    })),
    assignedLocation: () => ({
      name: shop.locations.get(record.locationId)?.name ?? '',
      location: locationOf(record.locationId),
    }),
    lineItems: (page: PageArguments) =>
      toConnection(record.lines, page, byId, (row) => ({
        __typename: 'FulfillmentOrderLineItem',
        id: gid('FulfillmentOrderLineItem', row.id),
        remainingQuantity: row.remaining,
        totalQuantity: row.total,
        inventoryItemId: gid('InventoryItem', row.itemId),
        sku: shop.variantByItem.get(row.itemId)?.sku ?? null,
        requiresShipping: true,
        lineItem: lineOf(order, row.lineId),
      })),
  })

  const fulfillment = (order: Order) => (record: Fulfillment) => ({
    __typename: 'Fulfillment',
    id: gid('Fulfillment', record.id),
    status: record.status,
    createdAt: instant(record.createdAtMs),
    location: () => locationOf(record.locationId),
    trackingInfo: () => {
      const { company, number, url } = record.tracking
      return number === undefined ? [] : [{ company: company ?? null, number, url: url ?? null }]
    },
    fulfillmentLineItems: (page: PageArguments) =>
      toConnection(record.lines, page, byId, fulfillmentLine(order)),
  })
  const fulfillmentLine = (order: Order) => (row: Fulfillment['lines'][number]) => ({
    __typename: 'FulfillmentLineItem',
    id: gid('FulfillmentLineItem', row.id),
    quantity: row.quantity,
    lineItem: lineOf(order, row.lineId),
  })

  const refund = (order: Order) => (record: Refund) => ({
    __typename: 'Refund',
    id: gid('Refund', record.id),
    createdAt: instant(record.createdAtMs),
    refundLineItems: (page: PageArguments) =>
      toConnection(record.lines, page, byId, (row) => ({
        __typename: 'RefundLineItem',
        id: gid('RefundLineItem', row.id),
        quantity: row.quantity,
        restockType: row.restockType,
        restocked: row.restockType !== 'NO_RESTOCK',
        lineItem: lineOf(order, row.lineId),
        location: locationOf(row.locationId),
      })),
  })

  /** Those of locations that the application may ship from. */
  const isShown = ({ locationId }: FulfillmentOrder) => {
    const at = shop.locations.get(locationId)
    if (at?.fulfillmentService !== true) return hasScope(scopes, 'read_merchant_managed_fulfillment_orders')
    return hasScope(
      scopes,
      at.isOurs === true ? 'read_assigned_fulfillment_orders' : 'read_third_party_fulfillment_orders',
    )
  }

  const order = (record: Order) => ({
    __typename: 'Order',
    id: gid('Order', record.id),
    legacyResourceId: String(record.id),
    name: `#${record.number}`,
    createdAt: instant(record.createdAtMs),
    processedAt: instant(record.createdAtMs),
    updatedAt: instant(record.updatedAtMs),
    cancelledAt: optionalInstant(record.cancelledAtMs),
    cancelReason: record.cancelReason ?? null,
    closed: record.closedAtMs !== undefined,
    closedAt: optionalInstant(record.closedAtMs),
    confirmed: true,
    test: false,
    currencyCode: shop.options.currency,
    displayFinancialStatus: record.financialStatus,
    paymentGatewayNames: record.gateways,
    displayFulfillmentStatus: fulfillmentStatus(record),
    email: () => protectedField('email', record.to?.email),
    phone: () => protectedField('phone', record.to?.phone),
    shippingAddress: () =>
      protectedField('shippingAddress', record.to && mailingAddress(record.id, record.to)),
    shippingLine: record.to === undefined ? null : { title: 'Standard', code: 'standard' },
    lineItems: (page: PageArguments) => toConnection(record.lines, page, byId, line(record)),
    fulfillmentOrders: (page: PageArguments) =>
      toConnection(record.fulfillmentOrders.filter(isShown), page, byId, fulfillmentOrder(record)),
    fulfillments: ({ first }: PageArguments) =>
      record.fulfillments.slice(0, first ?? record.fulfillments.length).map(fulfillment(record)),
    refunds: ({ first }: PageArguments) =>
      record.refunds.slice(0, first ?? record.refunds.length).map(refund(record)),
    returns: (page: PageArguments) => {
      requireScope(scopes, 'read_returns')
      return toConnection(record.returns, page, byId, returnOf(record))
    },
  })

  const returnOf = (record: Order) => (returned: Return) =>
    returnView(returned, {
      order: () => order(record),
      lineOf(id) {
        const sent = sentLineOf(record, id)
        return sent === undefined ? null : fulfillmentLine(record)(sent)
      },
    })

  return {
    returnOf,
    location,
    locationOf,
    service,
    publication,
    variant,
    item,
    itemOf,
    level,
    order,
    fulfillmentOrder,
    fulfillment,
    refund,
  }
}

/** Every state that the hub may ask for; orders move units between available and committed alone. */
function quantity(level: Level, name: string) {
  const units = quantityNamed(level, name)
  if (units === undefined) throw badRequest(`Invalid quantity name: ${name}`)
  return {
    __typename: 'InventoryQuantity',
    id: `gid://shopify/InventoryQuantity/${level.id}?name=${name}`,
    name,
    quantity: units,
    updatedAt: instant(level.updatedAtMs),
  }
}

function quantityNamed(level: Level, name: string): number | undefined {
  const { available, committed, others } = level
  if (name === 'available') return available
  if (name === 'committed') return committed
  if (name === 'incoming') return others.incoming ?? 0
  const held = HELD_STATES.find((state) => state === name)
  if (held !== undefined) return others[held] ?? 0
  if (name !== 'on_hand') return undefined
  return HELD_STATES.reduce((sum, state) => sum + (others[state] ?? 0), available + committed)
}

function optionalInstant(atMs: number | undefined): string | null {
  return atMs === undefined ? null : instant(atMs)
}

export function fulfillmentStatus(order: Order): 'FULFILLED' | 'PARTIALLY_FULFILLED' | 'UNFULFILLED' {
  const open = order.lines.some((each) => unfulfilledOf(order, each) > 0)
  const left = order.fulfillments.some((each) => each.status === 'SUCCESS')
  if (!left) return 'UNFULFILLED'
  return open ? 'PARTIALLY_FULFILLED' : 'FULFILLED'
}
