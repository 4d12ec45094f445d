import { type Db, type Tx, unnestRows } from '@plimsoll/database'
import { sql } from 'kysely'
import { type Delay, type ItemBuffers, type SellingLevel, UNMEASURED } from './buffers.ts'
import type { MeasuredDemand } from './demand.ts'

/** Up to which moment sales have been measured; undefined while another process measures them. Made at first. */
export async function lockDemandClock(tx: Tx, organizationId: string, now: Date): Promise<Date | undefined> {
  await sql`
    insert into demand_clock (organization_id, measured_until) values (${organizationId}, ${now})
    on conflict do nothing`.execute(tx)
  const found = await sql<{ measuredUntil: Date }>`
    select measured_until from demand_clock where organization_id = ${organizationId}
    for update skip locked`.execute(tx)
  return found.rows[0]?.measuredUntil
}

/** The same, for whoever only looks; undefined: nothing has ever been measured. */
export async function findDemandClock(db: Db, organizationId: string): Promise<Date | undefined> {
  const found = await sql<{ measuredUntil: Date }>`
    select measured_until from demand_clock where organization_id = ${organizationId}`.execute(db)
  return found.rows[0]?.measuredUntil
}

export async function saveDemandClock(tx: Tx, organizationId: string, until: Date): Promise<void> {
  await sql`
    update demand_clock set measured_until = ${until} where organization_id = ${organizationId}`.execute(tx)
}

/** Sales that the hub first applied within a time, one row a line, by the level that sold; where several may have, the first. */
export async function findSales(
  db: Db,
  organizationId: string,
  { since, until }: { since: Date; until: Date },
): Promise<{ levelId: string; units: number }[]> {
  const found = await sql<{ levelId: string; units: number }>`
    select sold.level_id, order_line.ordered as units
    from sales_order
    join order_line on order_line.organization_id = sales_order.organization_id
      and order_line.order_id = sales_order.order_id and order_line.ordered > 0
    cross join lateral (
      select level_id from level
      where level.organization_id = sales_order.organization_id and level.connection_id = sales_order.connection_id
        and level.stock_unit_id = order_line.stock_unit_id
      order by level_id
      limit 1
    ) as sold
    where sales_order.organization_id = ${organizationId}
      and sales_order.applied_at > ${since} and sales_order.applied_at <= ${until} and not sales_order.test
    order by sold.level_id, order_line.line_id`.execute(db)
  return found.rows
}

export async function findDemands(
  db: Db,
  organizationId: string,
  levelIds: readonly string[],
): Promise<Map<string, MeasuredDemand>> {
  const found = await sql<MeasuredDemand & { levelId: string }>`
    select level_id, recent_per_hour, usual_per_hour, units_per_sale, squared_per_sale, measured_at from level_demand
    where organization_id = ${organizationId} and level_id = any(${sql.val([...levelIds])}::uuid[])`.execute(
    db,
  )
  return new Map(found.rows.map(({ levelId, ...measured }) => [levelId, measured]))
}

export async function saveDemands(
  tx: Tx,
  organizationId: string,
  demands: ReadonlyMap<string, MeasuredDemand>,
): Promise<void> {
  if (demands.size === 0) return
  const rows = [...demands].map(([levelId, measured]) => ({
    levelId,
    ...measured,
    // Fractions travel as text.
    recentPerHour: String(measured.recentPerHour),
    usualPerHour: String(measured.usualPerHour),
    unitsPerSale: String(measured.unitsPerSale),
    squaredPerSale: String(measured.squaredPerSale),
  }))
  const source = unnestRows('measured', rows, {
    levelId: 'uuid',
    recentPerHour: 'text',
    usualPerHour: 'text',
    unitsPerSale: 'text',
    squaredPerSale: 'text',
    measuredAt: 'timestamptz',
  })
  await sql`
    insert into level_demand (organization_id, level_id, recent_per_hour, usual_per_hour, units_per_sale,
      squared_per_sale, measured_at)
    select ${organizationId}, level_id, recent_per_hour::double precision, usual_per_hour::double precision,
      units_per_sale::double precision, squared_per_sale::double precision, measured_at
    from ${source}
    on conflict (organization_id, level_id) do update set
      recent_per_hour = excluded.recent_per_hour,
      usual_per_hour = excluded.usual_per_hour,
      units_per_sale = excluded.units_per_sale,
      squared_per_sale = excluded.squared_per_sale,
      measured_at = excluded.measured_at`.execute(tx)
}

export type LevelOfItem = SellingLevel & { itemId: string; levelId: string; connector: string }

