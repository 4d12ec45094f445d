import { type Db, type Tx, unnestRows } from '@plimsoll/database'
import { sql } from 'kysely'
import type { StockContext } from '../context.ts'
import { type DocumentPage, type DocumentQuery, toPage } from '../documents/cursors.ts'
import type { Transfer, TransferLine } from './transfer.ts'
import { inOrder, type TransferSerial } from './transfer-serials.ts'

/** A transfer with its lines, or undefined. */
export async function findTransfer(
  db: Db,
  organizationId: string,
  transferId: string,
): Promise<Transfer | undefined> {
  return (await readTransfers(db, organizationId, [transferId]))[0]
}

/** The same, locked: actions on one transfer follow each other. */
export async function lockTransfer(
  tx: Tx,
  organizationId: string,
  transferId: string,
): Promise<Transfer | undefined> {
  await sql`
    select from transfer where organization_id = ${organizationId} and transfer_id = ${transferId}
    for no key update`.execute(tx)
  return await findTransfer(tx, organizationId, transferId)
}

/** Transfers with their lines, newest first. */
export async function findTransferPage(
  db: Db,
  organizationId: string,
  { state, cursor, limit }: DocumentQuery<Transfer['state']>,
): Promise<DocumentPage<Transfer>> {
  const found = await sql<{ transferId: string }>`
    select transfer_id from transfer
    where organization_id = ${organizationId}
      and (${state ?? null}::text is null or state = ${state ?? null})
      and (${cursor ?? null}::uuid is null or transfer_id < ${cursor ?? null})
    order by transfer_id desc
    limit ${limit + 1}`.execute(db)
  const { rows, next } = toPage(found.rows, limit, ({ transferId }) => transferId)
  const transfers = await readTransfers(
    db,
    organizationId,
    rows.map(({ transferId }) => transferId),
  )
  return { rows: transfers, next }
}

async function readTransfers(db: Db, organizationId: string, ids: readonly string[]): Promise<Transfer[]> {
  if (ids.length === 0) return []
  const wanted = sql.val([...ids])
  const [heads, lines, serials] = await Promise.all([
    sql<HeadRow>`
      select transfer_id, state, source.code as from_code, transit.code as via_code, target.code as to_code,
        reference, created_by, transfer.created_at, dispatched_at, ended_at
      from transfer
      join location as source on source.organization_id = transfer.organization_id
        and source.location_id = transfer.from_location_id
      join location as transit on transit.organization_id = transfer.organization_id
        and transit.location_id = transfer.via_location_id
      join location as target on target.organization_id = transfer.organization_id
        and target.location_id = transfer.to_location_id
      where transfer.organization_id = ${organizationId} and transfer_id = any(${wanted}::uuid[])
      order by transfer_id desc`.execute(db),
    sql<Omit<TransferLine, 'serials'> & { transferId: string }>`
      select transfer_id, line, item.sku, lot.code as lot,
        requested, dispatched, received, damaged, lost, returned
      from transfer_line
      join item on item.organization_id = transfer_line.organization_id and item.item_id = transfer_line.item_id
      left join lot on lot.organization_id = transfer_line.organization_id and lot.lot_id = transfer_line.lot_id
      where transfer_line.organization_id = ${organizationId} and transfer_id = any(${wanted}::uuid[])
      order by transfer_id, line`.execute(db),
    sql<TransferSerial & { transferId: string; line: number }>`
      select transfer_id, line, serial, state
      from transfer_serial
      where organization_id = ${organizationId} and transfer_id = any(${wanted}::uuid[])`.execute(db),
  ])
  const ofLines = Map.groupBy(serials.rows, ({ transferId, line }) => `${transferId} ${line}`)
  return heads.rows.map((head) => ({
    ...head,
    createdAt: head.createdAt.toISOString(),
    dispatchedAt: head.dispatchedAt?.toISOString() ?? null,
    endedAt: head.endedAt?.toISOString() ?? null,
    lines: lines.rows
      .filter(({ transferId }) => transferId === head.transferId)
      .map(({ transferId, ...line }) => ({
        ...line,
        serials: inOrder(
          (ofLines.get(`${transferId} ${line.line}`) ?? []).map(({ serial, state }) => ({ serial, state })),
        ),
      })),
  }))
}

