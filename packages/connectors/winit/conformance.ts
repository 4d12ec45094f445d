import {
  type ConformanceSetups,
  createConformanceWorld,
  unhurried,
} from '@plimsoll/connector-kit/conformance-suite'
import { connector } from './index.ts'
import type { Credentials, Settings } from './settings.ts'
import { createWinitSimulator } from './simulator/index.ts'

/** A case makes hundreds of calls; the real budget has a test of its own. */
const quick = unhurried(connector)

export const conformance: ConformanceSetups<Settings, Credentials> = {
  Winit: {
    connector: quick,
    async start() {
      const simulator = await createWinitSimulator()
      const { settings, credentials } = simulator
      return createConformanceWorld({
        connector: quick,
        simulator,
        settings,
        credentials,
        wrongCredentials: { ...credentials, token: 'wrong' },
        warehouse: { method: '1000000123' },
        unknown: {
          listingExternalId: 'NO-SUCH-LISTING',
          orderExternalId: 'WO9999999999',
          level: { stockUnitId: 'NO-SUCH-UNIT', locationId: '1000069' },
        },
        withUnknownOrderStatus: (body) => body.replaceAll('"status":"PKI"', '"status":"QQQ"'),
      })
    },
    notOwed: {
      'request: taken with its lines, recipient and number, and found as received':
        'An order at Winit has no field for the number that people use; behaviour.test.ts looks at the rest.',
      'counts: on hand is all that lies there, what is promised and what is damaged included':
        'Winit’s numbers are without defective units; behaviour.test.ts looks at what is promised.',
      'shipment: a part has left: working':
        'The packages of an order are read once its state is 派送中: reading each one that is worked on would cost too much.',
    },
  },
}
