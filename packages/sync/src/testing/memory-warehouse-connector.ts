import { type Connector, defineWarehouse, Invalid, Unavailable } from '@plimsoll/connector-kit'
import { z } from 'zod'
import { shown } from './memory-deliveries.ts'
import {
  LATEST_EFFECT_MS,
  type MemoryWarehouse,
  type WarehouseAnswer,
  type WarehouseCall,
} from './memory-warehouse.ts'

/** One call to it, as the network has it. */
export function callWarehouse<T>(
  warehouse: MemoryWarehouse,
  name: string,
  fault: () => WarehouseAnswer,
  carryOut: () => T,
): T {
  warehouse.land()
  const comes = fault()
  if (comes === 'lost') throw new Unavailable('The warehouse did not answer', true)
  if (comes === 'refused') throw new Invalid('The warehouse does not do that', name)
  if (comes === 'late') {
    warehouse.later(carryOut)
    throw new Unavailable('The warehouse did not answer', true)
  }
  const answer = carryOut()
  if (comes === 'dropped') throw new Unavailable('The answer was lost', true)
  return answer
}

export function memoryWarehouseConnector(warehouse: MemoryWarehouse, id: string): Connector {
  const call = <T>(name: WarehouseCall, carryOut: () => T): T =>
    callWarehouse(warehouse, name, () => warehouse.fault(name), carryOut)
  const connector = defineWarehouse<object, { key: string }>({
    manifest: {
      id,
      name: id,
      colour: '#000000',
      regions: ['world'],
      settings: z.object({}),
      credentials: z.object({ key: z.string() }),
      budgets: [],
      webhooks: [],
      warehouse: {
        requests: warehouse.requests,
        latestEffectMs: LATEST_EFFECT_MS,
        visibilityLagMs: 0,
        cancel: 'until-working',
        deducts: 'shipped',
        follows: ['shipments', 'receipts', 'returns'],
        get inboundNotices() {
          return warehouse.inbounds
        },
        lots: true,
        serials: true,
        get linesMax() {
          return warehouse.linesMax
        },
        stuckAfterMs: 86_400_000,
        facts: [],
      },
    },
    open: () => ({
      check: async () => ({
        account: id,
        accountId: id,
        currency: undefined,
        timeZone: undefined,
        missingScopes: [],
        warnings: [],
      }),
      locations: async () => [{ externalId: 'floor', name: 'The floor', active: true }],
      listings: async () => ({
        rows: [...warehouse.stock.keys()].map(toListing),
        next: undefined,
        platformTime: undefined,
      }),
      listing: async (sku) => toListing(sku),
      counts: async () =>
        call('counts', () => ({
          rows: [...warehouse.stock].map(([sku, units]) => ({
            stockUnitId: sku,
            locationId: 'floor',
            available: units - (warehouse.damaged.get(sku) ?? 0),
            held: warehouse.damaged.get(sku) ?? 0,
            incoming: 0,
            onHand: units,
            countedAt: new Date(warehouse.clock.now()),
          })),
          next: undefined,
          platformTime: new Date(warehouse.clock.now()),
        })),
      registerWebhooks: async () => ({ registered: [], repaired: [] }),
      requestShipment: async (request) =>
        call('requestShipment', () => ({ externalId: warehouse.take(request).externalId })),
      findShipment: async (shipmentId) =>
        call('findShipment', () => {
          const found = warehouse.shipments.find(({ request }) => request.shipmentId === shipmentId)
          return found === undefined ? undefined : warehouse.show(found)
        }),
      cancelShipment: async ({ externalId }) =>
        call('cancelShipment', () => {
          const found = warehouse.shipments.find((each) => each.externalId === externalId)
          return found === undefined ? 'too-late' : warehouse.cancel(found)
        }),
      announceInbound: async (notice) => call('announceInbound', warehouse.await(notice)),
      receipts: async ({ since }) =>
        call('receipts', () => ({
          rows: shown(warehouse.receipts, since),
          next: undefined,
          platformTime: new Date(warehouse.clock.now()),
        })),
      returns: async ({ since }) =>
        call('returns', () => ({
          rows: shown(warehouse.returns, since),
          next: undefined,
          platformTime: new Date(warehouse.clock.now()),
        })),
      shipments: async ({ since }) =>
        call('shipments', () => ({
          rows: warehouse.shipments
            .filter(({ changedAt }) => changedAt >= since.getTime())
            .sort((a, b) => a.changedAt - b.changedAt)
            .map((shipment) => warehouse.show(shipment)),
          next: undefined,
          platformTime: new Date(warehouse.clock.now()),
        })),
    }),
    webhooks: { verify: () => false, parse: () => [], personalDataKeys: [] },
  })
  // The registry parses settings and credentials with the manifest's own schemas before it opens anything.
  return connector as Connector
}

function toListing(sku: string) {
  return {
    externalId: sku,
    sku,
    barcode: undefined,
    title: sku,
    stockUnitId: sku,
    tracked: true,
    fulfilledBy: 'merchant' as const,
    sellsBeyondZero: false,
    state: 'active' as const,
  }
}
