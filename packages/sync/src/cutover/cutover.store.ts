import { type CutoverTable, type Db, type Tx, unnestRows } from '@plimsoll/database'
import { sql } from 'kysely'
import type { ProposedLine } from './cutover.ts'

export type Cutover = Omit<CutoverTable, 'organizationId'>

const columns = sql`cutover_id, name, connection_id, source, source_connection_id, as_of, state, orders_since,
  orders_read_at, numbers_job_id, digest, actor, approved_by, begun_at, changed_at`

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
      ${cutover.numbersJobId}, ${cutover.digest}, ${cutover.actor}, ${cutover.approvedBy}, ${cutover.begunAt}, ${cutover.changedAt})
    on conflict (organization_id, name) do nothing`.execute(tx)
  return Number(inserted.numAffectedRows ?? 0n) > 0
}

export async function saveCutover(tx: Tx, organizationId: string, cutover: Cutover): Promise<void> {
  await sql`
    update cutover set
      state = ${cutover.state}, as_of = ${cutover.asOf}, orders_read_at = ${cutover.ordersReadAt},
      numbers_job_id = ${cutover.numbersJobId}, digest = ${cutover.digest}, approved_by = ${cutover.approvedBy}, changed_at = ${cutover.changedAt}
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
  itemId: string
  locationId: string
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
    select line.item_id, line.location_id, item.sku, location.code as location_code, proposed, ledger,
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
