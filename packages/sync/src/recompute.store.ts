import { type Db, type Tx, unnestRows } from '@plimsoll/database'
import { sql } from 'kysely'
import { policiesAt } from './policies-in-force.store.ts'
import type { Policy } from './policy.ts'

/** A pool with the policy of its connection, where sums decide what its levels show. */
export type PlainPool = {
  connectionId: string
  externalLocationId: string
  /** The locations that its levels sell from, by policy. */
  locationIds: readonly string[]
  policy: Policy
  /** The most that the platform accepts. */
  quantityMax: number
}

/** How many items come next in order of their ids, and the last of them; null: none. */
export async function findItemRange(
  db: Db,
  organizationId: string,
  after: string | undefined,
  limit: number,
): Promise<{ items: number; last: string | null }> {
  const found = await sql<{ items: number; last: string | null }>`
    select count(*) as items, max(item_id::text) as last
    from (
      select item_id from item
      where organization_id = ${organizationId} and (${after ?? null}::uuid is null or item_id > ${after ?? null})
      order by item_id
      limit ${limit}
    ) as next`.execute(db)
  return found.rows[0] ?? { items: 0, last: null }
}

/** For the one statement that looks at a million rows: its sums fit into memory, and compiling it would take longer than it. */
export async function preferHashing(tx: Tx): Promise<void> {
  await sql`select set_config('work_mem', '64MB', true), set_config('jit', 'off', true)`.execute(tx)
}

type Look = {
  after: string | undefined
  last: string
  plain: readonly PlainPool[]
  /** Whether anything is set aside for anybody: then every item is decided as ever. */
  isAnySetAside: boolean
  at: Date
}

/**
 * Items of a range some level of which may show another quantity than it should. Decides as `desired.ts` and `set-aside.ts`
 * do, for the levels of plain pools; items with kits, lots or policies of their own are always among them, and those with
 * a level of any other pool. Sums are made once for each set of locations, not for each level: measured on a million
 * levels, that is what makes it fast.
 */
export async function findDoubtfulItems(db: Db, organizationId: string, look: Look): Promise<string[]> {
  const { plain, isAnySetAside, at } = look
  const keys = new Map<string, number>()
  const rows = plain.map(({ policy, ...pool }) => {
    const text = pool.locationIds.join(' ')
    const stockKey = keys.get(text) ?? keys.size
    keys.set(text, stockKey)
    return { ...pool, ...toColumns(policy), stockKey }
  })
  const places = [...keys].flatMap(([text, stockKey]) =>
    text === '' ? [] : text.split(' ').map((locationId) => ({ stockKey, locationId })),
  )
  const pools = unnestRows('pool', rows, {
    connectionId: 'uuid',
    externalLocationId: 'text',
    quantityMax: 'bigint',
    stockKey: 'int',
    sharePercent: 'bigint',
    bufferUnits: 'bigint',
    bufferPercent: 'bigint',
    cap: 'bigint',
    floor: 'bigint',
    fixed: 'bigint',
    paused: 'boolean',
    incomingPercent: 'bigint',
  })
  const place = unnestRows('place', places, { stockKey: 'int', locationId: 'uuid' })
  const inRange = (column: string) => {
    const itemId = sql.ref(column)
    return sql`${itemId} <= ${look.last} and (${look.after ?? null}::uuid is null or ${itemId} > ${look.after ?? null})`
  }
  const found = await sql<{ itemId: string }>`
    with special as (
      select kit_item_id as item_id from kit_part where organization_id = ${organizationId}
      union
      select item_id from lot
      where organization_id = ${organizationId} and (status <> 'released' or expires_on is not null)
      union
      select scope_id from ${policiesAt(organizationId, at)} where scope = 'item'
      union
      select listing.item_id from ${policiesAt(organizationId, at)}
      join listing on listing.organization_id = ${organizationId} and listing.listing_id = policy.scope_id
      where policy.scope = 'listing' and listing.item_id is not null
      union
      -- What they show is not their promise alone.
      select level.item_id from level
      where level.organization_id = ${organizationId} and level.item_id is not null
        and (granted is not null or protection <> 'open')
      union
      select item_id from item_depth where organization_id = ${organizationId}
      union
      select scope_id from protection where organization_id = ${organizationId} and scope = 'item' and mode <> 'open'
    ), stock as (
      select stock_key, item_id, sum(on_hand - reserved - held)::bigint as available, sum(incoming)::bigint as incoming
      from balance
      join ${place} using (location_id)
      where organization_id = ${organizationId} and ${inRange('item_id')}
      group by stock_key, item_id
    ), waiting as (
      select connection_id, stock_unit_id, sum(unsubtracted)::bigint as unsubtracted
      from order_line
      where organization_id = ${organizationId} and unsubtracted > 0
      group by connection_id, stock_unit_id
    ), figure as (
      select level.item_id, level.desired, level.desired_because, level.units_per_listing, pool.*,
        coalesce(waiting.unsubtracted, 0) as unsubtracted,
        case when coalesce(stock.available, 0) <= 0 then coalesce(stock.available, 0)
          else stock.available * share_percent / 100 end as available,
        coalesce(stock.available, 0) > 0 and stock.available * share_percent / 100 < stock.available as is_part,
        coalesce(stock.incoming * share_percent / 100 * incoming_percent / 100, 0) as incoming
      from level
      left join ${pools} on pool.connection_id = level.connection_id
        and pool.external_location_id = level.external_location_id
      left join stock on stock.stock_key = pool.stock_key and stock.item_id = level.item_id
      left join waiting on waiting.connection_id = level.connection_id
        and waiting.stock_unit_id = level.stock_unit_id
      where level.organization_id = ${organizationId} and ${inRange('level.item_id')}
    ), whole as (
      select figure.*, promisable.units as promisable,
        greatest(0, promisable.units - greatest(buffer_units, (greatest(0, promisable.units) * buffer_percent + 99) / 100))
          / units_per_listing as units
      from figure
      cross join lateral (select available + incoming as units) as promisable
    ), decided as (
      select whole.*, promise + unsubtracted as shown
      from whole
      cross join lateral (
        select case when paused then 0 when fixed is not null then fixed when units < floor then 0
          else least(units, cap) end as promise
      ) as promised
    )
    select distinct item_id from decided
    where ${isAnySetAside} or stock_key is null or item_id in (select item_id from special)
      or desired is distinct from least(shown, quantity_max)
      or desired_because is distinct from case when shown > quantity_max then 'platform-maximum' when paused then 'paused'
        when fixed is not null then 'fixed' when units < floor then 'below-floor' when units > cap then 'capped'
        when is_part then 'share' else 'available' end
    order by item_id`.execute(db)
  return found.rows.map((row) => row.itemId)
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
