import {
  bindContext,
  type ChannelOperations,
  createBudgets,
  createHttp,
  type Http,
  systemClock,
  type WarehouseOperations,
} from '@plimsoll/connector-kit'
import type { WarehouseFloor } from '@plimsoll/connector-kit/simulator'
import type { Credentials } from '../credentials.ts'
import { connector } from '../index.ts'
import type { Settings } from '../settings.ts'
import {
  createManhattanSimulator,
  type ManhattanSimulator,
  type ManhattanSimulatorOptions,
} from '../simulator/index.ts'

export type Exchange = {
  operation: string
  method: string
  url: string
  headers: Readonly<Record<string, string>>
  body: string
  status: number
  text: string
}

type Opened = { operations: ChannelOperations; warehouse: WarehouseOperations }

export type ConnectedEnvironment = Opened & {
  simulator: ManhattanSimulator
  floor: WarehouseFloor
  /** Everything that went over the wire, oldest first. */
  exchanges: Exchange[]
  /** Another connection, with budgets of its own. */
  open(credentials?: Credentials, settings?: Partial<Settings>): Opened
}

/** Runs a test with a simulated environment and a connection to it; stops both afterwards. */
export async function withEnvironment<T>(
  run: (environment: ConnectedEnvironment) => Promise<T>,
  options: ManhattanSimulatorOptions = {},
): Promise<T> {
  const simulator = await createManhattanSimulator(options)
  const exchanges: Exchange[] = []
  const open: ConnectedEnvironment['open'] = (credentials = simulator.credentials, settings = {}) => {
    // No budgets: what is tried here is not how long it takes.
    const http = createHttp({ budgets: createBudgets([], systemClock), clock: systemClock })
    const operations = connector.open(
      bindContext(connector, {
        settings: connector.manifest.settings.parse({ ...simulator.settings, ...settings }),
        credentials: connector.manifest.credentials.parse(credentials),
        http: recording(http, exchanges),
        now: () => systemClock.now(),
        uuid: () => crypto.randomUUID(),
      }),
    )
    if (operations.warehouse === undefined) throw new Error('Manhattan is a warehouse')
    return { operations, warehouse: operations.warehouse }
  }
  try {
    return await run({ simulator, floor: simulator.floor, exchanges, open, ...open() })
  } finally {
    await simulator.close()
  }
}

function recording(http: Http, exchanges: Exchange[]): Http {
  return {
    ...http,
    async send(call) {
      const response = await http.send(call)
      exchanges.push({
        operation: call.operation,
        method: call.method,
        url: call.url,
        headers: call.headers ?? {},
        body: typeof call.body === 'string' ? call.body : '',
        status: response.status,
        text: response.text,
      })
      return response
    },
  }
}

/** Something to ask for, of SKUs that the floor then has ten more of. */
export function shipmentOf(
  { floor }: Pick<ConnectedEnvironment, 'floor'>,
  skus: readonly string[],
  more: Partial<Parameters<WarehouseOperations['requestShipment']>[0]> = {},
): Parameters<WarehouseOperations['requestShipment']>[0] {
  const facilityId = floor.facilities[0]?.id ?? ''
  for (const sku of skus) {
    floor.addItem({ sku, title: `Title of ${sku}` })
    floor.adjust({ facilityId, sku, sellable: 10, reason: 'seeded' })
  }
  return {
    shipmentId: crypto.randomUUID(),
    number: '#1001',
    placedAt: new Date(Date.UTC(2026, 5, 1)),
    locationId: facilityId,
    recipient: {
      name: 'Pat van Example',
      company: 'Example & Sons',
      addressLines: ['100 Nowhere Blvd', 'Suite 100'],
      city: 'Springfield',
      region: 'IL',
      postalCode: '62704',
      country: 'US',
      phone: '+1 217 555 0100',
      email: 'pat@example.com',
    },
    lines: skus.map((sku) => ({
      lineId: crypto.randomUUID(),
      sku,
      stockUnitId: sku,
      quantity: 2,
      title: `Title of ${sku}`,
      lot: undefined,
      unitValue: 12.5,
    })),
    method: undefined,
    currency: 'USD',
    shipBy: undefined,
    note: undefined,
    ...more,
  }
}

export const PERSONAL = /Pat van|Example & Sons|Nowhere Blvd|Suite 100|pat@example|555 0100/
