import {
  bindContext,
  type ChannelOperations,
  createBudgets,
  createHttp,
  type Http,
  type ReturnNotice,
  systemClock,
  type WarehouseOperations,
} from '@plimsoll/connector-kit'
import type { WarehouseFloor } from '@plimsoll/connector-kit/simulator'
import { connector } from '../index.ts'
import type { Credentials, Settings } from '../settings.ts'
import {
  createShipBobSimulator,
  type ShipBobSimulator,
  type ShipBobSimulatorOptions,
} from '../simulator/index.ts'
import type { Exchange } from './published-contract.ts'

export type ConnectedMerchant = {
  simulator: ShipBobSimulator
  floor: WarehouseFloor
  operations: ChannelOperations
  warehouse: WarehouseOperations
  /** Everything that went over the wire, oldest first. */
  exchanges: Exchange[]
  /** Another connection, with budgets of its own. */
  open(
    credentials?: Credentials,
    settings?: Partial<Settings>,
  ): { operations: ChannelOperations; warehouse: WarehouseOperations }
}

/** Runs a test with a simulated merchant and a connection to it; stops both afterwards. */
export async function withMerchant<T>(
  run: (merchant: ConnectedMerchant) => Promise<T>,
  options: ShipBobSimulatorOptions = {},
): Promise<T> {
  const simulator = await createShipBobSimulator(options)
  const exchanges: Exchange[] = []
  const open: ConnectedMerchant['open'] = (credentials = simulator.credentials, settings = {}) => {
    const http = createHttp({
      budgets: createBudgets(connector.manifest.budgets, systemClock),
      clock: systemClock,
    })
    const operations = connector.open(
      bindContext(connector, {
        settings: { ...simulator.settings, ...settings },
        credentials,
        http: recording(http, exchanges),
        now: () => systemClock.now(),
        uuid: () => crypto.randomUUID(),
      }),
    )
    if (operations.warehouse === undefined) throw new Error('ShipBob is a warehouse')
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
        body: typeof call.body === 'string' ? call.body : undefined,
        status: response.status,
        text: response.text,
      })
      return response
    },
  }
}

/** Something to ask for, of SKUs that the floor then has ten of. */
export function shipmentOf(
  { floor }: Pick<ConnectedMerchant, 'floor'>,
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
      name: 'Pat Example',
      company: undefined,
      addressLines: ['100 Nowhere Blvd', 'Suite 100'],
      city: 'Springfield',
      region: 'IL',
      postalCode: '62704',
      country: 'US',
      phone: undefined,
      email: 'pat@example.com',
    },
    lines: skus.map((sku) => ({
      lineId: crypto.randomUUID(),
      sku,
      stockUnitId: floor.item(sku)?.stockUnitId ?? '',
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

/** Word of a return of two units of this SKU, which the floor knows. */
export function returnNoticeOf(
  { floor }: Pick<ConnectedMerchant, 'floor'>,
  sku: string,
  { number }: { number: string },
): ReturnNotice {
  floor.addItem({ sku, title: `Title of ${sku}` })
  return {
    returnId: crypto.randomUUID(),
    number,
    locationId: floor.facilities[0]?.id ?? '',
    shipment: undefined,
    lines: [{ lineId: '1', sku, stockUnitId: floor.item(sku)?.stockUnitId ?? '', quantity: 2, serials: [] }],
  }
}
