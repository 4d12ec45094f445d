import type { Capabilities } from '../capabilities.ts'
import type { ChannelOperations, Connector, ConnectorContext, Manifest } from '../contract.ts'
import type { WarehouseOperations, WarehouseTerms } from './operations.ts'

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
 * it, whatever `locations` says.
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
        ...(notPossible !== undefined && { notPossible }),
        ...(queue !== undefined && { queue }),
      },
    },
    open: (context) => toOperations(open(context)),
  }
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

function toOperations(side: WarehouseSide): ChannelOperations {
  const { check, locations, listings, listing, registerWebhooks, counts, pull, acknowledge } = side
  const none = (what: string) => Promise.reject(new Error(`A warehouse has no ${what}.`))
  return {
    check: (...given) => check.apply(side, given),
    async locations(...given) {
      const found = await locations.apply(side, given)
      return found.map((location) => ({ ...location, countedByPlatform: true }))
    },
    listings: (...given) => listings.apply(side, given),
    listing: (...given) => listing.apply(side, given),
    counts: (...given) => counts.apply(side, given),
    registerWebhooks: (...given) => registerWebhooks.apply(side, given),
    ...(pull !== undefined && { pull: (...given) => pull.apply(side, given) }),
    ...(acknowledge !== undefined && { acknowledge: (...given) => acknowledge.apply(side, given) }),
    levels: async () => [],
    setLevels: () => none('levels to write'),
    orders: async () => ({ rows: [], next: undefined, platformTime: undefined }),
    order: () => none('orders'),
    ship: () => none('orders to confirm'),
    warehouse: side,
  }
}
