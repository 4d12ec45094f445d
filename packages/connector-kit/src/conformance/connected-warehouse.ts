import { randomUUID } from 'node:crypto'
import { createBudgets } from '../budgets.ts'
import { systemClock } from '../clock.ts'
import type { ChannelOperations, Connector } from '../contract.ts'
import { createHttp, type Http } from '../http.ts'
import type { WarehouseFloor } from '../simulator/warehouse-floor.ts'
import { bindContext } from '../tokens.ts'
import type { WarehouseOperations } from '../warehouse/operations.ts'
import type { Recipient, ShipmentRequest } from '../warehouse/shapes.ts'

/** A connection to a simulated warehouse, for the tests that a connector has beside the suite. */
export type ConnectedWarehouse = {
  floor: WarehouseFloor
  operations: ChannelOperations
  warehouse: WarehouseOperations
  /** Everything that went over the wire, oldest first. */
  exchanges: Exchange[]
}

/** One call over the wire. */
export type Exchange = {
  operation: string
  url: string
  headers: Readonly<Record<string, string>>
  body: string | undefined
  status: number
  text: string
}

/** Opens a connection of its own, under its own budgets. */
export function connectWarehouse<Settings, Credentials>(
  connector: Connector<Settings, Credentials>,
  { floor, settings, credentials }: { floor: WarehouseFloor; settings: Settings; credentials: Credentials },
): ConnectedWarehouse {
  const exchanges: Exchange[] = []
  const http = createHttp({
    budgets: createBudgets(connector.manifest.budgets, systemClock),
    clock: systemClock,
  })
  const operations = connector.open(
    bindContext(connector, {
      settings,
      credentials,
      http: recording(http, exchanges),
      now: () => systemClock.now(),
      uuid: () => randomUUID(),
    }),
  )
  if (operations.warehouse === undefined) throw new Error('it is no warehouse')
  return { floor, operations, warehouse: operations.warehouse, exchanges }
}

function recording(http: Http, exchanges: Exchange[]): Http {
  return {
    ...http,
    async send(call) {
      const response = await http.send(call)
      exchanges.push({
        operation: call.operation,
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

/** The connector under a budget that keeps nobody waiting: for a case that makes hundreds of calls. */
export function unhurried<Settings, Credentials>(
  connector: Connector<Settings, Credentials>,
): Connector<Settings, Credentials> {
  return {
    ...connector,
    manifest: {
      ...connector.manifest,
      budgets: [{ kind: 'token-bucket', name: 'requests', capacity: 1_000, refillPerSecond: 1_000 }],
    },
  }
}

/** To whom `shipmentOf` sends; each word is found by `patWords`. */
export const pat: Recipient = {
  name: 'Pat Example',
  company: undefined,
  addressLines: ['100 Nowhere Blvd', 'Suite 100'],
  city: 'Springfield',
  region: 'IL',
  postalCode: '62704',
  country: 'US',
  phone: undefined,
  email: 'pat@example.com',
}
export const patWords = /Pat Example|Nowhere Blvd|pat@example/

/** Something to ask for, two of each SKU, of which the first facility then has ten. */
export function shipmentOf(
  floor: WarehouseFloor,
  skus: readonly string[],
  more: Partial<ShipmentRequest> = {},
): ShipmentRequest {
  const facilityId = floor.facilities[0]?.id ?? ''
  for (const sku of skus) {
    floor.addItem({ sku, title: `Title of ${sku}` })
    floor.adjust({ facilityId, sku, sellable: 10, reason: 'seeded' })
  }
  return {
    shipmentId: randomUUID(),
    number: '#1001',
    placedAt: new Date(Date.UTC(2026, 5, 1)),
    locationId: facilityId,
    recipient: pat,
    lines: skus.map((sku) => ({
      lineId: randomUUID(),
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
