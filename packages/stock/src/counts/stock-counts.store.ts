import { type Db, type Tx, unnestRows } from '@plimsoll/database'
import { sql } from 'kysely'
import type { StockContext } from '../context.ts'
import { type DocumentPage, type DocumentQuery, toPage } from '../documents/cursors.ts'
import { insertCountSerials } from './count-serials.store.ts'
import { insertLines, type SnapshotLine, type ToldLot } from './count-snapshot.store.ts'
import type { StockCount } from './stock-count.ts'

export type PostedNote = { postedDigest: string | null; postedResult: StockCount | null }

/** A stock count without its lines, or undefined. */
export async function findStockCount(
  db: Db,
  organizationId: string,
  countId: string,
): Promise<StockCount | undefined> {
  const found = await sql<CountRow>`
    ${selectCount(organizationId)} and count_id = ${countId}`.execute(db)
  return found.rows.map(toCount)[0]
}

/** The same, locked, with what it answered when it was posted. */
export async function lockStockCount(
  tx: Tx,
  organizationId: string,
  countId: string,
): Promise<{ count: StockCount; posted: PostedNote } | undefined> {
  const locked = await sql<PostedNote>`
    select posted_digest, posted_result from stock_count
    where organization_id = ${organizationId} and count_id = ${countId}
    for no key update`.execute(tx)
  const [posted] = locked.rows
  const count = await findStockCount(tx, organizationId, countId)
  return posted === undefined || count === undefined ? undefined : { count, posted }
}

/** Stock counts, newest first. */
export async function findStockCountPage(
  db: Db,
  organizationId: string,
  { state, cursor, limit }: DocumentQuery<StockCount['state']>,
): Promise<DocumentPage<StockCount>> {
  const found = await sql<CountRow>`
    ${selectCount(organizationId)}
      and (${state ?? null}::text is null or state = ${state ?? null})
      and (${cursor ?? null}::uuid is null or count_id < ${cursor ?? null})
    order by count_id desc
    limit ${limit + 1}`.execute(db)
  return toPage(found.rows.map(toCount), limit, ({ countId }) => countId)
}

function selectCount(organizationId: string) {
  return sql`
    select count_id, state, location.code as location_code, scope, blind, separate_approver, tolerance_units,
      tolerance_percent, reference, started_by, started_at, approved_by, approved_at, posted_at
    from stock_count
    join location using (organization_id, location_id)
    where organization_id = ${organizationId}`
}

type CountRow = Omit<StockCount, 'startedAt' | 'approvedAt' | 'postedAt'> & {
  startedAt: Date
  approvedAt: Date | null
  postedAt: Date | null
}

function toCount(row: CountRow): StockCount {
  return {
    ...row,
    startedAt: row.startedAt.toISOString(),
    approvedAt: row.approvedAt?.toISOString() ?? null,
    postedAt: row.postedAt?.toISOString() ?? null,
  }
}

export async function insertStockCount(
  tx: Tx,
  context: StockContext,
  count: StockCount,
  locationId: string,
  lines: readonly SnapshotLine[],
): Promise<void> {
  const { organizationId } = context
  await Promise.all([
    sql`
      insert into stock_count (organization_id, count_id, location_id, scope, blind, separate_approver,
        tolerance_units, tolerance_percent, state, reference, started_by, started_at)
      values (${organizationId}, ${count.countId}, ${locationId}, ${JSON.stringify(count.scope)}::jsonb, ${count.blind},
        ${count.separateApprover}, ${count.toleranceUnits}, ${count.tolerancePercent}, ${count.state},
        ${count.reference}, ${count.startedBy}, ${count.startedAt}::timestamptz)`.execute(tx),
    insertLines(
      tx,
      organizationId,
      { countId: count.countId, locationId },
      lines.map((line, index) => ({ ...line, line: index + 1 })),
    ),
  ])
}

export type NewEntry = {
  line: number
  round: number
  counted: number
  counter: string
  countedAt: string
  serials: readonly string[]
}

