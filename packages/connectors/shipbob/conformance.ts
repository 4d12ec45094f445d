import { createBudgets, createHttp, systemClock } from '@plimsoll/connector-kit'
import { type ConformanceSetups, createConformanceWorld } from '@plimsoll/connector-kit/conformance-suite'
import { connector } from './index.ts'
import type { Credentials, Settings } from './settings.ts'
import { createShipBobSimulator } from './simulator/index.ts'

async function start({ withGrant }: { withGrant: boolean }) {
  // Each connection of a world has budgets of its own; together they would spend the minute.
  const simulator = await createShipBobSimulator({ requestsPerMinute: 100_000 })
  const { credentials, oauthCredentials } = simulator
  const { clientId, clientSecret } = oauthCredentials
  const given = withGrant ? oauthCredentials : credentials
  return createConformanceWorld({
    connector,
    simulator,
    settings: simulator.settings,
    credentials: given,
    wrongCredentials: withGrant ? { ...given, clientSecret: 'wrong' } : { personalAccessToken: 'wrong' },
    // What webhooks are signed with is made of them.
    wrongWebhookCredentials: withGrant
      ? { ...given, clientSecret: 'wrong' }
      : { personalAccessToken: 'wrong' },
    endTokens: simulator.endTokens,
    grant: {
      given: {
        ...(clientId !== undefined && { clientId }),
        ...(clientSecret !== undefined && { clientSecret }),
      },
      async agree(url) {
        const http = createHttp({ budgets: createBudgets([], systemClock), clock: systemClock })
        const { headers } = await http.send({ operation: 'agree', method: 'GET', url })
        return {
          query: Object.fromEntries(new URL(String(headers.location)).searchParams),
          body: undefined,
        }
      },
    },
    warehouse: {
      method: 'Standard',
      // Its receiving orders do not tell damaged units from others.
      tellsDamaged: false,
    },
    unknown: {
      listingExternalId: '99999999',
      orderExternalId: '99999999',
      level: { stockUnitId: '99999999', locationId: '3' },
    },
    withUnknownOrderStatus: (body) =>
      body.includes('"shipments"') ? body.replaceAll('"status":"Processing"', '"status":"Teleported"') : body,
  })
}

export const conformance: ConformanceSetups<Settings, Credentials> = {
  'ShipBob, with a personal access token': { connector, start: () => start({ withGrant: false }) },
  'ShipBob, with an application’s keys': { connector, start: () => start({ withGrant: true }) },
}
