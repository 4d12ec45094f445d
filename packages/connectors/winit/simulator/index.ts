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
import { type Credentials, type Settings, settingsSchema } from '../settings.ts'
import { type Data, failure } from './envelope.ts'
import { call, GIVEN, refusalOf } from './gate.ts'
import { outboundCalls } from './outbound.ts'
import { stockCalls } from './stock.ts'

export type WinitSimulatorOptions = SimulatorOptions & {
  name?: string
  /** IDs of its warehouses. */
  facilities?: readonly string[]
  /** Works by itself at this pace; people do unless given. */
  pace?: WarehousePace
}

export type WinitSimulator = RunningSimulator & {
  floor: WarehouseFloor
  settings: Settings
  credentials: Credentials
}

/** Delivery ways that it has. */
const WAYS = ['1000000123', '1000000456'] as const

/** Starts a simulated Winit with one customer. */
export async function createWinitSimulator(options: WinitSimulatorOptions = {}): Promise<WinitSimulator> {
  const {
    clock = systemClock,
    seed = 1,
    name = '万邑通 Winit',
    facilities = ['1000069', '1000008'],
  } = options
  const floor = createWarehouseFloor({
    clock,
    random: seededRandom(seed ^ 0x3a17),
    facilities: facilities.map((id) => ({ id, name: id })),
    stockUnitIds: 'skus',
    pace: options.pace,
  })
  const calls = new Map<string, (data: Data) => object>(
    Object.entries({ ...outboundCalls(floor, WAYS), ...stockCalls(floor) }),
  )
  const running = await createSimulator(
    {
      id: 'winit',
      name,
      colour: '#0a63b0',
      floor,
      routes(app, { faults }) {
        app.post('/openapi/service', async (request) => {
          const given = call.safeParse(request.body)
          if (!given.success) return failure('10000', '公共参数错误')
          const refusal = refusalOf(given.data, { clock, faults })
          if (refusal !== undefined) return refusal
          return calls.get(given.data.action)?.(given.data.data) ?? failure('10007', '接口不存在')
        })
      },
    },
    { ...options, clock },
  )
  return {
    ...running,
    floor,
    settings: settingsSchema.parse({ deliveryWays: [WAYS[0]], endpoint: running.url }),
    credentials: GIVEN,
  }
}
