import type { Connector } from '@plimsoll/connector-kit'
import { type ConformanceSetups, createConformanceWorld } from '@plimsoll/connector-kit/conformance-suite'
import { connector } from './index.ts'
import type { Credentials, Settings } from './settings.ts'
import { createGoodCangSimulator } from './simulator/index.ts'

/** The same under a budget that leaves no seconds between two calls: a case makes hundreds. Its own test holds the real one. */
const quick: Connector<Settings, Credentials> = {
  ...connector,
  manifest: {
    ...connector.manifest,
    budgets: [{ kind: 'token-bucket', name: 'requests', capacity: 50, refillPerSecond: 200 }],
  },
}

export const conformance: ConformanceSetups<Settings, Credentials> = {
  GoodCang: {
    connector: quick,
    async start() {
      const simulator = await createGoodCangSimulator({ callsPerMinute: 1_000_000 })
      const { settings, credentials } = simulator
      return createConformanceWorld({
        connector: quick,
        simulator,
        settings,
        credentials,
        wrongCredentials: { ...credentials, appKey: 'wrong' },
        warehouse: { method: 'FEDEX-SMALLPARCEL' },
        unknown: {
          listingExternalId: 'NO-SUCH-LISTING',
          orderExternalId: 'G296-260101-99999999',
          level: { stockUnitId: 'NO-SUCH-UNIT', locationId: 'USEA' },
        },
        withUnknownOrderStatus: (body) => body.replaceAll('"order_status":"W"', '"order_status":"Q"'),
      })
    },
    notOwed: {
      'shipment: a part has left: working':
        'GoodCang sends an order whole: what of it has left is told once its state is 已发货.',
    },
  },
}
