import { type Db, type OversellTable, type Tx, unnestRows } from '@plimsoll/database'
import { sql } from 'kysely'
import type { Fault, FaultCause, FaultPart } from './fault.ts'

/** Lets one process judge at a time. @returns false when another does */
export async function lockJudging(tx: Tx, organizationId: string): Promise<boolean> {
  const found = await sql<{ isMine: boolean }>`
    select pg_try_advisory_xact_lock(hashtext('plimsoll oversells'), hashtext(${organizationId})) as is_mine`.execute(
    tx,
  )
  return found.rows[0]?.isMine ?? false
}

export type JudgedLine = {
  lineId: string
  orderId: string
  connectionId: string
  placedAt: Date
  faults: readonly Fault[]
}

/** Puts what was judged of an item in place of what was, but for lines whose verdict is final. */
export async function saveVerdicts(
  tx: Tx,
  organizationId: string,
  itemId: string,
  lines: readonly JudgedLine[],
  at: Date,
): Promise<void> {
  const rows = lines.flatMap(({ faults, ...line }) =>
    faults.map(({ cause, units, parts }) => ({ ...line, cause, units, parts })),
  )
  const source = unnestRows('judged', rows, {
    lineId: 'uuid',
    orderId: 'uuid',
    connectionId: 'uuid',
    placedAt: 'timestamptz',
    cause: 'text',
    units: 'bigint',
    parts: 'jsonb',
  })
  // One statement sees one state: what was found before keeps the moment at which it was.
  const known = await sql<{ lineId: string; foundAt: Date; final: boolean }>`
    select line_id, min(found_at) as found_at, bool_or(final) as final from oversell
    where organization_id = ${organizationId} and item_id = ${itemId}
      and (not final or line_id = any(${sql.val(lines.map(({ lineId }) => lineId))}::uuid[]))
    group by line_id
    order by line_id`.execute(tx)
  const foundAt = unnestRows('known', known.rows, {
    lineId: 'uuid',
    foundAt: 'timestamptz',
    final: 'boolean',
  })
  await sql`
    delete from oversell
    where organization_id = ${organizationId} and item_id = ${itemId} and not final`.execute(tx)
  if (rows.length === 0) return
  await sql`
    insert into oversell (organization_id, line_id, item_id, cause, order_id, connection_id, units, placed_at, found_at,
      judged_at, final, parts)
    select ${organizationId}, judged.line_id, ${itemId}, judged.cause, judged.order_id, judged.connection_id,
      judged.units, judged.placed_at, coalesce(known.found_at, ${at}), ${at}, false, judged.parts
    from ${source}
    left join ${foundAt} on known.line_id = judged.line_id
    where known.final is not true
    order by judged.line_id, judged.cause`.execute(tx)
}

/** Verdicts found before then stand. */
export async function closeVerdicts(tx: Tx, organizationId: string, foundBefore: Date): Promise<void> {
  await sql`
    update oversell set final = true
    where organization_id = ${organizationId} and not final and found_at < ${foundBefore}`.execute(tx)
}

/** One order line's units beyond what was there, of one cause. */
export type Oversell = Omit<OversellTable, 'organizationId' | 'parts' | 'itemId'> & {
  parts: FaultPart[]
  sku: string
  orderNumber: string
  connectionName: string
}

/** Cases of orders placed since then, newest first. */
export async function findOversells(
  db: Db,
  organizationId: string,
  { since, limit }: { since: Date; limit: number },
): Promise<Oversell[]> {
  const found = await sql<Oversell>`
    select line_id, oversell.order_id, oversell.connection_id, cause, units, oversell.placed_at, found_at, judged_at,
      final, parts, item.sku, number as order_number, connection.name as connection_name
    from oversell
    join item on item.organization_id = oversell.organization_id and item.item_id = oversell.item_id
    join sales_order on sales_order.organization_id = oversell.organization_id
      and sales_order.order_id = oversell.order_id
    join connection on connection.organization_id = oversell.organization_id
      and connection.connection_id = oversell.connection_id
    where oversell.organization_id = ${organizationId} and oversell.placed_at >= ${since}
    order by oversell.placed_at desc, line_id, item.sku, cause
    limit ${limit}`.execute(db)
  return found.rows
}

export type OversoldSum = {
  connectionId: string
  connectionName: string
  cause: FaultCause
  units: number
  orders: number
}

/** Units beyond what was there of orders placed since then, by connection and cause. */
export async function sumOversells(db: Db, organizationId: string, since: Date): Promise<OversoldSum[]> {
  const found = await sql<OversoldSum>`
    select oversell.connection_id, connection.name as connection_name, cause, sum(units)::bigint as units,
      count(distinct order_id) as orders
    from oversell
    join connection on connection.organization_id = oversell.organization_id
      and connection.connection_id = oversell.connection_id
    where oversell.organization_id = ${organizationId} and placed_at >= ${since}
    group by oversell.connection_id, connection.name, cause
    order by connection.name, oversell.connection_id, units desc, cause`.execute(db)
  return found.rows
}
