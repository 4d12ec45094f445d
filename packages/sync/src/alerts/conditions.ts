import { arrayOf } from '@plimsoll/database'
import { type RawBuilder, sql } from 'kysely'
import type { AlertRule } from './rule.ts'

/** A look at what a rule watches: at everything, or only at these items. */
export type Look = { organizationId: string; now: Date; itemIds: readonly string[] | 'all' }

/**
 * The statement that finds what a rule is about now: `subject`, `value`, `is_bad`, `item_id`, `facts`. What is found and not
 * bad lies in the margin: an alert that is there stays, none is opened, so that one unit to and fro opens and resolves
 * nothing.
 */
export function findCondition(rule: AlertRule, look: Look): RawBuilder<unknown> {
  const { organizationId, now } = look
  const { watched } = rule
  const before = (ms: number) => new Date(now.getTime() - ms)
  switch (watched.kind) {
    case 'low-stock':
      return lowStock(rule, watched.parameters, look)
    case 'low-cover':
      return sql`
        select item.item_id || ' ' || location.location_id as subject, floor(cover_days)::float8 as value,
          cover_days <= ${watched.parameters.days} as is_bad, item.item_id,
          jsonb_build_object('sku', item.sku, 'location', location.code) as facts
        from replenishment
        join item on item.organization_id = replenishment.organization_id and item.item_id = replenishment.item_id
          and item.archived_at is null
        join location on location.organization_id = replenishment.organization_id
          and location.location_id = replenishment.location_id and location.archived_at is null
        where replenishment.organization_id = ${organizationId} and case when cover_days is null then 1e12 else cover_days end <= ${withMargin(watched.parameters.days)}
          and urgency not in ('off', 'no-demand', 'unknown')
          ${ofItem(sql.ref('replenishment.item_id'), rule, look)} ${ofLocation(sql.ref('replenishment.location_id'), rule)}`
    case 'low-on-channel':
      return sql`
        select level.level_id::text as subject, level.desired::float8 as value,
          level.desired <= ${watched.parameters.units}::float8 as is_bad, level.item_id,
          jsonb_build_object('sku', item.sku, 'connection', connection.name) as facts
        from level
        join item on item.organization_id = level.organization_id and item.item_id = level.item_id
          and item.archived_at is null
        join connection on connection.organization_id = level.organization_id
          and connection.connection_id = level.connection_id and connection.state = 'live'
        where level.organization_id = ${organizationId} and level.tracked
          and level.desired <= ${withMargin(watched.parameters.units)}::float8
          ${ofItem(sql.ref('level.item_id'), rule, look)} ${ofConnection(sql.ref('level.connection_id'), rule)}`
    case 'oversold':
      return sql`
        select task.subject, task.units::float8 as value, task.units >= ${watched.parameters.units} as is_bad,
          item.item_id, jsonb_build_object('sku', item.sku) as facts
        from task
        join item on item.organization_id = task.organization_id and item.item_id::text = task.subject
        where task.organization_id = ${organizationId} and task.kind = 'oversold' and task.closed_at is null
          and task.units > 0 ${ofItem(sql.ref('item.item_id'), rule, look)}`
    case 'stale-connection':
      return sql`
        select connection.connection_id::text as subject, null::float8 as value,
          known.until <= ${before(watched.parameters.minutes * 60_000)} as is_bad, null::uuid as item_id,
          jsonb_build_object('connection', name,
            'since', to_char(known.until at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI"Z"')) as facts
        from connection
        join stream_cursor on stream_cursor.organization_id = connection.organization_id
          and stream_cursor.connection_id = connection.connection_id and stream = 'orders'
        cross join lateral (
          select coalesce(greatest(fence_at, read_at), followed_since, connection.created_at) as until
        ) as known
        where connection.organization_id = ${organizationId} and state in ('shadow', 'live')
          and known.until <= ${before(watched.parameters.minutes * 60_000)}
          ${ofConnection(sql.ref('connection.connection_id'), rule)}`
    case 'connection-stopped':
      return stoppedConnections(rule, watched.parameters.why, look)
    case 'parked-events':
      return sql`
        select connection.connection_id::text as subject, parked.events::float8 as value,
          parked.events >= ${watched.parameters.events} as is_bad, null::uuid as item_id,
          jsonb_build_object('connection', connection.name) as facts
        from (
          select connection_id, count(*) as events from inbox
          where organization_id = ${organizationId} and state = 'parked'
          group by connection_id
        ) as parked
        join connection on connection.organization_id = ${organizationId}
          and connection.connection_id = parked.connection_id
        where parked.events >= ${watched.parameters.events} ${ofConnection(sql.ref('connection.connection_id'), rule)}`
    case 'drift':
      return sql`
        select connection.connection_id::text as subject, found.differences::float8 as value,
          found.differences >= ${watched.parameters.differences} as is_bad, null::uuid as item_id,
          jsonb_build_object('connection', connection.name, 'hours', ${watched.parameters.hours}::float8) as facts
        from (
          select connection_id, count(distinct level_id) as differences from drift
          where organization_id = ${organizationId} and found_at > ${before(watched.parameters.hours * 3_600_000)}
          group by connection_id
        ) as found
        join connection on connection.organization_id = ${organizationId}
          and connection.connection_id = found.connection_id
        where found.differences >= ${watched.parameters.differences}
          ${ofConnection(sql.ref('connection.connection_id'), rule)}`
    case 'expiring-lots':
      return sql`
        select lot.lot_id::text as subject, held.units::float8 as value, true as is_bad, lot.item_id,
          jsonb_build_object('sku', item.sku, 'lot', lot.code, 'expiresOn', lot.expires_on::text) as facts
        from lot
        join item on item.organization_id = lot.organization_id and item.item_id = lot.item_id
          and item.archived_at is null
        cross join lateral (
          select sum(on_hand)::bigint as units from balance
          where balance.organization_id = lot.organization_id and balance.item_id = lot.item_id
            and balance.lot_id = lot.lot_id
        ) as held
        where lot.organization_id = ${organizationId} and held.units > 0
          and lot.expires_on <= ${dayText(now, watched.parameters.days)}::date ${ofItem(sql.ref('lot.item_id'), rule, look)}`
    case 'stuck-shipments':
      return sql`
        select location.location_id::text as subject, count(*)::float8 as value, true as is_bad, null::uuid as item_id,
          jsonb_build_object('location', location.code, 'hours', ${watched.parameters.hours}::float8,
            'number', (array_agg(shipment.number order by coalesce(heard_at, asked_at, shipment.created_at), number))[1]) as facts
        from shipment
        join location on location.organization_id = shipment.organization_id
          and location.location_id = shipment.location_id
        where shipment.organization_id = ${organizationId}
          and shipment.state in ('planned', 'ready', 'asked', 'received', 'working', 'held')
          and coalesce(heard_at, asked_at, shipment.created_at) <= ${before(watched.parameters.hours * 3_600_000)}
          ${ofLocation(sql.ref('location.location_id'), rule)}
        group by location.location_id, location.code`
    case 'old-tasks':
      return sql`
        select kind as subject, count(*)::float8 as value, true as is_bad, null::uuid as item_id,
          jsonb_build_object('taskKind', kind, 'hours', ${watched.parameters.hours}::float8) as facts
        from task
        where organization_id = ${organizationId} and closed_at is null
          and opened_at <= ${before(watched.parameters.hours * 3_600_000)} ${ofConnection(sql.ref('connection_id'), rule)}
        group by kind`
    default: {
      const never: never = watched
      throw new Error(`nothing watches ${String(never)}`)
    }
  }
}

