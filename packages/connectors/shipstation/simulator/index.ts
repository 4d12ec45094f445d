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
import { V1_PER_MINUTE, V2_PER_MINUTE } from '../limits.ts'
import { type Credentials, type Settings, settingsSchema } from '../settings.ts'
import { createAccount, GIVEN } from './account.ts'
import { v1Routes } from './v1-routes.ts'
import { v2Routes } from './v2-routes.ts'
import { createKeys, type Subscription, sendWebhooks, webhookRoutes } from './webhook-routes.ts'

export type ShipStationSimulatorOptions = SimulatorOptions & {
  /** The name of the store that orders are put in by hand. */
  name?: string
  /** Names of its ship-from locations; its inventory has warehouses of the same names. */
  facilities?: readonly string[]
  /** Works by itself at this pace; people do unless given. */
  pace?: WarehousePace
  v1PerMinute?: number
  v2PerMinute?: number
}

export type ShipStationSimulator = RunningSimulator & {
  floor: WarehouseFloor
  /** Of an account whose inventory counts. */
  settings: Settings
  credentials: Credentials
  /** For tests that look inside. */
  subscriptions: Map<string, Subscription>
}

const FIRST_WAREHOUSE = 12_345

/** Starts a simulated ShipStation with one account. */
export async function createShipStationSimulator(
  options: ShipStationSimulatorOptions = {},
): Promise<ShipStationSimulator> {
  const { clock = systemClock, seed = 1, name = 'Manual Orders', facilities = ['Garage', 'Barn'] } = options
  const floor = createWarehouseFloor({
    clock,
    random: seededRandom(seed ^ 0x5555),
    facilities: facilities.map((each, at) => ({ id: String(FIRST_WAREHOUSE + at), name: each })),
    firstRequestId: 310_001,
    pace: options.pace,
  })
  const account = createAccount({
    clock,
    v1PerMinute: options.v1PerMinute ?? V1_PER_MINUTE,
    v2PerMinute: options.v2PerMinute ?? V2_PER_MINUTE,
  })
  const subscriptions = new Map<string, Subscription>()
  const running = await createSimulator(
    {
      id: 'shipstation',
      name,
      colour: '#6ca43a',
      floor,
      routes(app, kit) {
        const keys = createKeys()
        keys.routes(app)
        sendWebhooks(floor, subscriptions, keys, kit)
        app.register(async (api) => {
          api.addHook('onRequest', (request, reply) => account.admitV1(request, reply, kit))
          v1Routes(api, floor, name)
        })
        app.register(async (api) => {
          api.addHook('onRequest', (request, reply) => account.admitV2(request, reply, kit))
          v2Routes(api, floor)
          webhookRoutes(api, subscriptions)
        })
      },
    },
    { ...options, clock },
  )
  return {
    ...running,
    floor,
    subscriptions,
    settings: settingsSchema.parse({ stock: 'record', endpoint: running.url }),
    credentials: { ...GIVEN },
  }
}