/** The levels that sell these items, by themselves or in kits, with what is measured of their demand. */
export async function findLevelsSelling(
  db: Db,
  organizationId: string,
  itemIds: readonly string[],
): Promise<LevelOfItem[]> {
  const ids = sql`any(${sql.val([...itemIds])}::uuid[])`
  type Row = Omit<LevelOfItem, 'measured'> & { [Field in keyof MeasuredDemand]: MeasuredDemand[Field] | null }
  const found = await sql<Row>`
    select sold.item_id, level.connection_id, connector, level.level_id, (sold.quantity * level.units_per_listing)::bigint as units_each,
      recent_per_hour, usual_per_hour, units_per_sale, squared_per_sale, measured_at
    from (
      select item_id, item_id as listed_id, 1::bigint as quantity from item
      where organization_id = ${organizationId} and item_id = ${ids}
      union all
      select part_item_id, kit_item_id, quantity from kit_part
      where organization_id = ${organizationId} and part_item_id = ${ids}
    ) as sold
    join level on level.organization_id = ${organizationId} and level.item_id = sold.listed_id
    join connection on connection.organization_id = level.organization_id
      and connection.connection_id = level.connection_id
    left join level_demand on level_demand.organization_id = level.organization_id
      and level_demand.level_id = level.level_id
    order by sold.item_id, level.level_id`.execute(db)
  return found.rows.map(
    ({ recentPerHour, usualPerHour, unitsPerSale, squaredPerSale, measuredAt, ...level }) => ({
      ...level,
      measured:
        recentPerHour === null ||
        usualPerHour === null ||
        unitsPerSale === null ||
        squaredPerSale === null ||
        measuredAt === null
          ? null
          : { recentPerHour, usualPerHour, unitsPerSale, squaredPerSale, measuredAt },
    }),
  )
}

/** The items that these levels sell, kits by what they are made of. */
export async function findItemsSoldBy(
  db: Db,
  organizationId: string,
  levelIds: readonly string[],
): Promise<string[]> {
  const found = await sql<{ itemId: string }>`
    select distinct coalesce(part_item_id, level.item_id) as item_id
    from level
    left join kit_part on kit_part.organization_id = level.organization_id and kit_part.kit_item_id = level.item_id
    where level.organization_id = ${organizationId} and level.level_id = any(${sql.val([...levelIds])}::uuid[])
      and level.item_id is not null
    order by 1`.execute(db)
  return found.rows.map(({ itemId }) => itemId)
}

/** Items with a buffer that has not been measured for a while: it may have faded. */
export async function findBuffersBefore(
  db: Db,
  organizationId: string,
  { before, limit }: { before: Date; limit: number },
): Promise<string[]> {
  const found = await sql<{ itemId: string }>`
    select item_id from item_depth
    where organization_id = ${organizationId} and measured_at < ${before}
    order by measured_at, item_id
    limit ${limit}`.execute(db)
  return found.rows.map(({ itemId }) => itemId)
}

type KnownBuffers = {
  tightenUnits: number | null
  buffers: ReadonlyMap<string, { units: number; autoUnits: number }>
}

/** Writes how deep the stock of items is and what is kept back of them. @returns those of which it differs from before */
export async function saveBuffers(
  tx: Tx,
  organizationId: string,
  items: readonly ItemBuffers[],
  { known, at }: { known: ReadonlyMap<string, KnownBuffers>; at: Date },
): Promise<string[]> {
  if (items.length === 0) return []
  const itemIds = items.map(({ itemId }) => itemId)
  const kept = items.filter(({ tightenUnits, buffers }) => tightenUnits !== null || buffers.length > 0)
  const depth = unnestRows('depth', kept, { itemId: 'uuid', tightenUnits: 'bigint' })
  const buffers = items.flatMap(({ itemId, buffers: own }) => own.map((each) => ({ itemId, ...each })))
  const buffer = unnestRows('buffer', buffers, {
    itemId: 'uuid',
    connectionId: 'uuid',
    units: 'bigint',
    autoUnits: 'bigint',
  })
  await Promise.all([
    sql`
      delete from connection_buffer
      where organization_id = ${organizationId} and item_id = any(${sql.val(itemIds)}::uuid[])`.execute(tx),
    sql`
      delete from item_depth
      where organization_id = ${organizationId} and item_id = any(${sql.val(itemIds)}::uuid[])
        and item_id <> all(${sql.val(kept.map(({ itemId }) => itemId))}::uuid[])`.execute(tx),
    kept.length === 0
      ? undefined
      : sql`
      insert into item_depth (organization_id, item_id, tighten_units, measured_at)
      select ${organizationId}, item_id, tighten_units, ${at} from ${depth}
      on conflict (organization_id, item_id) do update set
        tighten_units = excluded.tighten_units, measured_at = excluded.measured_at`.execute(tx),
    buffers.length === 0
      ? undefined
      : sql`
      insert into connection_buffer (organization_id, item_id, connection_id, units, auto_units)
      select ${organizationId}, item_id, connection_id, units, auto_units from ${buffer}`.execute(tx),
  ])
  const told = (tightenUnits: number | null, own: ItemBuffers['buffers']) =>
    JSON.stringify([
      tightenUnits,
      own.map(({ connectionId, units, autoUnits }) => `${connectionId} ${units} ${autoUnits}`).sort(),
    ])
  return items.flatMap(({ itemId, tightenUnits, buffers: own }) => {
    const earlier = known.get(itemId)
    const before = [...(earlier?.buffers ?? [])].map(([connectionId, each]) => ({ connectionId, ...each }))
    return told(earlier?.tightenUnits ?? null, before) === told(tightenUnits, own) ? [] : [itemId]
  })
}

