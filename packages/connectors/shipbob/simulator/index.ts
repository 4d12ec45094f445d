import { systemClock } from '@plimsoll/connector-kit'
import {
  createSimulator,
  createWarehouseFloor,
  type RunningSimulator,
  type SimulatorOptions,
  seededRandom,
  type WarehouseFloor,
  type WarehousePace,
} from '@plimsoll/connector-kit/simulator'
import { API_VERSION, REQUESTS_PER_MINUTE } from '../limits.ts'
import type { Credentials, Settings } from '../settings.ts'
import { createAccount, GIVEN } from './account.ts'
import { orderRoutes } from './order-routes.ts'
import { receivingRoutes } from './receiving-routes.ts'
import { returnRoutes } from './return-routes.ts'
import { stockRoutes } from './stock-routes.ts'
import { type Subscription, webhookRoutes } from './webhook-routes.ts'

export type ShipBobSimulatorOptions = SimulatorOptions & {
  /** The merchant's name. */
  name?: string
  /** Names of its fulfilment centres. */
  facilities?: readonly string[]
  /** Works by itself at this pace; people do unless given. */
  pace?: WarehousePace
  requestsPerMinute?: number
}

export type ShipBobSimulator = RunningSimulator & {
  floor: WarehouseFloor
  /** What to connect with: a personal access token. */
  settings: Settings
  credentials: Credentials
  /** The same with an application's keys and what its page granted. */
  oauthCredentials: Credentials
  /** Ends every access token of the application before its time; a personal access token never ends. */
  endTokens(): void
  /** For tests that look inside. */
  subscriptions(): ReadonlyMap<string, Subscription>
}

const FIRST_FACILITY = 3

/** Starts a simulated ShipBob with one merchant. */
export async function createShipBobSimulator(
  options: ShipBobSimulatorOptions = {},
): Promise<ShipBobSimulator> {
  const {
    clock = systemClock,
    seed = 1,
    name = 'ShipBob',
    facilities = ['Cicero (IL)', 'Moreno Valley (CA)'],
  } = options
  const floor = createWarehouseFloor({
    clock,
    random: seededRandom(seed ^ 0x5b0b),
    facilities: facilities.map((each, at) => ({ id: String(FIRST_FACILITY + at), name: each })),
    firstRequestId: 310_001,
    pace: options.pace,
  })
  const account = createAccount({
    clock,
    requestsPerMinute: options.requestsPerMinute ?? REQUESTS_PER_MINUTE,
  })
  let subscriptions: ReadonlyMap<string, Subscription> = new Map()

  const running = await createSimulator(
    {
      id: 'shipbob',
      name,
      colour: '#175cff',
      floor,
      routes(app, kit) {
        account.routes(app, kit)
        app.register(
          async (api) => {
            api.addHook('onRequest', (request, reply) => account.admit(request, reply, kit))
            stockRoutes(api, floor)
            orderRoutes(api, floor)
            receivingRoutes(api, floor)
            returnRoutes(api, floor)
            subscriptions = webhookRoutes(api, floor, kit)
          },
          { prefix: `/${API_VERSION}` },
        )
      },
    },
    { ...options, clock },
  )
  const { personalAccessToken, ...oauthCredentials } = GIVEN
  return {
    ...running,
    floor,
    settings: {
      environment: 'production',
      shippingMethod: 'Standard',
      lots: true,
      endpoint: running.url,
    },
    credentials: { personalAccessToken },
    oauthCredentials,
    endTokens: account.endTokens,
    subscriptions: () => subscriptions,
  }
}
