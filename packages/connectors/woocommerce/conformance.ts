import { createBudgets, createHttp, systemClock } from '@plimsoll/connector-kit'
import { type ConformanceSetups, createConformanceWorld } from '@plimsoll/connector-kit/conformance-suite'
import { connector } from './index.ts'
import type { Credentials, Settings } from './settings.ts'
import { createWooCommerceSimulator, type WooCommerceSimulatorOptions } from './simulator/index.ts'

async function start(options: WooCommerceSimulatorOptions = {}) {
  const simulator = await createWooCommerceSimulator(options)
  return createConformanceWorld({
    connector,
    simulator,
    settings: simulator.settings,
    credentials: simulator.credentials,
    wrongCredentials: { ...simulator.credentials, consumerSecret: 'cs_wrong' },
    wrongWebhookCredentials: { ...simulator.credentials, webhookSecret: 'anotherSecret00000' },
    grant: {
      given: {},
      // The owner agrees; the shop posts the keys before it sends the browser back.
      async agree(url, inbox) {
        const http = createHttp({ budgets: createBudgets([], systemClock), clock: systemClock })
        await http.send({ operation: 'agree', method: 'GET', url })
        const { body } = await inbox.waitFor(({ path }) => path.endsWith('/callback'))
        return { query: {}, body: JSON.parse(Buffer.from(body).toString('utf8')) }
      },
    },
    unknown: {
      listingExternalId: '987654',
      orderExternalId: '987654',
      level: { stockUnitId: '987654', locationId: 'default' },
    },
    // Only orders and their lists carry statuses of orders.
    withUnknownOrderStatus: (body) =>
      body.includes('"line_items"')
        ? body.replaceAll(/"status":"[a-z-]+"/g, '"status":"partially-shipped"')
        : body,
  })
}

export const conformance: ConformanceSetups<Settings, Credentials> = {
  WooCommerce: { connector, start: () => start() },
  // Shops older than 10.3, where variations are read for each parent, and with core's fulfilments.
  'WooCommerce without a list of variations': {
    connector,
    start: () => start({ variationsRoute: false, fulfillments: true, checkout: 'pending' }),
  },
}
