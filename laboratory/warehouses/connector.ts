import {
  type Connector,
  type ConnectorContext,
  defineWarehouse,
  Malformed,
  NotFound,
  RateLimited,
  Unavailable,
  type WarehouseShipment,
  type WarehouseSide,
  type WebhookEvent,
} from '@plimsoll/connector-kit'
import { z } from 'zod'
import type { CallFate } from '../world/weather.ts'
import type { FloorRequest, Warehouse } from './warehouse.ts'

const credentials = z.object({ key: z.string() })
type Credentials = z.infer<typeof credentials>
export const WAREHOUSE_KEY = 'key'
/** The name of its one facility. */
export const FLOOR = 'floor'

/** How a connector of one process reaches its warehouse; the network decides when, and whether. */
type WarehouseReach = {
  call<Answer>(call: {
    operation: string
    asks: unknown
    signal: AbortSignal | undefined
    act(fate: CallFate): Answer
  }): Promise<Answer>
  latestEffectMs: number
  /** Between two reads of a list while things move. */
  followMs: number
  stuckAfterMs: number
}

/** The connector of one simulated warehouse, as one process holds it. */
export function createWarehouseConnector(warehouse: Warehouse, reach: WarehouseReach): Connector {
  const { kind } = warehouse
  const connector = defineWarehouse<object, Credentials>({
    manifest: {
      id: `lab-${warehouse.name}`,
      name: warehouse.name,
      colour: '#38761d',
      regions: ['world'],
      settings: z.object({}),
      credentials,
      budgets: [{ kind: 'token-bucket', name: 'requests', capacity: 40, refillPerSecond: 20 }],
      webhooks: kind.webhooks === 'none' ? [] : ['shipment', 'counted'],
      warehouse: {
        requests: kind.requests,
        latestEffectMs: reach.latestEffectMs,
        visibilityLagMs: 0,
        cancel: kind.cancel,
        deducts: 'shipped',
        follows: ['shipments'],
        lots: false,
        serials: false,
        linesMax: 1_000,
        stuckAfterMs: reach.stuckAfterMs,
        facts: [],
      },
    },
    open: (context) => openSide(warehouse, reach, context),
    webhooks: {
      verify: (request, given) => request.headers['x-key'] === given.credentials.key,
      parse: (request) => parseBody(Buffer.from(request.body).toString('utf8')),
      personalDataKeys: [],
    },
  })
  const { manifest } = connector
  const { capabilities } = manifest
  const streams = (capabilities.streams ?? []).map((stream) => ({ ...stream, everyMs: reach.followMs }))
  // The registry parses settings and credentials with the manifest's own schemas before it opens anything.
  return { ...connector, manifest: { ...manifest, capabilities: { ...capabilities, streams } } } as Connector
}

