import type { Db } from '@plimsoll/database'
import { sql } from 'kysely'

/** Every table of every schema, partitions too, that has rows of an organization, by the catalogue. */
export async function findRowsOf(db: Db, organizationId: string): Promise<{ table: string; rows: number }[]> {
  const tables = await sql<{ table: string }>`
    select attrelid::regclass::text as table from pg_attribute join pg_class on pg_class.oid = attrelid
    where attname = 'organization_id' and not attisdropped and relkind = 'r'
    order by 1`.execute(db)
  const counted: { table: string; rows: number }[] = []
  for (const { table } of tables.rows) {
    const found = await sql<{ rows: number }>`
      select count(*) as rows from only ${sql.raw(table)} where organization_id = ${organizationId}`.execute(
      db,
    )
    counted.push({ table, rows: found.rows[0]?.rows ?? 0 })
  }
  return counted.filter(({ rows }) => rows > 0)
}
