import type { Db } from '@plimsoll/database'
import { sql } from 'kysely'
import { isLeftOut, LEFT_OUT_TABLES } from './left-out.ts'

/** A table with rows of organizations, as the catalogue has it: what is exported, in the order of the primary key. */
type ExportedTable = { table: string; columns: string[]; leftOut: string[]; key: string[] }

const ROWS_AT_ONCE = 500

/** Every table that has rows of organizations, but for those that are left out: a new one is exported by itself. */
export async function findExportedTables(db: Db): Promise<ExportedTable[]> {
  const found = await sql<{ table: string; columns: string[]; key: string[] }>`
    select relname::text as table,
      array(
        select attname::text from pg_attribute
        where attrelid = pg_class.oid and attnum > 0 and not attisdropped order by attnum
      ) as columns,
      array(
        select attname::text from pg_index
        join unnest(indkey) with ordinality as part (attnum, nth) on true
        join pg_attribute on attrelid = indrelid and pg_attribute.attnum = part.attnum
        where indrelid = pg_class.oid and indisprimary order by nth
      ) as key
    from pg_class
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition
      and exists (
        select from pg_attribute
        where attrelid = pg_class.oid and attname = 'organization_id' and not attisdropped
      )
    order by relname`.execute(db)
  return found.rows
    .filter(({ table }) => LEFT_OUT_TABLES[table] === undefined)
    .map(({ table, columns, key }) => ({
      table,
      key,
      columns: columns.filter((each) => !isLeftOut(each)),
      leftOut: columns.filter(isLeftOut),
    }))
}

/** Rows of one table as JSON, a few hundred at a time, read by a cursor within the caller's transaction. */
export async function* readTable(
  tx: Db,
  organizationId: string,
  { table, columns, key }: ExportedTable,
): AsyncGenerator<string[]> {
  const order = key.length === 0 ? sql`` : sql`order by ${sql.join(key.map((each) => sql.ref(each)))}`
  yield* readLines(
    tx,
    sql`
      select ${sql.join(columns.map((each) => sql.ref(each)))} from ${sql.table(table)}
      where organization_id = ${sql.lit(organizationId)} ${order}`,
  )
}

/** The people who are members: they belong to the hub, so only who they are goes along. */
export async function* readPeople(tx: Db, organizationId: string): AsyncGenerator<string[]> {
  yield* readLines(
    tx,
    sql`
      select person.id as person_id, person.name, person.email, person.language from member
      join identity.person on person.id = member.person_id
      where member.organization_id = ${sql.lit(organizationId)} order by person.id`,
  )
}

async function* readLines(tx: Db, rows: ReturnType<typeof sql>): AsyncGenerator<string[]> {
  // A cursor takes no parameters; the only value in it is an id.
  await sql`declare exported no scroll cursor for select row_to_json(exported)::text as line from (${rows}) as exported`.execute(
    tx,
  )
  for (;;) {
    const found = await sql<{ line: string }>`fetch forward ${sql.lit(ROWS_AT_ONCE)} from exported`.execute(
      tx,
    )
    if (found.rows.length === 0) break
    yield found.rows.map(({ line }) => line)
  }
  await sql`close exported`.execute(tx)
}
