import { createBudgets, createHttp, systemClock } from '@plimsoll/connector-kit'
import { type ConformanceSetups, createConformanceWorld } from '@plimsoll/connector-kit/conformance-suite'
import { connector } from './index.ts'
import type { Credentials, Settings } from './settings.ts'
import { createShopifySimulator, type ShopifySimulator } from './simulator/index.ts'

const unknown = {
  listingExternalId: 'gid://shopify/ProductVariant/1',
  orderExternalId: 'gid://shopify/Order/1',
  level: { stockUnitId: 'gid://shopify/InventoryItem/1', locationId: 'gid://shopify/Location/1' },
}

const withUnknownOrderStatus = (body: string) =>
  body
    .replaceAll(/"displayFinancialStatus":"\w+"/g, '"displayFinancialStatus":"PONDERING"')
    .replaceAll(/"financial_status":"\w+"/g, '"financial_status":"pondering"')

/** The merchant installs the app. */
const grantOf = ({ clientCredentials }: ShopifySimulator) => ({
  given: clientCredentials,
  async agree(url: string) {
    const http = createHttp({ budgets: createBudgets([], systemClock), clock: systemClock })
    const { headers } = await http.send({ operation: 'agree', method: 'GET', url })
    return { query: Object.fromEntries(new URL(String(headers.location)).searchParams), body: undefined }
  },
})

/** The suite, twice: with a permanent token, and with client id and secret at two locations. */
export const conformance: ConformanceSetups<Settings, Credentials> = {
  'Shopify, permanent token': {
    connector,
    async start() {
      const simulator = await createShopifySimulator()
      return createConformanceWorld({
        connector,
        simulator,
        settings: simulator.settings,
        credentials: simulator.credentials,
        wrongCredentials: { ...simulator.credentials, accessToken: 'shpat_wrong' },
        wrongWebhookCredentials: { ...simulator.credentials, clientSecret: 'another secret' },
        withUnknownOrderStatus,
        unknown,
        endTokens: simulator.endTokens,
        becomeAnother: () => void Object.assign(simulator.shop.options, { domain: 'another.myshopify.com' }),
        grant: grantOf(simulator),
      })
    },
  },

  'Shopify, client credentials, two locations, orders unpaid at first': {
    connector,
    async start() {
      const simulator = await createShopifySimulator({
        locations: ['Warehouse', 'Store'],
        paidAtCheckout: false,
      })
      return createConformanceWorld({
        connector,
        simulator,
        settings: simulator.settings,
        credentials: simulator.clientCredentials,
        wrongCredentials: { ...simulator.clientCredentials, clientId: 'nobody' },
        wrongWebhookCredentials: { ...simulator.clientCredentials, clientSecret: 'another secret' },
        withUnknownOrderStatus,
        unknown,
        endTokens: simulator.endTokens,
        becomeAnother: () => void Object.assign(simulator.shop.options, { domain: 'another.myshopify.com' }),
        grant: grantOf(simulator),
      })
    },
  },
}
