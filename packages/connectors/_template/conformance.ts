import { type ConformanceSetups, createConformanceWorld } from '@plimsoll/connector-kit/conformance-suite'
import { connector } from './index.ts'
import type { Credentials, Settings } from './settings.ts'
import { createMyPlatformSimulator } from './simulator/index.ts'

/** How the suite is started: each case in a world of its own, with a fresh simulator. */
export const conformance: ConformanceSetups<Settings, Credentials> = {
  'My Platform': {
    connector,
    async start() {
      const simulator = await createMyPlatformSimulator()
      return createConformanceWorld({
        connector,
        simulator,
        settings: simulator.settings,
        credentials: simulator.credentials,
        wrongCredentials: { ...simulator.credentials, apiKey: 'wrong' },
        wrongWebhookCredentials: { ...simulator.credentials, webhookSecret: 'another secret of 16' },
        // The same credentials, as if they were of another account.
        becomeAnother: () => simulator.becomeAnother(),
        // Well-formed ids of things that the platform does not have.
        unknown: {
          listingExternalId: '99999',
          orderExternalId: '99999',
          level: { stockUnitId: '99999', locationId: 'default' },
        },
        withUnknownOrderStatus: (body) =>
          body.replaceAll(/"status":"(placed|paid|shipped|cancelled)"/g, '"status":"teleported"'),
      })
    },
  },
}
