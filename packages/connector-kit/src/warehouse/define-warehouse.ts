import type { ExternalListing, Page, WebhookEvent } from '../canonical.ts'
import type { Capabilities } from '../capabilities.ts'
import type { CallOptions, ChannelOperations, Connector, ConnectorContext, Manifest } from '../contract.ts'
import type { StreamQuery, WarehouseOperations, WarehouseTerms } from './operations.ts'

/** What the author of a warehouse's connector writes: nothing of shops. */
export type Warehouse<Settings, Credentials> = Omit<Connector<Settings, Credentials>, 'manifest' | 'open'> & {
  manifest: Omit<Manifest<Settings, Credentials>, 'kind' | 'capabilities' | 'warehouse'> & {
    warehouse: WarehouseTerms
    /** Topics that it tells by webhook; empty where it is read alone. */
    webhooks: readonly string[]
    notPossible?: Capabilities['notPossible']
    queue?: Capabilities['queue']
  }
  open(context: ConnectorContext<Settings, Credentials>): WarehouseSide
}

/**
 * All that a warehouse's connection can be asked. `locations` are its facilities, `listings` its stock units (their SKUs
 * tie them to items), `counts` what lies there. Where it cannot be asked at all (files alone), `counts` says what the last
 * of them said.
 */
export type WarehouseSide = WarehouseOperations &
  Pick<
    ChannelOperations,
    'check' | 'locations' | 'listings' | 'listing' | 'registerWebhooks' | 'pull' | 'acknowledge'
  > &
  Required<Pick<ChannelOperations, 'counts'>>

/**
 * A connector of the kind `warehouse`. It has no orders and no level that is ever written: all its locations are counted by
 * it, whatever `locations` says, and what it lists it keeps.
 */
export function defineWarehouse<Settings, Credentials>(
  warehouse: Warehouse<Settings, Credentials>,
): Connector<Settings, Credentials> {
  const { manifest, open, ...rest } = warehouse
  const { webhooks, notPossible, queue, ...described } = manifest
  return {
    ...rest,
    manifest: {
      ...described,
      kind: 'warehouse',
      capabilities: {
        ...NO_SHOP,
        webhooks,
        latestEffectMs: manifest.warehouse.latestEffectMs,
        visibilityLagMs: manifest.warehouse.visibilityLagMs,
        facts: manifest.warehouse.facts,
        streams: streamsOf(manifest.warehouse),
        ...(notPossible !== undefined && { notPossible }),
        ...(queue !== undefined && { queue }),
      },
    },
    open: (context) => toOperations(open(context)),
  }
}

/** A warehouse's lists as streams: read from a cursor, and applied as if a webhook had told what is in them. */
export function streamsOf({
  visibilityLagMs,
  follows,
}: WarehouseTerms): NonNullable<Capabilities['streams']> {
  return follows.map((name) => ({ name, everyMs: FOLLOW_MS, visibilityLagMs }))
}
/** Between two reads while things move; budgets, quiet times and webhooks make it less often. */
const FOLLOW_MS = 20_000

/**
 * One page of a list that `streamsOf` declares, as events. A channel that is a warehouse too reads its own streams beside.
 * @throws Error for any other name
 */
export async function readStream(
  side: WarehouseOperations,
  name: string,
  query: StreamQuery,
  options?: CallOptions,
): Promise<Page<WebhookEvent>> {
  const toPage = <Row extends { externalId: string; version: number | undefined }>(
    page: Page<Row>,
    toEvent: (row: Row) => WebhookEvent,
  ): Page<WebhookEvent> => ({ ...page, rows: page.rows.map(toEvent) })
  const of = (row: { externalId: string; version: number | undefined }) => ({
    externalId: row.externalId,
    version: row.version,
  })
  if (name === 'shipments' && side.shipments !== undefined)
    return toPage(await side.shipments(query, options), (row) => ({
      kind: 'shipment',
      ...of(row),
      shipment: row,
    }))
  if (name === 'receipts' && side.receipts !== undefined)
    return toPage(await side.receipts(query, options), (row) => ({
      kind: 'receipt',
      ...of(row),
      receipt: row,
    }))
  if (name === 'returns' && side.returns !== undefined)
    return toPage(await side.returns(query, options), (row) => ({ kind: 'return', ...of(row), return: row }))
  throw new Error(`This warehouse has no list "${name}".`)
}

const NO_SHOP = {
  multiLocation: true,
  writeStyle: 'absolute',
  proof: 'echo',
  allOrNothing: false,
  batchMax: 1,
  quantityMax: 1_000_000_000,
  tracking: false,
  cancel: false,
  counts: true,
} as const

function toKept(listing: ExternalListing): ExternalListing {
  return { ...listing, fulfilledBy: 'platform' }
}

function toOperations(side: WarehouseSide): ChannelOperations {
  const { check, locations, listings, listing, registerWebhooks, counts, pull, acknowledge } = side
  const none = (what: string) => Promise.reject(new Error(`A warehouse has no ${what}.`))
  return {
    check: (...given) => check.apply(side, given),
    async locations(...given) {
      const found = await locations.apply(side, given)
      return found.map((location) => ({ ...location, countedByPlatform: true }))
    },
    async listings(...given) {
      const page = await listings.apply(side, given)
      return { ...page, rows: page.rows.map(toKept) }
    },
    listing: async (...given) => toKept(await listing.apply(side, given)),
    counts: (...given) => counts.apply(side, given),
    registerWebhooks: (...given) => registerWebhooks.apply(side, given),
    ...(pull !== undefined && { pull: (...given) => pull.apply(side, given) }),
    ...(acknowledge !== undefined && { acknowledge: (...given) => acknowledge.apply(side, given) }),
    stream: (name, query, ...given) => readStream(side, name, query, ...given),
    levels: async () => [],
    setLevels: () => none('levels to write'),
    orders: async () => ({ rows: [], next: undefined, platformTime: undefined }),
    order: () => none('orders'),
    ship: () => none('orders to confirm'),
    warehouse: side,
  }
}
