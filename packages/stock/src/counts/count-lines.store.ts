import type { Db } from '@plimsoll/database'
import { sql } from 'kysely'
import { findCountSerials } from './count-serials.store.ts'
import type { CountLine, PrintedOnLot } from './stock-count.ts'

export type StoredCountLine = CountLine & {
  itemId: string
  /** One that no lot has, where the lot is not known yet. */
  lotId: string
  /** What was told of a lot that was not known when it was found, whether it is known by now or not. */
  toldLot: PrintedOnLot | null
}

/**
 * Lines of a count in their order, each with what was counted in its round, and what the ledger says of that moment:
 * what is on hand now, without what was effective since.
 * @param skus only these; undefined: all
 */
export async function findCountLines(
  db: Db,
  organizationId: string,
  countId: string,
  skus?: readonly string[],
): Promise<StoredCountLine[]> {
  const found = await sql<LineRow>`
    select line.line, line.item_id, item.sku, coalesce(since.lot_id, line.lot_id) as lot_id,
      coalesce(lot.code, line.new_lot ->> 'code') as lot, line.new_lot as told,
      coalesce(lot.lot_id, since.lot_id) is not null as is_lot_known, stock_count.location_id,
      stock_count.state = 'posted' as is_posted, item.tracking = 'serial' and item.serial_capture = 'receipt' as by_serial,
      bin.zone, bin.code as bin, line.round, line.expected, line.posted_difference,
      entry.counted, entry.counter, entry.counted_at,
      case when entry.counted is not null and line.posted_difference is null then
        coalesce(balance.on_hand, 0) - coalesce((
          select sum(movement.on_hand_delta)::bigint
          from movement
          where movement.organization_id = line.organization_id and movement.item_id = line.item_id
            and movement.location_id = stock_count.location_id
            and movement.lot_id = coalesce(since.lot_id, line.lot_id)
            -- Never recorded before it was effective, so months before the moment need no look.
            and movement.recorded_at > entry.counted_at and movement.effective_at > entry.counted_at
        ), 0)
      end as on_hand_then
    from stock_count_line as line
    join stock_count using (organization_id, count_id)
    join item on item.organization_id = line.organization_id and item.item_id = line.item_id
    left join lot on lot.organization_id = line.organization_id and lot.lot_id = line.lot_id
    -- A lot that was not known when it was found, and is by now.
    left join lot as since on since.organization_id = line.organization_id and since.item_id = line.item_id
      and since.code = line.new_lot ->> 'code'
    left join balance on balance.organization_id = line.organization_id and balance.item_id = line.item_id
      and balance.location_id = stock_count.location_id and balance.lot_id = coalesce(since.lot_id, line.lot_id)
    left join stock_count_entry as entry on entry.organization_id = line.organization_id
      and entry.count_id = line.count_id and entry.line = line.line and entry.round = line.round
    left join item_bin on item_bin.organization_id = line.organization_id
      and item_bin.location_id = stock_count.location_id and item_bin.item_id = line.item_id
    left join bin on bin.organization_id = item_bin.organization_id and bin.location_id = item_bin.location_id
      and bin.bin_id = item_bin.bin_id
    where line.organization_id = ${organizationId} and line.count_id = ${countId}
      and (${skus === undefined} or item.sku = any(${sql.val([...(skus ?? [])])}::text[]))
    order by line.line`.execute(db)
  const [first] = found.rows
  if (first === undefined) return []
  const serials = await findCountSerials(
    db,
    organizationId,
    { countId, ...first },
    found.rows.filter(({ bySerial }) => bySerial),
  )
  return found.rows.map((row) => toLine(row, serials.get(row.line) ?? null))
}

/** Who has counted lines of a count, in any round. */
export async function findCounters(db: Db, organizationId: string, countId: string): Promise<string[]> {
  const found = await sql<{ counter: string }>`
    select distinct counter from stock_count_entry
    where organization_id = ${organizationId} and count_id = ${countId}
    order by counter`.execute(db)
  return found.rows.map(({ counter }) => counter)
}

/** The last line of a sheet; 0 where it has none. */
export async function findLastLine(db: Db, organizationId: string, countId: string): Promise<number> {
  const found = await sql<{ line: number }>`
    select coalesce(max(line), 0) as line from stock_count_line
    where organization_id = ${organizationId} and count_id = ${countId}`.execute(db)
  return found.rows[0]?.line ?? 0
}

type LineRow = Omit<
  StoredCountLine,
  'countedAt' | 'ledger' | 'difference' | 'serials' | 'newLot' | 'toldLot'
> & {
  countedAt: Date | null
  told: (PrintedOnLot & { code: string }) | null
  isLotKnown: boolean
  onHandThen: number | null
  postedDifference: number | null
  locationId: string
  isPosted: boolean
  bySerial: boolean
}

function toLine(row: LineRow, serials: CountLine['serials']): StoredCountLine {
  const {
    onHandThen,
    postedDifference,
    countedAt,
    told,
    isLotKnown,
    locationId: _,
    isPosted: __,
    bySerial: ___,
    ...line
  } = row
  const toldLot = told === null ? null : printedOn(told)
  const { counted } = line
  // Posted lines keep the difference of their posting: by now the ledger agrees with what was counted.
  const ledger = counted === null || postedDifference === null ? onHandThen : counted - postedDifference
  return {
    ...line,
    countedAt: countedAt?.toISOString() ?? null,
    ledger,
    difference: counted === null || ledger === null ? null : counted - ledger,
    serials,
    newLot: isLotKnown ? null : toldLot,
    toldLot,
  }
}

function printedOn({ expiresOn, manufacturedOn, supplierLot }: PrintedOnLot): PrintedOnLot {
  return { expiresOn, manufacturedOn, supplierLot }
}
