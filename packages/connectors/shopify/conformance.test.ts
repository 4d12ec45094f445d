import { createConformanceWorld, describeConformance } from '@plimsoll/connector-kit/conformance'
import { connector } from './index.ts'
import { createShopifySimulator } from './simulator/index.ts'

/** The suite, twice: with a permanent token, and with client id and secret at two locations. */

const unknown = {
  listingExternalId: 'gid://shopify/ProductVariant/1',
  orderExternalId: 'gid://shopify/Order/1',
  level: { stockUnitId: 'gid://shopify/InventoryItem/1', locationId: 'gid://shopify/Location/1' },
}

const withUnknownOrderStatus = (body: string) =>
  body
    .replaceAll(/"displayFinancialStatus":"\w+"/g, '"displayFinancialStatus":"PONDERING"')
    .replaceAll(/"financial_status":"\w+"/g, '"financial_status":"pondering"')

describeConformance('Shopify, permanent token', {
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
    })
  },
})

describeConformance('Shopify, client credentials, two locations, orders unpaid at first', {
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
    })
  },
})
