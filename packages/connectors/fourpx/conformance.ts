import {
  type ConformanceSetups,
  createConformanceWorld,
  unhurried,
} from '@plimsoll/connector-kit/conformance-suite'
import { connector } from './index.ts'
import type { Credentials, Settings } from './settings.ts'
import { createFourPxSimulator } from './simulator/index.ts'

/** A case makes hundreds of calls; the real budget is assumed anyway. */
const quick = unhurried(connector)
const WHOLE =
  '4PX sends a consignment whole and tells it as one parcel: not what is in which box, nor their numbers.'

export const conformance: ConformanceSetups<Settings, Credentials> = {
  '4PX': {
    connector: quick,
    async start() {
      const simulator = await createFourPxSimulator()
      const { settings, credentials } = simulator
      return createConformanceWorld({
        connector: quick,
        simulator,
        settings,
        credentials,
        wrongCredentials: { ...credentials, appSecret: 'wrong' },
        warehouse: { method: 'F400' },
        unknown: {
          listingExternalId: 'NO-SUCH-LISTING',
          orderExternalId: 'OC9002781899999999',
          level: { stockUnitId: 'NO-SUCH-UNIT', locationId: 'USLAXA' },
        },
        withUnknownOrderStatus: (body) => body.replaceAll('"status":"P"', '"status":"Q"'),
      })
    },
    notOwed: {
      'shipment: shipped in three parcels: shipped': WHOLE,
      'shipment: a part has left: working': WHOLE,
      'shipment: a part has left, and then the rest: shipped': WHOLE,
    },
  },
}
