import { createBudgets, createHttp, systemClock } from '@plimsoll/connector-kit'
import { type ConformanceSetups, createConformanceWorld } from '@plimsoll/connector-kit/conformance-suite'
import { connector } from './index.ts'
import type { Credentials, Settings } from './settings.ts'
import { type AmazonSimulatorOptions, createAmazonSimulator } from './simulator/index.ts'
import { atOnce } from './testing/connected-account.ts'

/** The suite opens many connections to one account, each with budgets of its own, where the hub shares one. */
const forMany = {
  ...atOnce,
  burstFactor: 50,
  // A large seller's: the suite sends hundreds of orders from Amazon's warehouses.
  limits: { getFulfillmentOrder: { rate: 100 }, createFulfillmentOrder: { rate: 50 } },
}

async function start(options: AmazonSimulatorOptions, settings: Partial<Settings> = {}) {
  const simulator = await createAmazonSimulator(options)
  return createConformanceWorld({
    connector,
    simulator,
    settings: { ...simulator.settings, ...settings },
    credentials: simulator.credentials,
    wrongCredentials: { ...simulator.credentials, refreshToken: 'Atzr|wrong' },
    endTokens: simulator.endTokens,
    becomeAnother: () => void Object.assign(simulator.traits, { sellerId: 'A2ANOTHERSELLER' }),
    warehouse: { followsWhatPeopleAnnounce: true, tellsDamaged: false, tellsWaitingReturns: false },
    grant: {
      given: {
        clientId: simulator.credentials.clientId,
        clientSecret: simulator.credentials.clientSecret,
      },
      async agree(url) {
        const http = createHttp({ budgets: createBudgets([], systemClock), clock: systemClock })
        const { headers } = await http.send({ operation: 'agree', method: 'GET', url })
        return { query: Object.fromEntries(new URL(String(headers.location)).searchParams), body: undefined }
      },
    },
    unknown: {
      listingExternalId: 'NO-SUCH-SKU',
      orderExternalId: '999-9999999-9999999',
      level: { stockUnitId: 'NO-SUCH-SKU', locationId: 'DEFAULT' },
    },
    unknownTicket: (ticket) => ticket.replace(/"feed","\d+"/, '"feed","1"'),
    withUnknownOrderStatus: (body) =>
      body
        .replaceAll(/"fulfillmentStatus":"\w+"/g, '"fulfillmentStatus":"PONDERING"')
        .replaceAll(/"OrderStatus":"\w+"/g, '"OrderStatus":"Pondering"')
        .replaceAll(/"fulfillmentOrderStatus":"\w+"/g, '"fulfillmentOrderStatus":"Pondering"'),
  })
}

export const conformance: ConformanceSetups<Settings, Credentials> = {
  Amazon: { connector, start: () => start(forMany) },

  'Amazon, the older Orders API, payment pending at first, unknown SKUs refused': {
    connector,
    start: () =>
      start(
        {
          ...forMany,
          pendingMs: 'until-paid',
          unknownSkus: 'invalid',
          // A large seller's: at the published rates a few hundred orders take a quarter of an hour.
          limits: { ...forMany.limits, searchOrders: { rate: 50 }, getOrderItems: { rate: 200 } },
        },
        { ordersApi: 'v0' },
      ),
  },
}