type HeadRow = Omit<Transfer, 'lines' | 'createdAt' | 'dispatchedAt' | 'endedAt'> & {
  createdAt: Date
  dispatchedAt: Date | null
  endedAt: Date | null
}

/** The rows of a new transfer. */
export async function insertTransfer(
  tx: Tx,
  context: StockContext,
  transfer: Transfer,
  ids: {
    fromId: string
    viaId: string
    toId: string
    itemIdOf(sku: string): string
    lotIdOf(line: TransferLine): string
  },
): Promise<void> {
  const { organizationId } = context
  const rows = transfer.lines.map((line) => ({
    ...line,
    itemId: ids.itemIdOf(line.sku),
    lotId: ids.lotIdOf(line),
  }))
  const source = unnestRows('added', rows, {
    line: 'int',
    itemId: 'uuid',
    lotId: 'uuid',
    requested: 'bigint',
    dispatched: 'bigint',
    received: 'bigint',
    damaged: 'bigint',
    lost: 'bigint',
    returned: 'bigint',
  })
  // Sent together, carried out in order.
  await Promise.all([
    sql`
      insert into transfer (organization_id, transfer_id, from_location_id, via_location_id, to_location_id,
        state, reference, created_by, created_at)
      values (${organizationId}, ${transfer.transferId}, ${ids.fromId}, ${ids.viaId}, ${ids.toId},
        ${transfer.state}, ${transfer.reference}, ${transfer.createdBy}, ${transfer.createdAt}::timestamptz)`.execute(
      tx,
    ),
    sql`
      insert into transfer_line (organization_id, transfer_id, line, item_id, lot_id,
        requested, dispatched, received, damaged, lost, returned)
      select ${organizationId}, ${transfer.transferId}, line, item_id, lot_id,
        requested, dispatched, received, damaged, lost, returned
      from ${source}`.execute(tx),
  ])
}

/** The transfer as an action leaves it. */
export async function saveTransfer(tx: Tx, organizationId: string, transfer: Transfer): Promise<void> {
  const { transferId, state, dispatchedAt, endedAt, lines } = transfer
  const source = unnestRows('changed', lines, {
    line: 'int',
    dispatched: 'bigint',
    received: 'bigint',
    damaged: 'bigint',
    lost: 'bigint',
    returned: 'bigint',
  })
  await Promise.all([
    sql`
      update transfer set state = ${state}, dispatched_at = ${dispatchedAt}::timestamptz, ended_at = ${endedAt}::timestamptz
      where organization_id = ${organizationId} and transfer_id = ${transferId}`.execute(tx),
    sql`
      update transfer_line set dispatched = changed.dispatched, received = changed.received,
        damaged = changed.damaged, lost = changed.lost, returned = changed.returned
      from ${source}
      where organization_id = ${organizationId} and transfer_id = ${transferId}
        and transfer_line.line = changed.line`.execute(tx),
    saveSerials(tx, organizationId, transfer),
  ])
}

/** Where the units of the lines are now, by serial number. */
async function saveSerials(tx: Tx, organizationId: string, { transferId, lines }: Transfer): Promise<void> {
  const rows = lines.flatMap(({ line, serials }) => serials.map((each) => ({ line, ...each })))
  if (rows.length === 0) return
  const source = unnestRows('changed', rows, { line: 'int', serial: 'text', state: 'text' })
  await sql`
    insert into transfer_serial (organization_id, transfer_id, line, serial, state)
    select ${organizationId}, ${transferId}, line, serial, state from ${source}
    on conflict (organization_id, transfer_id, line, serial) do update set state = excluded.state
    where transfer_serial.state <> excluded.state`.execute(tx)
}
