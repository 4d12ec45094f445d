import type { BulkOperations } from './bulk-operations.ts'
import { type PageArguments, sortable, toConnection } from './connections.ts'
import type { Order } from './records.ts'
import { holds, readSearch, type SearchTerm } from './search.ts'
import type { Shop } from './shop.ts'
import type { Subscriptions } from './subscriptions.ts'
import { changedAtMs, gid, type Views } from './views.ts'

type Search = PageArguments & { query?: string | null; reverse?: boolean }

/** The roots of queries. */
export function createQueries(
  shop: Shop,
  views: Views,
  subscriptions: Subscriptions,
  {
    scopes,
    requested,
    bulk,
  }: { scopes: readonly string[]; requested: readonly string[]; bulk: BulkOperations },
) {
  const toScope = (handle: string) => ({ handle, description: handle.replaceAll('_', ' ') })
  const node = (id: string) => findNode(shop, views, id)
  const typed =
    (type: string) =>
    ({ id }: { id: string }) => {
      const found = node(id)
      return found?.__typename === type ? found : null
    }
  return {
    shop: () => ({
      __typename: 'Shop',
      id: 'gid://shopify/Shop/1',
      name: shop.options.name,
      myshopifyDomain: shop.options.domain,
      currencyCode: shop.options.currency,
      ianaTimezone: 'Europe/Berlin',
      plan: { publicDisplayName: 'Basic', shopifyPlus: false },
      fulfillmentServices: [...shop.locations.values()]
        .filter((each) => each.fulfillmentService)
        .map(views.service),
    }),
    currentAppInstallation: () => ({
      __typename: 'AppInstallation',
      id: 'gid://shopify/AppInstallation/1',
      accessScopes: scopes.map(toScope),
      app: {
        __typename: 'App',
        id: 'gid://shopify/App/1',
        title: 'Plimsoll',
        requestedAccessScopes: requested.map(toScope),
        optionalAccessScopes: [],
      },
    }),
    productVariantsCount: ({ limit }: { limit?: number | null }) => {
      const isCut = limit !== null && limit !== undefined && shop.variants.size >= limit
      return { count: isCut ? limit : shop.variants.size, precision: isCut ? 'AT_LEAST' : 'EXACT' }
    },
    bulkOperation: ({ id }: { id: string }) => {
      const found = bulk.find(Number(/^gid:\/\/shopify\/BulkOperation\/(\d+)$/.exec(id)?.[1]))
      return found === undefined ? null : bulk.view(found)
    },
    location: ({ id }: { id?: string }) => {
      const [first] = shop.locations.keys()
      return id === undefined ? views.locationOf(first) : typed('Location')({ id })
    },
    locations: (page: Search & { includeInactive?: boolean }) => {
      const shown = [...shop.locations.values()].filter((each) => page.includeInactive || each.active)
      return toConnection(shown, page, (row) => sortable(row.id), views.location)
    },
    productVariant: typed('ProductVariant'),
    productVariants: (page: Search) => {
      const rows = filterById([...shop.variants.values()], readSearch(page.query), (row) => row.id)
      return toConnection(rows, page, (row) => sortable(row.id), views.variant)
    },
    inventoryItem: typed('InventoryItem'),
    inventoryItems: (page: Search) => {
      const rows = filterById([...shop.variants.values()], readSearch(page.query), (row) => row.itemId)
      return toConnection(rows, page, (row) => sortable(row.itemId), views.item)
    },
    node: ({ id }: { id: string }) => node(id),
    nodes: ({ ids }: { ids: readonly string[] }) => ids.map(node),
    order: typed('Order'),
    orders: (page: Search) =>
      toConnection(findOrders(shop, readSearch(page.query)), page, orderKey, views.order),
    fulfillmentOrder: typed('FulfillmentOrder'),
    fulfillmentOrders: (page: Search) =>
      toConnection(
        findPlaces(shop, readSearch(page.query)),
        page,
        ({ order, site }) => sortable(changedAtMs(order, site), site.id),
        ({ order, site }) => views.fulfillmentOrder(order)(site),
      ),
    webhookSubscriptions: (page: Search & { topics?: readonly string[]; uri?: string }) => {
      const rows = subscriptions.list().filter((each) => {
        const topic = page.topics === undefined || page.topics.includes(each.topicName)
        return topic && (page.uri === undefined || page.uri === each.uri)
      })
      return toConnection(rows, page, (row) => sortable(row.id), subscriptions.view)
    },
    job: ({ id }: { id: string }) => ({ id, done: true }),
  }
}

