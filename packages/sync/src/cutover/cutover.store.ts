import { type CutoverTable, type Db, type Tracking, type Tx, unnestRows } from '@plimsoll/database'
import { sql } from 'kysely'
import type { ProposedLine } from './cutover.ts'

export type Cutover = Omit<CutoverTable, 'organizationId'>

const columns = sql`cutover_id, name, connection_id, source, source_connection_id, as_of, state, orders_since,
  orders_read_at, digest, actor, approved_by, begun_at, changed_at`

export async function findCutovers(db: Db, organizationId: string): Promise<Cutover[]> {
  const found = await sql<Cutover>`
    select ${columns} from cutover
    where organization_id = ${organizationId}
    order by begun_at desc, cutover_id desc
    limit 200`.execute(db)
  return found.rows
}

/** By id or by the name that a person gave it. */
export async function findCutover(
  db: Db,
  organizationId: string,
  idOrName: string,
): Promise<Cutover | undefined> {
  const found = await sql<Cutover>`
    select ${columns} from cutover
    where organization_id = ${organizationId} and (cutover_id::text = ${idOrName} or name = ${idOrName})`.execute(
    db,
  )
  return found.rows[0]
}

/** Reads it and keeps it until the transaction ends. */
export async function lockCutover(
  tx: Tx,
  organizationId: string,
  cutoverId: string,
): Promise<Cutover | undefined> {
  const found = await sql<Cutover>`
    select ${columns} from cutover
    where organization_id = ${organizationId} and cutover_id = ${cutoverId}
    for update`.execute(tx)
  return found.rows[0]
}

/** @returns false: there is one of this name */
export async function insertCutover(tx: Tx, organizationId: string, cutover: Cutover): Promise<boolean> {
  const inserted = await sql`
    insert into cutover (organization_id, ${columns})
    values (${organizationId}, ${cutover.cutoverId}, ${cutover.name}, ${cutover.connectionId}, ${cutover.source},
      ${cutover.sourceConnectionId}, ${cutover.asOf}, ${cutover.state}, ${cutover.ordersSince}, ${cutover.ordersReadAt},
      ${cutover.digest}, ${cutover.actor}, ${cutover.approvedBy}, ${cutover.begunAt}, ${cutover.changedAt})
    on conflict (organization_id, name) do nothing`.execute(tx)
  return Number(inserted.numAffectedRows ?? 0n) > 0
}

export async function saveCutover(tx: Tx, organizationId: string, cutover: Cutover): Promise<void> {
  await sql`
    update cutover set
      state = ${cutover.state}, as_of = ${cutover.asOf}, orders_read_at = ${cutover.ordersReadAt},
      digest = ${cutover.digest}, approved_by = ${cutover.approvedBy}, changed_at = ${cutover.changedAt}
    where organization_id = ${organizationId} and cutover_id = ${cutover.cutoverId}`.execute(tx)
}

/** Events of these connections stored by a moment: how many still wait, and how many need a person. */
export async function countUnapplied(
  db: Db,
  organizationId: string,
  connectionIds: readonly string[],
  by: Date,
): Promise<{ waiting: number; parked: number }> {
  const found = await sql<{ waiting: number; parked: number }>`
    select count(*) filter (where state in ('pending', 'fetch')) as waiting,
      count(*) filter (where state = 'parked') as parked
    from inbox
    where organization_id = ${organizationId} and connection_id = any(${sql.val([...connectionIds])}::uuid[])
      and topic = 'order' and state in ('pending', 'fetch', 'parked') and received_at <= ${by}`.execute(db)
  return found.rows[0] ?? { waiting: 0, parked: 0 }
}

export type SourceFigure = {
  itemId: string
  locationId: string
  proposed: number
  ledger: number
  tracking: Tracking
  isVirtualKit: boolean
  listings: number
}

/**
 * What a connection's own numbers say is there, and what the ledger says, in one look. On hand is what the platform
 * shows, less the sales that the hub knows of since, and on top the units of its open orders, which it has subtracted
 * and which are still there. A sale that neither knows of yet is in the platform's number as the hub believes it to be,
 * and comes off both ways when it is applied: once.
 */