function openSide(
  warehouse: Warehouse,
  reach: WarehouseReach,
  { http: { budgets } }: ConnectorContext<object, Credentials>,
): WarehouseSide {
  /** @param isDone what fails in the answer alone has been carried out */
  const call = async <Answer>(
    operation: string,
    asks: unknown,
    signal: AbortSignal | undefined,
    act: () => Answer,
  ): Promise<Answer> => {
    const permit = await budgets.acquire({ cost: 1, priority: 5, ...(signal !== undefined && { signal }) })
    try {
      return await reach.call({
        operation,
        asks,
        signal,
        act: ({ answer }) => {
          if (answer === 'unavailable') throw new Unavailable('503', true)
          if (answer === 'throttled') throw new RateLimited('Slow down', 700)
          const done = act()
          if (answer === 'web-page') throw new Malformed('A web page in place of the answer', '<html>')
          return done
        },
      })
    } catch (error) {
      if (error instanceof RateLimited) budgets.throttled(error.retryAfterMs)
      throw error
    } finally {
      permit.settle()
    }
  }
  const skus = () => [...warehouse.shelves.keys()].sort()
  return {
    check: (options) =>
      call('check', [], options?.signal, () => ({
        account: warehouse.name,
        accountId: warehouse.name,
        currency: undefined,
        timeZone: undefined,
        missingScopes: [],
        warnings: [],
      })),
    locations: async () => [{ externalId: FLOOR, name: 'The floor', active: true }],
    listings: (_cursor, options) =>
      call('listings', [], options?.signal, () => ({
        rows: skus().map(toListing),
        next: undefined,
        platformTime: undefined,
      })),
    listing: (sku, options) =>
      call('listing', [sku], options?.signal, () => {
        if (!warehouse.shelves.has(sku)) throw new NotFound(`There is no ${sku}`)
        return toListing(sku)
      }),
    counts: (_cursor, options) =>
      call('counts', [], options?.signal, () => {
        warehouse.hurry()
        const countedAt = new Date(warehouse.now)
        return {
          rows: skus().map((sku) => {
            const onHand = warehouse.shelves.get(sku) ?? 0
            const nothing = { held: 0, incoming: 0 }
            return { stockUnitId: sku, locationId: FLOOR, available: onHand, onHand, countedAt, ...nothing }
          }),
          next: undefined,
          platformTime: countedAt,
        }
      }),
    registerWebhooks: async () => ({ registered: [], repaired: [] }),
    requestShipment: ({ shipmentId, number, lines }, options) =>
      call('requestShipment', [shipmentId, number, lines], options?.signal, () => ({
        externalId: warehouse.take({ reference: shipmentId, number, lines }).id,
      })),
    findShipment: (shipmentId, options) =>
      call('findShipment', [shipmentId], options?.signal, () => {
        const found = warehouse.find(shipmentId)
        return found === undefined ? undefined : showRequest(found)
      }),
    ...(warehouse.kind.cancel !== false && {
      cancelShipment: ({ externalId }, options) =>
        call('cancelShipment', [externalId], options?.signal, () => {
          const outcome = warehouse.cancel(externalId)
          if (outcome === 'not-found') throw new NotFound(`There is no ${externalId}`)
          return outcome
        }),
    }),
    shipments: ({ since, cursor }, options) =>
      call('shipments', [since, cursor], options?.signal, () =>
        pageOf(warehouse, since.getTime(), cursor === undefined ? 0 : Number(cursor)),
      ),
  } satisfies WarehouseSide
}

const ROWS_PER_PAGE = 50

/** By version: each change moves a request to the end, and none that is read on from is passed over. */
function pageOf(warehouse: Warehouse, since: number, after: number) {
  const changed = warehouse.requests
    .filter(({ changedAt, version }) => changedAt >= since && version > after)
    .sort((one, other) => one.version - other.version)
  const rows = changed.slice(0, ROWS_PER_PAGE)
  return {
    rows: rows.map(showRequest),
    next: changed.length > rows.length ? String(rows.at(-1)?.version) : undefined,
    platformTime: new Date(warehouse.now),
  }
}

/** A request as the warehouse shows it. */
function showRequest({ id, reference, version, state, problem, parcels }: FloorRequest): WarehouseShipment {
  return {
    externalId: id,
    shipmentId: reference,
    version,
    state,
    problem,
    parcels: parcels.map(({ externalId, shippedAt, lines }) => ({
      externalId,
      carrier: 'DHL',
      trackingNumber: `T-${externalId}`,
      trackingUrl: undefined,
      shippedAt: new Date(shippedAt),
      lines: lines.map(({ lineId, sku, quantity }) => ({
        lineId,
        sku,
        quantity,
        lot: undefined,
        serials: [],
      })),
    })),
  }
}

type Body =
  | { kind: 'counted' }
  | { kind: 'shipment'; id: string; version: number; shipment?: WarehouseShipment | undefined }

/** What a warehouse sends when a request changes: the request as it is at that moment, or only where to look. */
export function requestBody({ kind }: Warehouse, request: FloorRequest): string {
  const { id, version } = request
  const shipment = kind.webhooks === 'whole-shipments' ? showRequest(request) : undefined
  return JSON.stringify({ kind: 'shipment', id, version, shipment } satisfies Body)
}

export const COUNTED_BODY = JSON.stringify({ kind: 'counted' } satisfies Body)

function parseBody(text: string): WebhookEvent[] {
  const body = JSON.parse(text) as Body
  if (body.kind === 'counted') return [{ kind: 'counted' }]
  const { id, version, shipment } = body
  return [{ kind: 'shipment', externalId: id, version, shipment }]
}

function toListing(sku: string) {
  return {
    externalId: sku,
    sku,
    barcode: undefined,
    title: sku,
    stockUnitId: sku,
    tracked: true,
    fulfilledBy: 'platform' as const,
    sellsBeyondZero: false,
    state: 'active' as const,
  }
}