function lowStock(
  rule: AlertRule,
  { units, per }: { units: number; per: 'location' | 'item' },
  look: Look,
): RawBuilder<unknown> {
  const isByPlace = per === 'location'
  const place = isByPlace
    ? sql`location.location_id, location.code`
    : sql`null::uuid as location_id, null::text as code`
  return sql`
    select case when stock.location_id is null then item.item_id::text else item.item_id || ' ' || stock.location_id end as subject,
      stock.available::float8 as value, stock.available <= ${units} as is_bad, item.item_id,
      jsonb_strip_nulls(jsonb_build_object('sku', item.sku, 'location', stock.code)) as facts
    from (
      select balance.item_id, ${place}, sum(on_hand - reserved - held)::bigint as available
      from balance
      join location on location.organization_id = balance.organization_id
        and location.location_id = balance.location_id and location.archived_at is null and location.kind <> 'transit'
      where balance.organization_id = ${look.organizationId}
        ${ofItem(sql.ref('balance.item_id'), rule, look)} ${ofLocation(sql.ref('balance.location_id'), rule)}
      group by balance.item_id ${isByPlace ? sql`, location.location_id, location.code` : sql``}
      having sum(on_hand - reserved - held) <= ${withMargin(units)}::float8
    ) as stock
    join item on item.organization_id = ${look.organizationId} and item.item_id = stock.item_id
      and item.archived_at is null`
}

/** Shut out comes before paused: it is why it is paused. */
function stoppedConnections(rule: AlertRule, why: readonly string[], look: Look): RawBuilder<unknown> {
  return sql`
    select connection_id::text as subject, null::float8 as value, true as is_bad, null::uuid as item_id,
      jsonb_strip_nulls(jsonb_build_object('connection', name, 'why', stopped.why, 'problem', problem)) as facts
    from connection
    cross join lateral (
      select case
        when pause_reasons && array['unauthorized', 'forbidden'] then 'refused'
        when state = 'paused' then 'paused'
        when circuit_since is not null then 'circuit'
      end as why
    ) as stopped
    where organization_id = ${look.organizationId} and state <> 'draft' and stopped.why = any(${sql.val([...why])}::text[])
      ${ofConnection(sql.ref('connection_id'), rule)}`
}

/** A tenth, and one at least. */
function withMargin(threshold: number): number {
  return threshold + Math.max(1, Math.abs(threshold) / 10)
}

function ofItem(column: RawBuilder<unknown>, rule: AlertRule, { itemIds }: Look): RawBuilder<unknown> {
  const looked = itemIds === 'all' ? sql`` : sql`and ${column} = any(${arrayOf(itemIds, 'uuid')})`
  return rule.itemId === null ? looked : sql`${looked} and ${column} = ${rule.itemId}`
}

function ofLocation(column: RawBuilder<unknown>, { locationId }: AlertRule): RawBuilder<unknown> {
  return locationId === null ? sql`` : sql`and ${column} = ${locationId}`
}

function ofConnection(column: RawBuilder<unknown>, { connectionId }: AlertRule): RawBuilder<unknown> {
  return connectionId === null ? sql`` : sql`and ${column} = ${connectionId}`
}

function dayText(now: Date, daysLater: number): string {
  return new Date(now.getTime() + daysLater * 86_400_000).toISOString().slice(0, 10)
}