/**
 * The delays of connections, measured: how long after its placement an order was known, and how long after its cause a
 * lower quantity was confirmed; nineteen of the last twenty were faster. A raise waits for its fence: until then nothing
 * can be sold by it. What did not happen lately stays as it was measured.
 */
function delaysMeasured(organizationId: string, { since, at }: { since: Date; at: Date }) {
  return sql`(
    with seen as (
      select connection_id, percentile_disc(0.95) within group (order by ms)::bigint as ms, avg(ms)::bigint as usual,
        -- Of as short a time as the latest are from, so that all connections are measured alike.
        count(*) * 3600 / greatest(1, extract(epoch from ${at}::timestamptz - min(min(applied_at)) over ()))
          as per_hour
      from (
        select connection_id, applied_at, greatest(0, extract(epoch from seen_at - placed_at) * 1000) as ms
        from sales_order
        where organization_id = ${organizationId} and applied_at > ${since}
        order by applied_at desc
        limit ${LATEST_MAX}
      ) as latest
      group by connection_id
    ), written as (
      select connection_id, percentile_disc(0.95) within group (order by ms)::bigint as ms, avg(ms)::bigint as usual
      from (
        select connection_id, greatest(0, extract(epoch from settled_at - caused_at) * 1000) as ms from write
        where organization_id = ${organizationId} and settled_at > ${since} and state = 'applied'
          and direction in ('zero', 'decrease')
        order by settled_at desc
        limit ${LATEST_MAX}
      ) as latest
      group by connection_id
    )
    select connection_id, coalesce(seen.ms, known.seen_ms, ${UNMEASURED.seenMs}) as seen_ms,
      coalesce(written.ms, known.written_ms, ${UNMEASURED.writtenMs}) as written_ms,
      coalesce(seen.usual, known.usual_seen_ms, ${UNMEASURED.usualSeenMs}) as usual_seen_ms,
      coalesce(written.usual, known.usual_written_ms, ${UNMEASURED.usualWrittenMs}) as usual_written_ms,
      coalesce(seen.per_hour, known.sales_per_hour, 0) as sales_per_hour
    from seen full join written using (connection_id)
    left join (select * from connection_delay where organization_id = ${organizationId}) as known using (connection_id)
    order by connection_id
  ) as measured`
}

/** Measures the delays of connections, and notes them. */
export async function measureDelays(
  tx: Tx,
  organizationId: string,
  { since, at }: { since: Date; at: Date },
) {
  await sql`
    insert into connection_delay
      (organization_id, connection_id, seen_ms, written_ms, usual_seen_ms, usual_written_ms, sales_per_hour, measured_at)
    select ${organizationId}, connection_id, seen_ms, written_ms, usual_seen_ms, usual_written_ms, sales_per_hour, ${at}
    from ${delaysMeasured(organizationId, { since, at })}
    on conflict (organization_id, connection_id) do update set
      seen_ms = excluded.seen_ms, written_ms = excluded.written_ms, usual_seen_ms = excluded.usual_seen_ms,
      usual_written_ms = excluded.usual_written_ms, sales_per_hour = excluded.sales_per_hour, measured_at = excluded.measured_at`.execute(
    tx,
  )
}

/** What measuring would find now, with the orders an hour that each connection takes; nothing is noted. */
export async function findDelaysNow(
  db: Db,
  organizationId: string,
  period: { since: Date; at: Date },
): Promise<Map<string, Delay & { salesPerHour: number }>> {
  const found = await sql<{ connectionId: string; salesPerHour: number } & Delay>`
    select connection_id, seen_ms, written_ms, usual_seen_ms, usual_written_ms,
      sales_per_hour::double precision as sales_per_hour
    from ${delaysMeasured(organizationId, period)}`.execute(db)
  return new Map(found.rows.map(({ connectionId, ...delay }) => [connectionId, delay]))
}
const LATEST_MAX = 2_000

export async function findDelays(db: Db, organizationId: string): Promise<Map<string, Delay>> {
  const found = await sql<{ connectionId: string } & Delay>`
    select connection_id, seen_ms, written_ms, usual_seen_ms, usual_written_ms from connection_delay
    where organization_id = ${organizationId}`.execute(db)
  return new Map(found.rows.map(({ connectionId, ...delay }) => [connectionId, delay]))
}

/** Whether anything is protected at all: else nobody asks how it sells. Where nothing is set, all is, automatically. */
export async function isAnythingProtected(db: Db, organizationId: string): Promise<boolean> {
  const found = await sql<{ isProtected: boolean }>`
    select coalesce(bool_or(mode <> 'open'), false) or coalesce(bool_and(scope <> 'organization'), true) as is_protected
    from protection where organization_id = ${organizationId}`.execute(db)
  return found.rows[0]?.isProtected ?? true
}
