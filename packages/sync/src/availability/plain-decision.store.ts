import { unnestRows } from '@plimsoll/database'
import { type RawBuilder, sql } from 'kysely'
import type { Policy } from '../policies/policy.ts'
import { openUnitsOfLevel } from './open-units.store.ts'

/** A connection with the policy that all of its plain levels share. */
export type PlainChannel = {
  connectionId: string
  policy: Policy
  /** The most that the platform accepts. */
  quantityMax: number
  isZeroed: boolean
  /** Whether it is written to, now or once it is no longer paused. */
  isQueued: boolean
}

/** The locations that an external location sells from, by policy. */
export type PlainPool = { connectionId: string; externalLocationId: string; locationIds: readonly string[] }

/** What plain levels show by: every channel with its policy, and the locations of its pools. */
export type PlainTerms = { channels: readonly PlainChannel[]; pools: readonly PlainPool[] }

/** Pools that sell from the same locations have one key: sums are made once for each, and not for each level. */
function keysOf(pools: readonly PlainPool[]): Map<string, number> {
  const keys = new Map<string, number>()
  for (const { locationIds } of pools) {
    const text = locationIds.join(' ')
    if (!keys.has(text)) keys.set(text, keys.size)
  }
  return keys
}

/** The locations of each key, as the table `place`. */
export function placesOf({ pools }: PlainTerms): RawBuilder<unknown> {
  const places = [...keysOf(pools)].flatMap(([text, stockKey]) =>
    text === '' ? [] : text.split(' ').map((locationId) => ({ stockKey, locationId })),
  )
  return unnestRows('place', places, { stockKey: 'int', locationId: 'uuid' })
}

/**
 * Joined to rows of `level`, beside a table `stock` of the sums by `stock_key` and `item_id`: what each should show
 * (`decided`), whether that is something else than it does and whether it is to be written (`step`). It decides as
 * `desired.ts`, `set-aside.ts` and `expected.ts` do, which `plain-levels.test.ts` holds it to. Each `offset 0` keeps what
 * is worked out there from being worked out wherever it is named: most of the time, measured.
 */
export function decided(organizationId: string, terms: PlainTerms): RawBuilder<unknown> {
  const keys = keysOf(terms.pools)
  const pools = terms.pools.map(({ locationIds, ...each }) => ({
    ...each,
    stockKey: keys.get(locationIds.join(' ')),
  }))
  const channels = terms.channels.map(({ policy, ...each }) => ({ ...each, ...toColumns(policy) }))
  return sql`join ${unnestRows('channel', channels, {
    connectionId: 'uuid',
    quantityMax: 'bigint',
    isZeroed: 'boolean',
    isQueued: 'boolean',
    sharePercent: 'bigint',
    bufferUnits: 'bigint',
    bufferPercent: 'bigint',
    cap: 'bigint',
    floor: 'bigint',
    fixed: 'bigint',
    paused: 'boolean',
    incomingPercent: 'bigint',
  })} on channel.connection_id = level.connection_id
    left join ${unnestRows('pool', pools, {
      connectionId: 'uuid',
      externalLocationId: 'text',
      stockKey: 'int',
    })} on pool.connection_id = level.connection_id and pool.external_location_id = level.external_location_id
    left join stock on stock.stock_key = pool.stock_key and stock.item_id = level.item_id
    cross join lateral (
      select
        case when coalesce(stock.available, 0) <= 0 then coalesce(stock.available, 0)
          else stock.available * share_percent / 100 end as available,
        coalesce(stock.available, 0) > 0 and stock.available * share_percent / 100 < stock.available as is_part,
        coalesce(stock.incoming * share_percent / 100 * incoming_percent / 100, 0) as incoming,
        -- Nearly always nothing waits for any platform, and not one level need look for its own.
        case
          when exists (select from order_line where organization_id = ${organizationId} and unsubtracted > 0)
          then ${openUnitsOfLevel}
          else 0
        end as unsubtracted,
        acknowledged - (subtracted - acknowledged_subtracted) as expected
      offset 0
    ) as figure
    cross join lateral (
      select greatest(0, figure.available + figure.incoming - greatest(
        buffer_units, (greatest(0, figure.available + figure.incoming) * buffer_percent + 99) / 100
      )) / level.units_per_listing as units
    ) as whole
    cross join lateral (
      select unsubtracted + case when paused then 0 when fixed is not null then fixed when units < floor then 0
        else least(units, cap) end as shown
    ) as promised
    cross join lateral (
      select
        case when is_zeroed then 0 else least(shown, quantity_max) end as quantity,
        case when is_zeroed then 'zeroed' when shown > quantity_max then 'platform-maximum' when paused then 'paused'
          when fixed is not null then 'fixed' when units < floor then 'below-floor' when units > cap then 'capped'
          when is_part then 'share' else 'available' end as because,
        greatest(expected, open_greatest, 0) as most_shown
      offset 0
    ) as decided
    cross join lateral (
      select
        desired is distinct from quantity or desired_because is distinct from because as is_different,
        is_queued and tracked and writable and case
          when expected is null then true
          when open_since is null then expected <> quantity
          else quantity < most_shown and quantity is distinct from open_last
            and (expected <> quantity or acknowledged_at is null or acknowledged_at <= open_since)
        end as is_to_write,
        case when quantity = 0 or (expected is not null and quantity < most_shown) then 0 else 1 end as priority
      offset 0
    ) as step`
}

function toColumns(policy: Policy) {
  return {
    sharePercent: policy.sharePercent ?? 100,
    bufferUnits: policy.bufferUnits ?? 0,
    bufferPercent: policy.bufferPercent ?? 0,
    cap: policy.cap ?? null,
    floor: policy.floor ?? null,
    fixed: policy.fixed ?? null,
    paused: policy.paused,
    // What is coming and may not be promised is none of it.
    incomingPercent: policy.promiseIncoming ? (policy.incomingPercent ?? 100) : 0,
  }
}
