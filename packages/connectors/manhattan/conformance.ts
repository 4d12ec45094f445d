import { createBudgets, createHttp, systemClock } from '@plimsoll/connector-kit'
import { type ConformanceSetups, createConformanceWorld } from '@plimsoll/connector-kit/conformance-suite'
import type { Credentials } from './credentials.ts'
import { connector } from './index.ts'
import type { Settings } from './settings.ts'
import { createManhattanSimulator } from './simulator/index.ts'

type By = 'password' | 'client' | 'grant'

async function start(product: Settings['product'], by: By) {
  const simulator = await createManhattanSimulator({ product })
  const { credentials, clientCredentials, grantedCredentials } = simulator
  const given = { password: credentials, client: clientCredentials, grant: grantedCredentials }[by]
  const { clientId, clientSecret } = given
  return createConformanceWorld({
    connector,
    simulator,
    settings: simulator.settings,
    credentials: given,
    wrongCredentials: { ...given, clientSecret: 'wrong' },
    wrongWebhookCredentials: { ...given, webhookSecret: 'wrong' },
    endTokens: simulator.endTokens,
    grant: {
      given: { clientId, clientSecret },
      async agree(url) {
        const http = createHttp({ budgets: createBudgets([], systemClock), clock: systemClock })
        const { headers } = await http.send({ operation: 'agree', method: 'GET', url })
        return {
          query: Object.fromEntries(new URL(String(headers.location)).searchParams),
          body: undefined,
        }
      },
    },
    unknown: {
      listingExternalId: 'NO-SUCH-ITEM',
      orderExternalId: '99999999',
      // As the suite calls what nobody has: so that it is looked for.
      level: { stockUnitId: 'NO-SUCH-SKU', locationId: 'DC-NORTH' },
    },
    withUnknownOrderStatus: (body) =>
      body.replaceAll(/"(MaximumStatus|MaxFulfillmentStatusId)":"\d{4}"/g, '"$1":"Teleported"'),
  })
}

const NO_LOTS = { 'counts: lots with their dates, and they add up': 'Omni keeps supply without lots.' }

export const conformance: ConformanceSetups<Settings, Credentials> = {
  'Manhattan Active WM, as a user': { connector, start: () => start('wm', 'password') },
  'Manhattan Active WM, with what its page granted': { connector, start: () => start('wm', 'grant') },
  'Manhattan Active Omni, as the client itself': {
    connector,
    start: () => start('omni', 'client'),
    notOwed: NO_LOTS,
  },
}
