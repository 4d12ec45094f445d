import { type ConformanceSetups, createConformanceWorld } from '@plimsoll/connector-kit/conformance-suite'
import { DEFAULT_LOCATION } from './ids.ts'
import { connector } from './index.ts'
import { sellerOrderIdOf } from './mcs-map.ts'
import type { Credentials, Settings } from './settings.ts'
import { createWalmartSimulator, type WalmartSimulatorOptions } from './simulator/index.ts'

/** A world of one seller, in the market that is named. */
export async function start(options: WalmartSimulatorOptions = {}) {
  const simulator = await createWalmartSimulator({
    feedDelayMs: 20,
    // The suite opens many connections to one account, each of which asks who it is.
    limits: { 'settings-get': { capacity: 1_000, refillPerSecond: 100 } },
    ...options,
  })
  return createConformanceWorld({
    connector,
    simulator,
    settings: simulator.settings,
    credentials: simulator.credentials,
    wrongCredentials: { ...simulator.credentials, clientSecret: 'wrong' },
    wrongWebhookCredentials: { ...simulator.credentials, webhookSecret: 'anotherSecret00000' },
    endTokens: simulator.endTokens,
    becomeAnother: () => void Object.assign(simulator.seller, { partnerId: '10000099999' }),
    countsEverything: true,
    unknown: {
      listingExternalId: 'NO-SUCH-SKU',
      orderExternalId: '999999999999999',
      level: {
        stockUnitId: 'NO-SUCH-SKU',
        locationId: options.market === 'cl' ? DEFAULT_LOCATION : '1000005050',
      },
    },
    unknownTicket: (ticket) => ticket.replace(/\d+@/, '0@'),
    withUnknownOrderStatus: (body) =>
      body.includes('"purchaseOrderId"')
        ? body.replaceAll(/"status":"[A-Z][a-z]+"/g, '"status":"Teleported"')
        : body.replaceAll(/"status":"(CREATED|PROCESSING)"/g, '"status":"TELEPORTED"'),
    warehouse: { referenceOf: sellerOrderIdOf, keepsNumbers: false },
  })
}

const noHold = 'Walmart has no word for an order that waits for a person: it is being worked on.'
const notOwed = {
  'shipment: held for an address: held': noHold,
  'cancel: while it is held: it is cancelled': noHold,
}

export const conformance: ConformanceSetups<Settings, Credentials> = {
  Walmart: { connector, start: () => start(), notOwed },
  'Walmart, two fulfilment centres, signatures in hexadecimal': {
    connector,
    start: () => start({ nodes: ['Main warehouse', 'West'], signatureEncoding: 'hex' }),
    notOwed,
  },
}