export async function insertEntries(
  tx: Tx,
  context: StockContext,
  countId: string,
  entries: readonly NewEntry[],
): Promise<void> {
  const source = unnestRows('added', entries, {
    line: 'int',
    round: 'int',
    counted: 'bigint',
    counter: 'text',
    countedAt: 'timestamptz',
  })
  const serials = entries.flatMap(({ line, round, serials: named }) =>
    named.map((serial) => ({ line, round, serial })),
  )
  await Promise.all([
    sql`
      insert into stock_count_entry
        (organization_id, count_id, line, round, counted, counter, counted_at, recorded_at)
      select ${context.organizationId}, ${countId}, line, round, counted, counter, counted_at, ${context.now()}
      from ${source}`.execute(tx),
    insertCountSerials(tx, context.organizationId, countId, serials),
  ])
}

/** What was told anew of lots that are not known yet. */
export async function saveToldLots(
  tx: Tx,
  organizationId: string,
  countId: string,
  told: readonly { line: number; newLot: ToldLot }[],
): Promise<void> {
  if (told.length === 0) return
  const source = unnestRows(
    'told',
    told,
    { line: 'int' },
    { newLot: ['text', ({ newLot }) => JSON.stringify(newLot)] },
  )
  await sql`
    update stock_count_line set new_lot = told.new_lot::jsonb
    from ${source}
    where organization_id = ${organizationId} and count_id = ${countId} and stock_count_line.line = told.line
      and stock_count_line.new_lot is not null`.execute(tx)
}

/** Asks for the next round of these lines. */
export async function raiseRounds(
  tx: Tx,
  organizationId: string,
  countId: string,
  lines: readonly number[],
): Promise<void> {
  await sql`
    update stock_count_line set round = round + 1
    where organization_id = ${organizationId} and count_id = ${countId} and line = any(${sql.val([...lines])}::int[])`.execute(
    tx,
  )
}

/** The state of a count as an action leaves it. */
export async function saveCountState(tx: Tx, organizationId: string, count: StockCount): Promise<void> {
  await sql`
    update stock_count set state = ${count.state}, approved_by = ${count.approvedBy},
      approved_at = ${count.approvedAt}::timestamptz, posted_at = ${count.postedAt}::timestamptz
    where organization_id = ${organizationId} and count_id = ${count.countId}`.execute(tx)
}

/** What a posted count answers to whoever posts it once more, and what it has changed, line by line. */
export async function notePosting(
  tx: Tx,
  organizationId: string,
  count: StockCount,
  { digest, lines }: { digest: string; lines: readonly number[] },
): Promise<void> {
  await Promise.all([
    sql`
      update stock_count set posted_digest = ${digest}, posted_result = ${JSON.stringify(count)}::jsonb
      where organization_id = ${organizationId} and count_id = ${count.countId}`.execute(tx),
    // Sent together, carried out in order, after the lots themselves: what was found has a lot from now on.
    sql`
      update stock_count_line set lot_id = lot.lot_id
      from lot
      where stock_count_line.organization_id = ${organizationId} and stock_count_line.count_id = ${count.countId}
        and stock_count_line.new_lot is not null and lot.organization_id = ${organizationId}
        and lot.item_id = stock_count_line.item_id
        and lot.code = stock_count_line.new_lot ->> 'code'`.execute(tx),
    // A line whose count agreed has no movement: its difference is 0.
    sql`
      update stock_count_line set posted_difference = coalesce((
        select sum(movement.on_hand_delta)::bigint from movement
        where movement.organization_id = stock_count_line.organization_id
          and movement.item_id = stock_count_line.item_id and movement.lot_id = stock_count_line.lot_id
          and movement.recorded_at = ${count.postedAt}::timestamptz
          and movement.reference_kind = 'stock-count' and movement.reference_id = ${count.countId}
      ), 0)
      where organization_id = ${organizationId} and count_id = ${count.countId}
        and line = any(${sql.val([...lines])}::int[])`.execute(tx),
  ])
}
