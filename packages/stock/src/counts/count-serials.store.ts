import { type Db, type Tx, unnestRows } from '@plimsoll/database'
import { sql } from 'kysely'
import { isInStock, type SerialRow, serialVariance } from '../serials/serials.ts'
import type { CountSerials } from './stock-count.ts'

/** A line of a count whose item is tracked by serial number, in the round that is asked for. */
export type SerialLine = { line: number; itemId: string; round: number; countedAt: Date | null }

/**
 * What the lines expected and found, by serial number. Until the count is posted it is held against what the ledger says
 * by now of the moment of counting; then against what the posting has changed.
 */
export async function findCountSerials(
  db: Db,
  organizationId: string,
  { countId, locationId, isPosted }: { countId: string; locationId: string; isPosted: boolean },
  lines: readonly SerialLine[],
): Promise<Map<number, CountSerials>> {
  if (lines.length === 0) return new Map()
  const [named, differences] = await Promise.all([
    findNamed(db, organizationId, countId, lines),
    isPosted
      ? findPosted(db, organizationId, countId, lines)
      : findVariances(db, organizationId, { countId, locationId }, lines),
  ])
  const byLine = Map.groupBy(named, ({ line }) => line)
  return new Map(
    lines.map(({ line, round, countedAt }) => {
      const ofRound = (wanted: number) =>
        (byLine.get(line) ?? []).filter((row) => row.round === wanted).map(({ serial }) => serial)
      const { missing, unexpected } = differences.get(line) ?? { missing: [], unexpected: [] }
      const isCounted = countedAt !== null
      return [
        line,
        {
          expected: ofRound(0).sort(),
          found: isCounted ? ofRound(round).sort() : null,
          missing: isCounted ? missing.sort() : null,
          unexpected: isCounted ? unexpected.sort() : null,
        },
      ]
    }),
  )
}

type Named = { line: number; round: number; serial: string }

async function findNamed(
  db: Db,
  organizationId: string,
  countId: string,
  lines: readonly SerialLine[],
): Promise<Named[]> {
  const found = await sql<Named>`
    select line, round, serial from stock_count_serial
    where organization_id = ${organizationId} and count_id = ${countId}
      and line = any(${sql.val(lines.map(({ line }) => line))}::int[])`.execute(db)
  return found.rows
}

type Differences = Map<number, { missing: string[]; unexpected: string[] }>

async function findPosted(
  db: Db,
  organizationId: string,
  countId: string,
  lines: readonly SerialLine[],
): Promise<Differences> {
  const found = await sql<{ itemId: string; serial: string; kind: string }>`
    select item_id, serial, kind from serial_event
    where organization_id = ${organizationId} and reference_kind = 'stock-count' and reference_id = ${countId}`.execute(
    db,
  )
  const byItem = Map.groupBy(found.rows, ({ itemId }) => itemId)
  return new Map(
    lines.map(({ line, itemId }) => {
      const events = byItem.get(itemId) ?? []
      const ofKind = (wanted: string) =>
        events.filter(({ kind }) => kind === wanted).map(({ serial }) => serial)
      return [line, { missing: ofKind('removed'), unexpected: ofKind('found') }]
    }),
  )
}

/** What posting would change now: the units that are there by the ledger, and those that were found and are not. */
async function findVariances(
  db: Db,
  organizationId: string,
  { countId, locationId }: { countId: string; locationId: string },
  lines: readonly SerialLine[],
): Promise<Differences> {
  const counted = lines.filter(({ countedAt }) => countedAt !== null)
  const source = unnestRows('counted', counted, { line: 'int', itemId: 'uuid', round: 'int' })
  const found = await sql<SerialRow & { line: number; isFound: boolean }>`
    select line, serial.item_id, serial, state, location_id, owner_id, effective_at, false as is_found
    from ${source}
    join serial on serial.organization_id = ${organizationId} and serial.item_id = counted.item_id
      and serial.location_id = ${locationId} and serial.state in ('in-stock', 'held')
    union all
    select counted.line, counted.item_id, entered.serial, state, location_id, owner_id, effective_at, true as is_found
    from ${source}
    join stock_count_serial as entered on entered.organization_id = ${organizationId}
      and entered.count_id = ${countId} and entered.line = counted.line and entered.round = counted.round
    left join serial on serial.organization_id = ${organizationId} and serial.item_id = counted.item_id
      and serial.serial = entered.serial`.execute(db)
  const byLine = Map.groupBy(found.rows, ({ line }) => line)
  return new Map(
    counted.map(({ line, countedAt }) => {
      const rows = byLine.get(line) ?? []
      const serials = rows.filter(({ isFound }) => isFound).map(({ serial }) => serial)
      // A serial that was found and that nobody has heard of has no row of its own.
      const known = new Map(
        rows.filter((row) => row.effectiveAt !== null).map((row) => [row.serial, row] as const),
      )
      const present = [...known.values()].filter((row) => isInStock(row) && row.locationId === locationId)
      const { missing, surplus } = serialVariance(
        serials,
        present,
        (serial) => known.get(serial),
        countedAt ?? undefined,
      )
      return [line, { missing: missing.map(({ serial }) => serial), unexpected: surplus }]
    }),
  )
}

/** Writes down which units lines expect (round 0) or were found in a round. */
export async function insertCountSerials(
  tx: Tx,
  organizationId: string,
  countId: string,
  rows: readonly Named[],
): Promise<void> {
  if (rows.length === 0) return
  const source = unnestRows('added', rows, { line: 'int', round: 'int', serial: 'text' })
  await sql`
    insert into stock_count_serial (organization_id, count_id, line, round, serial)
    select ${organizationId}, ${countId}, line, round, serial from ${source}`.execute(tx)
}

/** Writes down which units the new lines of a sheet expect: those that are there by the ledger now. */
export async function insertExpectedSerials(
  tx: Tx,
  organizationId: string,
  { countId, locationId }: { countId: string; locationId: string },
  lines: readonly { line: number; itemId: string }[],
): Promise<void> {
  if (lines.length === 0) return
  const source = unnestRows('added', lines, { line: 'int', itemId: 'uuid' })
  await sql`
    insert into stock_count_serial (organization_id, count_id, line, round, serial)
    select ${organizationId}, ${countId}, line, 0, serial
    from ${source}
    join item on item.organization_id = ${organizationId} and item.item_id = added.item_id
      and item.tracking = 'serial' and item.serial_capture = 'receipt'
    join serial on serial.organization_id = ${organizationId} and serial.item_id = added.item_id
      and serial.location_id = ${locationId} and serial.state in ('in-stock', 'held')`.execute(tx)
}
