import { createBudgets, createHttp, systemClock } from '@plimsoll/connector-kit'
import { type ConformanceSetups, createConformanceWorld } from '@plimsoll/connector-kit/conformance-suite'
import { connector } from './index.ts'
import type { Credentials, Settings } from './settings.ts'
import { createEbaySimulator, type EbaySimulatorOptions } from './simulator/index.ts'

/** A world of one seller, whose listings are made with these tools. */
export async function start(options: EbaySimulatorOptions = {}) {
  const simulator = await createEbaySimulator({ feedMs: 30, ...options })
  const isInventory = options.listedWith === 'inventory'
  return createConformanceWorld({
    connector,
    simulator,
    settings: simulator.settings,
    credentials: simulator.credentials,
    wrongCredentials: { ...simulator.credentials, refreshToken: 'v^1.1#refresh#wrong' },
    endTokens: () => simulator.endTokens(),
    becomeAnother: () => void Object.assign(simulator.seller, { userId: 'ANOTHERSELLER' }),
    grant: {
      given: simulator.credentials,
      // The seller agrees, and eBay sends the browser to what the portal has behind the RuName.
      async agree(url, inbox) {
        simulator.setAcceptUrl(`${inbox.url}/callback`)
        const http = createHttp({ budgets: createBudgets([], systemClock), clock: systemClock })
        const { headers } = await http.send({ operation: 'agree', method: 'GET', url })
        const { searchParams } = new URL(headers.location ?? '')
        return { query: Object.fromEntries(searchParams), body: undefined }
      },
    },
    unknown: {
      listingExternalId: '999999999999',
      orderExternalId: '99-99999-99999',
      level: {
        stockUnitId: isInventory ? 'offer:999999999999/NOPE' : 'item:999999999999',
        locationId: 'default',
      },
    },
    unknownTicket: (ticket) => ticket.replace(/"task-[^"]*"/, '"task-1-none"'),
    withUnknownOrderStatus: (body) =>
      body.replaceAll(/"orderFulfillmentStatus":"[A-Z_]+"/g, '"orderFulfillmentStatus":"TELEPORTED"'),
  })
}

const noFeed = 'Only listings of other tools may be written by a file: README.'
const noTickets = Object.fromEntries(
  [
    'tickets: each accepted write has its own, and in the end the platform shows what each says',
    'tickets: a row that the platform refuses later is told by its own ticket, the others are applied',
    'I3: tickets: asked again, by another process, they say the same',
    'tickets: one that the platform does not know is unknown, and no ticket is no call',
    'tickets: a lost answer is Unavailable and loses no outcome; revoked credentials are Unauthorized',
  ].map((title) => [title, noFeed]),
)

export const conformance: ConformanceSetups<Settings, Credentials> = {
  eBay: { connector, start: () => start(), notOwed: noTickets },
  'eBay, listed with the Inventory API': {
    connector,
    start: () => start({ listedWith: 'inventory', variations: 3 }),
    notOwed: noTickets,
  },
  'eBay, listed with other tools': {
    connector,
    start: () => start({ listedWith: 'trading', variations: 2 }),
  },
}
