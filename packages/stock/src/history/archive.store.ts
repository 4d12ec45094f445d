import { type Database, type Db, unnestRows } from '@plimsoll/database'
import { sql } from 'kysely'
import type { ArchivedSum, Manifest } from './archive-content.ts'
import { readByCursor, runLong, withLongClient } from './long.store.ts'
import { startOfMonth } from './months.ts'

/** Hands the lines of a month to `write`, one for each movement of all organizations, those of an item together. */
export async function readMonthLines(
  database: Database,
  month: Date,
  write: (lines: AsyncIterable<string>) => Promise<void>,
): Promise<void> {
  await withLongClient(database, 'repeatable read', async (client) => {
    const rows = readByCursor<[line: string]>(
      client,
      `select to_jsonb(movement)::text from movement
       where recorded_at >= $1 and recorded_at < $2
       order by organization_id, item_id, recorded_at, movement_id`,
      [month, startOfMonth(month, 1)],
    )
    async function* lines() {
      for await (const [line] of rows) yield line
    }
    await write(lines())
  })
}

/**
 * Drops the month's partition, if it holds what the manifest says.
 * @throws the database's refusal (XX001 where they differ), or 55P03 where somebody else uses the table for long
 */
export async function dropArchivedMonth(
  database: Database,
  month: Date,
  manifest: Manifest,
  archivedAt: Date,
): Promise<void> {
  await runLong(database, 'select archive_movement_month($1, $2, $3)', [
    month,
    JSON.stringify(manifest),
    archivedAt,
  ])
}

/** A sum of a file, and what the checkpoints around its month say; null where one is missing. */
export type UncarriedSum = ArchivedSum & { carriedOnHand: number | null }

/** Those sums that the checkpoints before and after the month do not carry. */
export async function findUncarriedSums(
  db: Db,
  month: Date,
  sums: readonly ArchivedSum[],
): Promise<UncarriedSum[]> {
  if (sums.length === 0) return []
  const source = unnestRows('moved', sums, {
    organizationId: 'uuid',
    itemId: 'uuid',
    locationId: 'uuid',
    lotId: 'uuid',
    onHand: 'bigint',
    reserved: 'bigint',
    held: 'bigint',
    incoming: 'bigint',
  })
  const found = await sql<UncarriedSum>`
    select moved.*, closing.on_hand - coalesce(opening.on_hand, 0) as carried_on_hand
    from ${source}
    left join balance_checkpoint as closing on closing.organization_id = moved.organization_id
      and closing.item_id = moved.item_id and closing.location_id = moved.location_id
      and closing.lot_id = moved.lot_id and closing.at = ${startOfMonth(month, 1)}
    left join lateral (
      select on_hand, reserved, held, incoming from balance_checkpoint as opening
      where opening.organization_id = moved.organization_id and opening.item_id = moved.item_id
        and opening.location_id = moved.location_id and opening.lot_id = moved.lot_id and opening.at <= ${month}
      order by at desc
      limit 1
    ) as opening on true
    where (closing.on_hand - coalesce(opening.on_hand, 0), closing.reserved - coalesce(opening.reserved, 0),
        closing.held - coalesce(opening.held, 0), closing.incoming - coalesce(opening.incoming, 0))
      is distinct from (moved.on_hand, moved.reserved, moved.held, moved.incoming)`.execute(db)
  return found.rows
}

const ROWS_AT_ONCE = 2_000

/** Puts the lines of a file into a table beside the ledger, which becomes the month's partition if it is the one archived. */
export async function restoreRows(
  database: Database,
  month: Date,
  lines: AsyncIterable<string>,
): Promise<void> {
  const begun = await sql<{ name: string }>`select begin_movement_restore(${month}) as name`.execute(
    database.kysely,
  )
  const name = begun.rows[0]?.name ?? ''
  try {
    let batch: string[] = []
    const insert = async () => {
      if (batch.length === 0) return
      await sql`
        insert into ${sql.table(name)}
        select * from jsonb_populate_recordset(null::movement, ${`[${batch.join(',')}]`}::jsonb)`.execute(
        database.kysely,
      )
      batch = []
    }
    for await (const line of lines) {
      batch.push(line)
      if (batch.length >= ROWS_AT_ONCE) await insert()
    }
    await insert()
    await runLong(database, 'select end_movement_restore($1)', [month])
  } finally {
    // Gone already where it became the partition.
    await sql`select drop_movement_restore(${month})`.execute(database.kysely)
  }
}
