import { type Tx, unnestRows } from '@plimsoll/database'
import { sql } from 'kysely'
import type { BalanceKey } from '../balances.store.ts'
import { UNALLOCATED_LOT } from '../context.ts'
import { insertExpectedSerials } from './count-serials.store.ts'
import type { CountScope, PrintedOnLot } from './stock-count.ts'

/** What a line of a new sheet is about, with what is on hand now. */
export type SnapshotLine = { itemId: string; lotId: string; expected: number }

/** What a line holds of a lot that is not known yet. */
export type ToldLot = PrintedOnLot & { code: string }

/**
 * What a sheet of this scope lists, in the order in which it is found: by zone, bin, SKU and expiry. Of an item that is
 * tracked by lot there is a line for each lot that is there, and one without a lot for units that have none, or where
 * nothing is there at all.
 */
export async function readSnapshot(
  tx: Tx,
  organizationId: string,
  locationId: string,
  scope: CountScope,
  limit: number,
): Promise<SnapshotLine[]> {
  const zones = scope.kind === 'zones' ? sql.val([...scope.zones]) : null
  const bins = scope.kind === 'bins' ? sql.val([...scope.bins]) : null
  const skus = scope.kind === 'items' ? sql.val([...scope.skus]) : null
  const found = await sql<SnapshotLine>`
    select item.item_id, coalesce(balance.lot_id, ${UNALLOCATED_LOT}::uuid) as lot_id,
      coalesce(balance.on_hand, 0) as expected
    from item
    left join balance on balance.organization_id = item.organization_id and balance.item_id = item.item_id
      and balance.location_id = ${locationId}
      and case when item.tracking = 'lot' then balance.on_hand <> 0 or balance.held <> 0
        else balance.lot_id = ${UNALLOCATED_LOT} end
    left join lot on lot.organization_id = item.organization_id and lot.lot_id = balance.lot_id
    left join item_bin on item_bin.organization_id = item.organization_id and item_bin.item_id = item.item_id
      and item_bin.location_id = ${locationId}
    left join bin on bin.organization_id = item_bin.organization_id and bin.location_id = item_bin.location_id
      and bin.bin_id = item_bin.bin_id
    where item.organization_id = ${organizationId}
      and case ${scope.kind}::text
        when 'zones' then bin.zone = any(${zones}::text[])
        when 'bins' then bin.code = any(${bins}::text[])
        when 'items' then item.sku = any(${skus}::text[])
        else balance.on_hand <> 0 or balance.held <> 0 or balance.reserved <> 0 or bin.bin_id is not null
      end
    order by bin.zone nulls last, bin.code nulls last, item.sku, lot.expires_on nulls last, lot.code nulls first
    limit ${limit}`.execute(tx)
  return found.rows
}

/** What is on hand now of what a sheet does not list. */
export async function readFound(
  tx: Tx,
  organizationId: string,
  locationId: string,
  keys: readonly Pick<BalanceKey, 'itemId' | 'lotId'>[],
): Promise<SnapshotLine[]> {
  if (keys.length === 0) return []
  const source = unnestRows('wanted', keys, { itemId: 'uuid', lotId: 'uuid' })
  const found = await sql<SnapshotLine>`
    select wanted.item_id, wanted.lot_id, coalesce(on_hand, 0) as expected
    from ${source}
    left join balance on organization_id = ${organizationId} and balance.item_id = wanted.item_id
      and location_id = ${locationId} and balance.lot_id = wanted.lot_id`.execute(tx)
  return found.rows
}

/** Writes lines of a sheet, each with the units by serial number that it expects. */
export async function insertLines(
  tx: Tx,
  organizationId: string,
  at: { countId: string; locationId: string },
  lines: readonly (SnapshotLine & { line: number; newLot?: ToldLot | undefined })[],
): Promise<void> {
  if (lines.length === 0) return
  const source = unnestRows(
    'added',
    lines,
    { line: 'int', itemId: 'uuid', lotId: 'uuid', expected: 'bigint' },
    { newLot: ['text', ({ newLot }) => (newLot === undefined ? null : JSON.stringify(newLot))] },
  )
  // Sent together, carried out in order.
  await Promise.all([
    sql`
      insert into stock_count_line (organization_id, count_id, line, item_id, lot_id, expected, round, new_lot)
      select ${organizationId}, ${at.countId}, line, item_id, lot_id, expected, 1, new_lot::jsonb
      from ${source}`.execute(tx),
    insertExpectedSerials(tx, organizationId, at, lines),
  ])
}
