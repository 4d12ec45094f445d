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
import type { Credentials, Settings } from '../settings.ts'
import { createAccount, GIVEN } from './account.ts'
import { intakeRoutes } from './intake-routes.ts'
import { orderRoutes } from './order-routes.ts'
import { stockRoutes } from './stock-routes.ts'

export type GoodCangSimulatorOptions = SimulatorOptions & {
  name?: string
  /** Codes of its warehouses. */
  facilities?: readonly string[]
  /** Works by itself at this pace; people do unless given. */
  pace?: WarehousePace
  /** Past so many it answers 429; the real number is not published. */
  callsPerMinute?: number
}

export type GoodCangSimulator = RunningSimulator & {
  floor: WarehouseFloor
  settings: Settings
  credentials: Credentials
}

const names = new Map([
  ['USEA', '美东仓库'],
  ['USWE', '美西仓库'],
  ['DE', '德国仓库'],
  ['UK', '英国仓库'],
])
/** Shipping products that it has. */
const METHODS = ['FEDEX-SMALLPARCEL', 'UPS-GROUND'] as const

/** Starts a simulated GoodCang with one customer. */
export async function createGoodCangSimulator(
  options: GoodCangSimulatorOptions = {},
): Promise<GoodCangSimulator> {
  const { clock = systemClock, seed = 1, name = '谷仓 GoodCang', facilities = ['USEA', 'USWE'] } = options
  const floor = createWarehouseFloor({
    clock,
    random: seededRandom(seed ^ 0x60cd),
    facilities: facilities.map((id) => ({ id, name: names.get(id) ?? id })),
    stockUnitIds: 'skus',
    pace: options.pace,
  })
  const account = createAccount({ clock, callsPerMinute: options.callsPerMinute ?? 60 })
  const running = await createSimulator(
    {
      id: 'goodcang',
      name,
      colour: '#1f6fd6',
      floor,
      routes(app, kit) {
        app.register(
          async (api) => {
            api.addHook('onRequest', (request, reply) => account.admit(request, reply, kit))
            stockRoutes(api, floor, METHODS)
            orderRoutes(api, floor, METHODS)
            intakeRoutes(api, floor)
          },
          { prefix: '/public_open' },
        )
      },
    },
    { ...options, clock },
  )
  return {
    ...running,
    floor,
    settings: {
      environment: 'production',
      shippingMethods: [METHODS[0]],
      inboundBy: '1',
      endpoint: running.url,
    },
    credentials: GIVEN,
  }
}
