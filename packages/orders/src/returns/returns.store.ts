import { type Db, type Tx, unnestRows } from '@plimsoll/database'
import { type DocumentPage, type DocumentQuery, toPage } from '@plimsoll/stock'
import { sql } from 'kysely'
import type { CustomerReturn, ReturnLine } from './return.ts'

/** A return with its lines, or undefined. */
export async function findReturn(
  db: Db,
  organizationId: string,
  returnId: string,
): Promise<CustomerReturn | undefined> {
  return (await readReturns(db, organizationId, [returnId]))[0]
}

/** The same, locked: actions on one return follow each other. */
export async function lockReturn(
  tx: Tx,
  organizationId: string,
  returnId: string,
): Promise<CustomerReturn | undefined> {
  await sql`
    select from customer_return where organization_id = ${organizationId} and return_id = ${returnId}
    for no key update`.execute(tx)
  return await findReturn(tx, organizationId, returnId)
}

/** Returns with their lines, newest first. */
export async function findReturnPage(
  db: Db,
  organizationId: string,
  { state, cursor, limit }: DocumentQuery<CustomerReturn['state']>,
): Promise<DocumentPage<CustomerReturn>> {
  const found = await sql<{ returnId: string }>`
    select return_id from customer_return
    where organization_id = ${organizationId}
      and (${state ?? null}::text is null or state = ${state ?? null})
      and (${cursor ?? null}::uuid is null or return_id < ${cursor ?? null})
    order by return_id desc
    limit ${limit + 1}`.execute(db)
  const { rows, next } = toPage(found.rows, limit, ({ returnId }) => returnId)
  const ids = rows.map(({ returnId }) => returnId)
  return { rows: await readReturns(db, organizationId, ids), next }
}

type HeadRow = Omit<CustomerReturn, 'lines' | 'createdAt' | 'endedAt'> & {
  createdAt: Date
  endedAt: Date | null
}

async function readReturns(
  db: Db,
  organizationId: string,
  ids: readonly string[],
): Promise<CustomerReturn[]> {
  if (ids.length === 0) return []
  const wanted = sql.val([...ids])
  const [heads, lines] = await Promise.all([
    sql<HeadRow>`
      select return_id, number, customer_return.state, shipment_id, order_id, connection.name as announced_by,
        location.code as location_code, created_by, customer_return.created_at, ended_at
      from customer_return
      join location using (organization_id, location_id)
      left join connection using (organization_id, connection_id)
      where organization_id = ${organizationId} and return_id = any(${wanted}::uuid[])
      order by return_id desc`.execute(db),
    sql<ReturnLine & { returnId: string }>`
      select return_id, line, item.sku, announced, restocked, damaged, disposed
      from customer_return_line
      join item using (organization_id, item_id)
      where organization_id = ${organizationId} and return_id = any(${wanted}::uuid[])
      order by return_id, line`.execute(db),
  ])
  return heads.rows.map((head) => ({
    ...head,
    createdAt: head.createdAt.toISOString(),
    endedAt: head.endedAt?.toISOString() ?? null,
    lines: lines.rows
      .filter(({ returnId }) => returnId === head.returnId)
      .map(({ returnId: _, ...line }) => line),
  }))
}

/** The rows of a new return. */
export async function insertReturn(
  tx: Tx,
  organizationId: string,
  returned: CustomerReturn,
  ids: { locationId: string; itemIdOf(sku: string): string },
): Promise<void> {
  const { returnId, number, state, shipmentId, createdBy, createdAt } = returned
  const rows = returned.lines.map(({ line, sku, announced }) => ({
    line,
    announced,
    itemId: ids.itemIdOf(sku),
  }))
  const source = unnestRows('added', rows, { line: 'int', itemId: 'uuid', announced: 'bigint' })
  // Sent together, carried out in order.
  await Promise.all([
    sql`
      insert into customer_return (organization_id, return_id, number, state, shipment_id, location_id, created_by, created_at)
      values (${organizationId}, ${returnId}, ${number}, ${state}, ${shipmentId}, ${ids.locationId}, ${createdBy},
        ${createdAt}::timestamptz)`.execute(tx),
    sql`
      insert into customer_return_line (organization_id, return_id, line, item_id, announced)
      select ${organizationId}, ${returnId}, line, item_id, announced from ${source}`.execute(tx),
  ])
}

/** The return as an action leaves it. */
export async function saveReturn(
  tx: Tx,
  organizationId: string,
  { returnId, state, endedAt, lines }: CustomerReturn,
): Promise<void> {
  const source = unnestRows('changed', lines, {
    line: 'int',
    restocked: 'bigint',
    damaged: 'bigint',
    disposed: 'bigint',
  })
  await Promise.all([
    sql`
      update customer_return set state = ${state}, ended_at = ${endedAt}::timestamptz
      where organization_id = ${organizationId} and return_id = ${returnId}`.execute(tx),
    sql`
      update customer_return_line set restocked = changed.restocked, damaged = changed.damaged, disposed = changed.disposed
      from ${source}
      where organization_id = ${organizationId} and return_id = ${returnId}
        and customer_return_line.line = changed.line`.execute(tx),
  ])
}
