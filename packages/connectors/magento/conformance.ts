import { type ConformanceSetups, createConformanceWorld } from '@plimsoll/connector-kit/conformance-suite'
import { connector } from './index.ts'
import type { Credentials, Settings } from './settings.ts'
import { createMagentoSimulator, type MagentoSimulatorOptions } from './simulator/index.ts'

/**
 * The suite, four times: signed requests and orders captured at checkout; many sources, a bearer token and payments that
 * are only authorised; the single stock of old; and the cloud service with its tokens and limits.
 */
async function start(
  options: MagentoSimulatorOptions = {},
  { settings = {}, credentials }: { settings?: Partial<Settings>; credentials?: Credentials } = {},
) {
  const simulator = await createMagentoSimulator(options)
  const good = credentials ?? simulator.credentials
  return createConformanceWorld({
    connector,
    simulator,
    // Tickets are declared, so the suite expects that many raised quantities wait.
    settings: { ...simulator.settings, asynchronousIncreases: true, ...settings },
    credentials: good,
    wrongCredentials:
      good.clientSecret === undefined
        ? { ...good, accessToken: 'wrong' }
        : { ...good, clientSecret: 'wrong' },
    endTokens: simulator.endTokens,
    unknown: {
      listingExternalId: '987654',
      orderExternalId: '987654',
      level: { stockUnitId: 'NO-SUCH-SKU', locationId: 'default' },
    },
    unknownTicket: (ticket) => {
      const [, ...row] = JSON.parse(ticket)
      return JSON.stringify(['00000000-0000-0000-0000-000000000000', ...row])
    },
    // Only orders and their lists carry states of orders.
    withUnknownOrderStatus: (body) =>
      body.includes('"qty_ordered"') ? body.replaceAll(/"state":"[a-z_]+"/g, '"state":"teleported"') : body,
  })
}

const bearer: Credentials = { accessToken: 'simulatedaccesstoken000000000001' }

export const conformance: ConformanceSetups<Settings, Credentials> = {
  'Magento, signed requests': { connector, start: () => start() },
  'Magento, two sources, a bearer token, payments authorised': {
    connector,
    start: () =>
      start(
        { sources: ['store_berlin'], allowsBearer: true, payment: 'authorize', checkout: 'pending_payment' },
        { settings: { paidCancellations: 'refuse' }, credentials: bearer },
      ),
  },
  'Magento, one stock': { connector, start: () => start({ multiSource: false }) },
  'Adobe Commerce as a Cloud Service': {
    connector,
    start: () => start({ edition: 'cloud-service', checksSkus: true }),
  },
}
