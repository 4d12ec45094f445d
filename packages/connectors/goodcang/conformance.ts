import {
  type ConformanceSetups,
  createConformanceWorld,
  unhurried,
} from '@plimsoll/connector-kit/conformance-suite'
import { connector } from './index.ts'
import type { Credentials, Settings } from './settings.ts'
import { createGoodCangSimulator } from './simulator/index.ts'

/** A case makes hundreds of calls: the real budget, which leaves a second between two, has a test of its own. */
const quick = unhurried(connector)

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