export async function findFiguresOfConnection(
  db: Db,
  organizationId: string,
  connectionId: string,
): Promise<SourceFigure[]> {
  const found = await sql<SourceFigure>`
    with shown as (
      select level.item_id, level.stock_unit_id, level.units_per_listing,
        coalesce(pool.location_id, connection.default_location_id) as location_id,
        level.acknowledged - (level.subtracted - level.acknowledged_subtracted) as quantity
      from level
      join connection on connection.organization_id = level.organization_id
        and connection.connection_id = level.connection_id
      left join lateral (
        -- A pool of several locations does not say where the units are: then the connection's own counts.
        select min(location_id::text)::uuid as location_id from pool_location
        where pool_location.organization_id = level.organization_id
          and pool_location.connection_id = level.connection_id
          and pool_location.external_id = level.external_location_id
        having count(*) = 1
      ) as pool on true
      where level.organization_id = ${organizationId} and level.connection_id = ${connectionId}
        and level.item_id is not null and level.tracked
        and level.acknowledged is not null
    ), own as (
      select item_id, stock_unit_id,
        sum(greatest(0, current - unsubtracted - shipped) * units_per_listing)::bigint as units
      from order_line
      where organization_id = ${organizationId} and connection_id = ${connectionId} and item_id is not null
        and stock_unit_id is not null
      group by item_id, stock_unit_id
    ), placed as (
      select item_id, location_id, count(distinct stock_unit_id) as listings,
        sum(quantity * units_per_listing)::bigint as units
      from shown
      group by item_id, location_id
    ), opened as (
      -- Where the connection's orders reserve.
      select own.item_id, connection.default_location_id as location_id, sum(own.units)::bigint as units
      from own
      join connection on connection.organization_id = ${organizationId} and connection.connection_id = ${connectionId}
      where exists (select from shown where shown.item_id = own.item_id and shown.stock_unit_id = own.stock_unit_id)
      group by own.item_id, connection.default_location_id
    )
    select coalesce(placed.item_id, opened.item_id) as item_id,
      coalesce(placed.location_id, opened.location_id) as location_id,
      (coalesce(placed.units, 0) + coalesce(opened.units, 0))::bigint as proposed,
      coalesce(there.on_hand, 0)::bigint as ledger, item.tracking, item.kit_kind = 'virtual' as is_virtual_kit,
      coalesce(placed.listings, 1)::bigint as listings
    from placed
    full join opened using (item_id, location_id)
    join item on item.organization_id = ${organizationId} and item.item_id = coalesce(placed.item_id, opened.item_id)
    left join lateral (
      select sum(on_hand) as on_hand from balance
      where balance.organization_id = ${organizationId} and balance.item_id = item.item_id
        and balance.location_id = coalesce(placed.location_id, opened.location_id)
    ) as there on true
    order by 1, 2`.execute(db)
  return found.rows
}

/** The ledger's figure of these places as of a moment; without a place that is not known. */
export async function findFiguresAsOf(
  db: Db,
  organizationId: string,
  lines: readonly { sku: string; locationCode: string; quantity: number }[],
  asOf: Date,
): Promise<(SourceFigure & { sku: string; locationCode: string })[]> {
  const source = unnestRows('said', lines, { sku: 'text', locationCode: 'text', quantity: 'bigint' })
  const found = await sql<SourceFigure & { sku: string; locationCode: string }>`
    select item.item_id, location.location_id, said.sku, said.location_code, said.quantity as proposed,
      (coalesce(there.on_hand, 0) - coalesce(since.moved, 0))::bigint as ledger,
      item.tracking, item.kit_kind = 'virtual' as is_virtual_kit, 1::bigint as listings
    from ${source}
    join item on item.organization_id = ${organizationId} and item.sku = said.sku
    join location on location.organization_id = ${organizationId} and location.code = said.location_code
    left join lateral (
      select sum(on_hand) as on_hand from balance
      where balance.organization_id = ${organizationId} and balance.item_id = item.item_id
        and balance.location_id = location.location_id
    ) as there on true
    left join lateral (
      select sum(on_hand_delta) as moved from movement
      where movement.organization_id = ${organizationId} and movement.item_id = item.item_id
        and movement.location_id = location.location_id and effective_at > ${asOf}
    ) as since on true
    order by 1, 2`.execute(db)
  return found.rows
}

/** Replaces the lines of a proposal. */
export async function saveLines(
  tx: Tx,
  organizationId: string,
  cutoverId: string,
  lines: readonly ProposedLine[],
): Promise<void> {
  await sql`
    delete from cutover_line where organization_id = ${organizationId} and cutover_id = ${cutoverId}`.execute(
    tx,
  )
  if (lines.length === 0) return
  const source = unnestRows('line', lines, {
    itemId: 'uuid',
    locationId: 'uuid',
    proposed: 'bigint',
    ledger: 'bigint',
    skipped: 'text',
  })
  await sql`
    insert into cutover_line (organization_id, cutover_id, item_id, location_id, proposed, ledger, skipped)
    select ${organizationId}, ${cutoverId}, item_id, location_id, proposed, ledger, skipped from ${source}`.execute(
    tx,
  )
}

export type CutoverLine = {
  sku: string
  locationCode: string
  proposed: number
  ledger: number
  /** Units of open orders there, now. */
  reserved: number
  skipped: string | null
}

/** The lines of a proposal, the largest differences first. */
export async function findLines(db: Db, organizationId: string, cutoverId: string): Promise<CutoverLine[]> {
  const found = await sql<CutoverLine>`
    select item.sku, location.code as location_code, proposed, ledger,
      coalesce(there.reserved, 0)::bigint as reserved, skipped
    from cutover_line as line
    join item on item.organization_id = line.organization_id and item.item_id = line.item_id
    join location on location.organization_id = line.organization_id and location.location_id = line.location_id
    left join lateral (
      select sum(reserved) as reserved from balance
      where balance.organization_id = line.organization_id and balance.item_id = line.item_id
        and balance.location_id = line.location_id
    ) as there on true
    where line.organization_id = ${organizationId} and line.cutover_id = ${cutoverId}
    order by abs(proposed - ledger) desc, item.sku, location.code`.execute(db)
  return found.rows
}
