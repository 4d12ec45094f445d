import { type ChannelOperations, type ConnectorContext, Malformed, NotFound } from '@plimsoll/connector-kit'
import { z } from 'zod'
import { API_VERSION, type Api, createApi } from './api.ts'
import { nextCursor, readCursor } from './cursor.ts'
import { CHECK, LISTING, LISTINGS, LOCATIONS } from './documents.ts'
import { fromGid } from './ids.ts'
import { readLevels, setLevels } from './levels.ts'
import { listingNodeSchema, locationNodeSchema, toListing, toLocation } from './map.ts'
import { getOrder, listOrders } from './orders.ts'
import { pageInfoSchema, readAllPages } from './pages.ts'
import { SCOPES, WITHDRAWAL_SCOPE } from './scopes.ts'
import type { Credentials, Settings } from './settings.ts'
import { ship } from './shipping.ts'
import { registerWebhooks } from './subscriptions.ts'
import { readPlacement, reinstate, withdraw } from './withdrawal.ts'

export function open(context: ConnectorContext<Settings, Credentials>): ChannelOperations {
  const api = createApi(context)
  return {
    check: (options) => check(api, context.settings, options),
    locations: (options) => listLocations(api, options),
    listings: (cursor, options) => listListings(api, cursor, options),
    async listing(externalId, options) {
      const { data } = await api.read(LISTING, { id: externalId }, listingSchema, options)
      if (data.productVariant === null) throw new NotFound(`Shopify has no variant ${externalId}`)
      if (data.productVariant.id !== externalId) {
        throw new Malformed(`Shopify answered ${externalId} with ${data.productVariant.id}`, externalId)
      }
      return toListing(data.productVariant)
    },
    levels: (keys, options) => readLevels(api, keys, options),
    setLevels: (writes, options) => setLevels(api, writes, options),
    placement: (externalId, options) => readPlacement(api, externalId, options),
    withdraw: (externalId, options) => withdraw(api, externalId, options),
    reinstate: (externalId, options) => reinstate(api, externalId, options),
    orders: (query, options) => listOrders(api, query, options),
    order: (externalId, options) => getOrder(api, externalId, options),
    ship: (shipment, options) => ship(api, shipment, options),
    registerWebhooks: (url, options) => registerWebhooks(api, url, options),
  }
}

const checkSchema = z.object({
  shop: z.object({
    name: z.string(),
    myshopifyDomain: z.string(),
    currencyCode: z.string(),
    ianaTimezone: z.string(),
  }),
  currentAppInstallation: z.object({ accessScopes: z.array(z.object({ handle: z.string() })) }),
})

async function check(api: Api, settings: Settings, options: Parameters<ChannelOperations['check']>[0]) {
  const { data, servedVersion } = await api.read(CHECK, {}, checkSchema, options)
  const granted = new Set(data.currentAppInstallation.accessScopes.map((scope) => scope.handle))
  const has = (scope: string) => granted.has(scope) || granted.has(scope.replace(/^read_/, 'write_'))
  const warnings: string[] = []
  if (servedVersion !== undefined && servedVersion !== API_VERSION) {
    warnings.push(`Shopify answered in version ${servedVersion} instead of ${API_VERSION}: update Plimsoll.`)
  }
  if (data.shop.myshopifyDomain !== settings.shop) {
    warnings.push(`The shop calls itself ${data.shop.myshopifyDomain}, not ${settings.shop}.`)
  }
  if (!granted.has('read_all_orders')) {
    warnings.push('Without read_all_orders, orders older than 60 days stay invisible.')
  }
  // Not missing: all else works without it, and not every shop may want to give it.
  if (!granted.has(WITHDRAWAL_SCOPE)) {
    warnings.push(
      `Without ${WITHDRAWAL_SCOPE}, a listing whose decrease Shopify refuses cannot be taken off sale by the hub.`,
    )
  }
  return {
    account: `${data.shop.name} (${data.shop.myshopifyDomain})`,
    // The permanent domain: never given to another shop.
    accountId: data.shop.myshopifyDomain,
    currency: data.shop.currencyCode,
    timeZone: data.shop.ianaTimezone,
    missingScopes: SCOPES.filter((scope) => !has(scope)),
    warnings,
  }
}

const locationsSchema = z.object({
  locations: z.object({ nodes: z.array(locationNodeSchema), pageInfo: pageInfoSchema }),
})

async function listLocations(api: Api, options: Parameters<ChannelOperations['locations']>[0]) {
  const nodes = await readAllPages(async (after) => {
    const { data } = await api.read(LOCATIONS, { after }, locationsSchema, options)
    return data.locations
  })
  return nodes.map(toLocation)
}

const listingSchema = z.object({ productVariant: listingNodeSchema.nullable() })
const listingsSchema = z.object({
  productVariants: z.object({ nodes: z.array(listingNodeSchema), pageInfo: pageInfoSchema }),
})

async function listListings(
  api: Api,
  from: string | undefined,
  options: Parameters<ChannelOperations['listings']>[1],
) {
  const cursor = readCursor(from)
  const query = cursor.window === null ? null : `id:>${cursor.window}`
  const variables = { after: cursor.after, query }
  const { data, date } = await api.read(LISTINGS, variables, listingsSchema, { ...options, priority: 8 })
  const { nodes, pageInfo } = data.productVariants
  const last = nodes.at(-1)
  const next = nextCursor(cursor, {
    read: nodes.length,
    ...pageInfo,
    last: last === undefined ? undefined : fromGid(last.id),
  })
  return { rows: nodes.map(toListing), next, platformTime: date }
}
