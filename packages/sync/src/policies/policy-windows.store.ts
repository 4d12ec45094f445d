import type { Db, Tx } from '@plimsoll/database'
import { timeZoneOf } from '@plimsoll/stock'
import { sql } from 'kysely'
import { dayAt } from '../availability/lot-stock.store.ts'
import { soldOfLevel } from '../availability/set-aside.store.ts'
import {
  byNearness,
  type NamedScope,
  namedScope,
  namedScopeTables,
  type PolicyScope,
  policyValues,
} from './policies.store.ts'
import { policyFields } from './policies-in-force.store.ts'
import type { PolicyRow, WindowRow } from './policy.ts'

export type WindowTimes = { startsAt: Date; endsAt: Date }

const local = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2})?)?$/
const instant = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/

/**
 * The moment that a text says: an instant with its offset, or a local time of a time zone, as PostgreSQL reads it (a time
 * that the change to summer leaves out is an hour later, of one that comes twice the second counts).
 * @returns undefined for what is none
 */
export async function toInstant(
  db: Db,
  text: string,
  timeZone: string | undefined,
): Promise<Date | undefined> {
  if (instant.test(text)) {
    const at = new Date(text)
    return Number.isNaN(at.getTime()) ? undefined : at
  }
  if (timeZone === undefined || !local.test(text) || Number.isNaN(Date.parse(text))) return undefined
  const found = await sql<{ at: Date }>`select ${text}::timestamp at time zone ${timeZone} as at`.execute(db)
  return found.rows[0]?.at
}

export async function insertWindow(
  tx: Tx,
  organizationId: string,
  { scope, scopeId }: PolicyScope,
  {
    window,
    fields,
    at,
  }: {
    window: WindowTimes & { windowId: string; name: string; timeZone: string }
    fields: WindowRow
    at: Date
  },
): Promise<void> {
  await sql`
    insert into policy_window (organization_id, window_id, scope, scope_id, name, starts_at, ends_at, time_zone,
      ${policyFields}, campaign_units, created_at)
    values (${organizationId}, ${window.windowId}, ${scope}, ${scopeId}, ${window.name}, ${window.startsAt},
      ${window.endsAt}, ${window.timeZone}, ${policyValues(fields)}, ${fields.campaignUnits}, ${at})`.execute(
    tx,
  )
}

/** Windows of the same scope that are open at some moment between these. */
export async function findOverlap(
  db: Db,
  organizationId: string,
  { scope, scopeId }: PolicyScope,
  { startsAt, endsAt }: WindowTimes,
): Promise<(WindowTimes & { name: string; fields: WindowRow })[]> {
  const found = await sql<WindowTimes & WindowRow & { name: string }>`
    select name, starts_at, ends_at, ${policyFields}, campaign_units from policy_window
    where organization_id = ${organizationId} and scope = ${scope} and scope_id = ${scopeId}
      and starts_at < ${endsAt} and ends_at > ${startsAt}
    order by starts_at, window_id`.execute(db)
  return found.rows.map(({ name, startsAt: from, endsAt: until, ...fields }) => ({
    name,
    startsAt: from,
    endsAt: until,
    fields,
  }))
}

/** Whom a window is of, unless it has ended. */
export async function findOpenWindow(
  db: Db,
  organizationId: string,
  windowId: string,
  at: Date,
): Promise<PolicyScope | undefined> {
  const found = await sql<PolicyScope>`
    select scope, scope_id from policy_window
    where organization_id = ${organizationId} and window_id = ${windowId} and ends_at > ${at}`.execute(db)
  return found.rows[0]
}

/** Ends a window, and takes one away that has not begun. Both statements are sent at once: figures may be read right after. */
export async function closeWindow(tx: Tx, organizationId: string, windowId: string, at: Date): Promise<void> {
  const ours = sql`organization_id = ${organizationId} and window_id = ${windowId}`
  await Promise.all([
    sql`delete from policy_window where ${ours} and starts_at >= ${at}`.execute(tx),
    sql`update policy_window set ends_at = ${at} where ${ours} and starts_at < ${at}`.execute(tx),
  ])
}

export type StoredWindow = PolicyRow &
  NamedScope &
  WindowTimes & {
    windowId: string
    name: string
    timeZone: string
    campaignUnits: number | null
    campaignSold: number | null
  }

const WINDOWS_LISTED = 500

/** Windows, those that end last first. What a campaign sold is counted while it is open. */
export async function findWindows(db: Db, organizationId: string, at: Date): Promise<StoredWindow[]> {
  const found = await sql<StoredWindow>`
    select window_id, of.name, starts_at, ends_at, of.time_zone, campaign_units, ${namedScope}, ${policyFields},
      case when campaign_units is not null and starts_at <= ${at} and ends_at > ${at} then (
        select coalesce(sum(greatest(0, ${soldOfLevel} - sold_before)), 0)::bigint
        from campaign_start
        join lateral (
          select * from level as any_level
          where any_level.organization_id = campaign_start.organization_id
            and any_level.connection_id = campaign_start.connection_id
            and any_level.stock_unit_id = campaign_start.stock_unit_id
          order by level_id
          limit 1
        ) as level on true
        where campaign_start.organization_id = of.organization_id and campaign_start.window_id = of.window_id
      ) end as campaign_sold
    from policy_window as of
    ${namedScopeTables}
    where of.organization_id = ${organizationId}
    order by ends_at desc, ${byNearness}, window_id
    limit ${WINDOWS_LISTED}`.execute(db)
  return found.rows
}