const orderKey = (order: Order) => sortable(order.updatedAtMs, order.id)

/** The order list, always by update time: the only sort that the hub uses. */
function findOrders(shop: Shop, terms: readonly SearchTerm[]): Order[] {
  const times = terms.filter((term) => term.field === 'updated_at')
  const since = times.find((term) => term.comparison === '>=' || term.comparison === '>')
  const rows = shop
    .ordersChangedSince(since === undefined ? 0 : Date.parse(since.value))
    .filter((order) => times.every((term) => holds(order.updatedAtMs, term, Date.parse(term.value))))
  return filterById(rows, terms, (row) => row.id).sort((a, b) => a.updatedAtMs - b.updatedAtMs || a.id - b.id)
}

/** Fulfilment orders that are not closed, by update time. */
function findPlaces(shop: Shop, terms: readonly SearchTerm[]) {
  const times = terms.filter((term) => term.field === 'updated_at')
  return [...shop.orders.values()]
    .flatMap((order) => order.fulfillmentOrders.map((site) => ({ order, site })))
    .filter(({ site }) => site.status !== 'CLOSED' && site.status !== 'CANCELLED')
    .filter(({ order, site }) =>
      times.every((term) => holds(changedAtMs(order, site), term, Date.parse(term.value))),
    )
    .sort((a, b) => changedAtMs(a.order, a.site) - changedAtMs(b.order, b.site) || a.site.id - b.site.id)
}

function filterById<T extends { id: number; sku?: string }>(
  rows: T[],
  terms: readonly SearchTerm[],
  idOf: (row: T) => number,
): T[] {
  const ids = terms.filter((term) => term.field === 'id')
  const skus = terms.filter((term) => term.field === 'sku')
  if (ids.length + skus.length === 0) return rows
  return rows.filter(
    (row) =>
      ids.every((term) => holds(idOf(row), term, Number(term.value))) &&
      skus.every((term) => term.value === row.sku),
  )
}

/** Any record by gid, null when there is none. */
function findNode(shop: Shop, views: Views, id: string) {
  const match = /^gid:\/\/shopify\/(\w+)\/(\d+)/.exec(id)
  const number = Number(match?.[2])
  switch (match?.[1]) {
    case 'Location':
      return views.locationOf(number)
    case 'InventoryItem':
      return views.itemOf(number)
    case 'ProductVariant': {
      const variant = shop.variants.get(number)
      return variant === undefined ? null : views.variant(variant)
    }
    case 'Publication': {
      const publication = shop.publications.get(number)
      return publication === undefined ? null : views.publication(publication)
    }
    case 'Order': {
      const order = shop.orders.get(number)
      return order === undefined ? null : views.order(order)
    }
    default:
      return findOrderPart(shop, views, id)
  }
}

function findOrderPart(shop: Shop, views: Views, id: string) {
  for (const order of shop.orders.values()) {
    const site = order.fulfillmentOrders.find((each) => gid('FulfillmentOrder', each.id) === id)
    if (site !== undefined) return views.fulfillmentOrder(order)(site)
    const fulfillment = order.fulfillments.find((each) => gid('Fulfillment', each.id) === id)
    if (fulfillment !== undefined) return views.fulfillment(order)(fulfillment)
    const refund = order.refunds.find((each) => gid('Refund', each.id) === id)
    if (refund !== undefined) return views.refund(order)(refund)
    const returned = order.returns.find((each) => gid('Return', each.id) === id)
    if (returned !== undefined) return views.returnOf(order)(returned)
  }
  return null
}
