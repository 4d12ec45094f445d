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
import { z } from 'zod'
import { type Credentials, type Settings, settingsSchema } from '../settings.ts'
import { type Body, failure } from './envelope.ts'
import { GIVEN, refusalOf } from './gate.ts'
import { outboundCalls } from './outbound.ts'
import { stockCalls } from './stock.ts'

export type FourPxSimulatorOptions = SimulatorOptions & {
  name?: string
  /** Codes of its warehouses. */
  facilities?: readonly string[]
  /** Works by itself at this pace; people do unless given. */
  pace?: WarehousePace
}

export type FourPxSimulator = RunningSimulator & {
  floor: WarehouseFloor
  settings: Settings
  credentials: Credentials
}

/** Shipping products that it has. */
const PRODUCTS = ['F400', 'QC'] as const
const query = z.record(z.string(), z.string())

/** Starts a simulated 4PX with one customer. */
export async function createFourPxSimulator(options: FourPxSimulatorOptions = {}): Promise<FourPxSimulator> {
  const { clock = systemClock, seed = 1, name = '递四方 4PX', facilities = ['USLAXA', 'DEFRAA'] } = options
  const floor = createWarehouseFloor({
    clock,
    random: seededRandom(seed ^ 0x4b78),
    facilities: facilities.map((id) => ({ id, name: id })),
    stockUnitIds: 'skus',
    pace: options.pace,
  })
  const calls = new Map<string, (body: Body) => object>(
    Object.entries({
      ...outboundCalls(floor, PRODUCTS, () => clock.now()),
      ...stockCalls(floor, () => clock.now()),
    }),
  )
  const running = await createSimulator(
    {
      id: 'fourpx',
      name,
      colour: '#e60012',
      floor,
      routes(app, { faults }) {
        app.post('/router/api/service', async (request) => {
          const given = query.parse(request.query)
          const refusal = refusalOf(given, request.rawBody?.toString('utf8') ?? '', { clock, faults })
          if (refusal !== undefined) return refusal
          const call = calls.get(given.method ?? '')
          const body = z.record(z.string(), z.unknown()).safeParse(request.body)
          if (call === undefined || !body.success) return failure('METHOD_NOT_EXIST', '接口不存在')
          return call(body.data)
        })
      },
    },
    { ...options, clock },
  )
  return {
    ...running,
    floor,
    settings: settingsSchema.parse({
      shippingMethods: [PRODUCTS[0]],
      originState: '广东省',
      originCity: '深圳市',
      originDistrict: '宝安区',
      endpoint: running.url,
    }),
    credentials: GIVEN,
  }
}