/**
 * Notes of every open campaign what its stock units had sold when it began, or when they came to it. Only those are asked
 * for that are missing.
 */
export async function startCampaigns(tx: Tx, organizationId: string, at: Date): Promise<void> {
  await sql`
    with open_campaign as (
      select window_id, scope, scope_id from policy_window
      where organization_id = ${organizationId} and starts_at <= ${at} and ends_at > ${at} and campaign_units is not null
    ), unit as (
      select distinct window_id, listing.connection_id, listing.stock_unit_id
      from open_campaign
      join listing on listing.organization_id = ${organizationId}
        and scope_id = case scope when 'connection' then listing.connection_id else listing.listing_id end
    ), missing as (
      select * from unit
      where not exists (
        select from campaign_start
        where campaign_start.organization_id = ${organizationId} and campaign_start.window_id = unit.window_id
          and campaign_start.connection_id = unit.connection_id and campaign_start.stock_unit_id = unit.stock_unit_id
      )
    )
    insert into campaign_start (organization_id, window_id, connection_id, stock_unit_id, sold_before)
    select distinct on (window_id, connection_id, stock_unit_id)
      ${organizationId}, missing.window_id, connection_id, stock_unit_id, ${soldOfLevel}
    from missing
    join level using (connection_id, stock_unit_id)
    where level.organization_id = ${organizationId}
    order by window_id, connection_id, stock_unit_id
    on conflict do nothing`.execute(tx)
  await sql`
    update policy_window set begun_at = ${at}
    where organization_id = ${organizationId} and begun_at is null and starts_at <= ${at}`.execute(tx)
}

/** Up to which moment windows have been watched; undefined before the first look. */
export async function findPolicyClock(db: Db, organizationId: string): Promise<Date | undefined> {
  const found = await sql<{ lookedUntil: Date }>`
    select looked_until from policy_clock
    where organization_id = ${organizationId} and looked_until > '-infinity'`.execute(db)
  return found.rows[0]?.lookedUntil
}

/** The same, locked; undefined while another process watches them, null before the first look. */
export async function lockPolicyClock(tx: Tx, organizationId: string): Promise<Date | null | undefined> {
  await sql`
    insert into policy_clock (organization_id, looked_until) values (${organizationId}, '-infinity')
    on conflict do nothing`.execute(tx)
  const found = await sql<{ lookedUntil: Date | null }>`
    select nullif(looked_until, '-infinity') as looked_until from policy_clock
    where organization_id = ${organizationId}
    for update skip locked`.execute(tx)
  return found.rows[0]?.lookedUntil
}

export async function savePolicyClock(tx: Tx, organizationId: string, until: Date): Promise<void> {
  await sql`
    update policy_clock set looked_until = ${until} where organization_id = ${organizationId}`.execute(tx)
}

type Span = { since: Date | null; until: Date }

/** Whom the windows are of that began or ended between two moments. @param since null: however long ago */
export async function findPassed(
  db: Db,
  organizationId: string,
  { since, until }: Span,
): Promise<PolicyScope[]> {
  const found = await sql<PolicyScope>`
    select distinct scope, scope_id from policy_window
    where organization_id = ${organizationId} and (
      (starts_at <= ${until} and (${since}::timestamptz is null or starts_at > ${since}))
      or (ends_at <= ${until} and (${since}::timestamptz is null or ends_at > ${since}))
    )
    order by scope, scope_id`.execute(db)
  return found.rows
}

/** Items of which stock on its way became near enough for some policy, since days began where it is expected. */
export async function findItemsComingNearer(
  tx: Tx,
  organizationId: string,
  { since, until }: Span,
): Promise<string[]> {
  const found = await sql<{ itemId: string }>`
    with horizon as (
      select incoming_within_days as days from policy
      where organization_id = ${organizationId} and incoming_within_days is not null
      union
      select incoming_within_days from policy_window
      where organization_id = ${organizationId} and incoming_within_days is not null and ends_at > ${until}
    ), day as (
      select location_id, ${dayAt(until)} as today,
        coalesce((${since}::timestamptz at time zone ${timeZoneOf})::date, '-infinity') as before
      from location
      where organization_id = ${organizationId}
    )
    select distinct line.item_id
    from horizon
    cross join day
    join inbound_shipment as shipment on shipment.organization_id = ${organizationId}
      and shipment.location_id = day.location_id and shipment.state in ('expected', 'partly-received')
      and expected_on <= today + days::int and expected_on > before + days::int
    join inbound_line as line on line.organization_id = shipment.organization_id
      and line.inbound_id = shipment.inbound_id
    where today > before
    order by line.item_id`.execute(tx)
  return found.rows.map((row) => row.itemId)
}
