import { type Database, type Db, inTransaction } from '@plimsoll/database'
import { sql } from 'kysely'
import { type MasterKey, resealNamed } from '../sealing.ts'
import type { SealedPlace } from './sealed-place.ts'

/** Rows so named were sealed by no key that was known, and a person said that they are given up. */
export const UNREADABLE = 'unreadable'

/** Rows in one table that name one key. */
export type SealedCount = { table: string; keyName: string; rows: number }

/** One row whose value no key opens. */
export type Unreadable = { table: string; key: Record<string, string>; keyName: string }

type StoredRow = { key: Record<string, string>; keyName: string; sealed: Buffer }

const ROWS_AT_ONCE = 100
const LARGE_ROWS_AT_ONCE = 4

/** How many rows of each table name which key. */
export async function countSealed(db: Db, places: readonly SealedPlace[]): Promise<SealedCount[]> {
  const counts: SealedCount[] = []
  for (const { table } of places) {
    const found = await sql<{ keyName: string; rows: number }>`
      select key_name, count(*)::int as rows from ${sql.table(table)}
      where key_name is not null group by key_name order by key_name`.execute(db)
    counts.push(...found.rows.map((row) => ({ table, ...row })))
  }
  return counts
}

/** Rows of one table, after a key, that another key sealed than the one named; in the order of their keys. */
async function findForeign(
  db: Db,
  place: SealedPlace,
  { keyName, after }: { keyName: string; after: Record<string, string> | undefined },
): Promise<StoredRow[]> {
  const { columns, column } = namesOf(place)
  const past =
    after === undefined
      ? sql``
      : sql`and (${sql.join(columns)}) > (${sql.join(place.key.map((each) => sql`${after[each]}`))})`
  const found = await sql<Record<string, unknown> & { keyName: string; sealedValue: Buffer }>`
    select ${sql.join(columns)}, key_name, ${column} as sealed_value from ${sql.table(place.table)}
    where key_name is not null and key_name <> ${keyName} and key_name <> ${UNREADABLE} ${past}
    order by ${sql.join(columns)} limit ${place.isLarge === true ? LARGE_ROWS_AT_ONCE : ROWS_AT_ONCE}`.execute(
    db,
  )
  return found.rows.map((row) => ({
    key: Object.fromEntries(place.key.map((each) => [each, String(row[each])])),
    keyName: row.keyName,
    sealed: row.sealedValue,
  }))
}

/** Puts a row's new value in the place of the old one; one that was changed meanwhile is left as it is. */
async function replaceSealed(
  db: Db,
  place: SealedPlace,
  { before, after }: { before: StoredRow; after: { keyName: string; sealed: Buffer } },
): Promise<boolean> {
  const { column } = namesOf(place)
  const same = place.key.map((each) => sql`${sql.ref(snake(each))} = ${before.key[each]}`)
  const replaced = await sql`
    update ${sql.table(place.table)} set key_name = ${after.keyName}, ${column} = ${after.sealed}
    where ${sql.join(same, sql` and `)} and key_name = ${before.keyName} and ${column} = ${before.sealed}`.execute(
    db,
  )
  return Number(replaced.numAffectedRows ?? 0n) === 1
}

/**
 * Goes through one table once and seals anew what another key has sealed, some rows in each transaction.
 * @param options.givesUp names rows that no key opens `unreadable`, so that they are in nobody's way
 * @returns how many rows were sealed anew, and those that no key opens
 */
export async function resealTable(
  database: Database,
  key: MasterKey,
  place: SealedPlace,
  options: { givesUp: boolean; onRows(rows: number): void },
): Promise<{ resealed: number; unreadable: Unreadable[] }> {
  const unreadable: Unreadable[] = []
  let resealed = 0
  let after: Record<string, string> | undefined
  for (;;) {
    const rows = await findForeign(database.kysely, place, { keyName: key.name, after })
    const last = rows.at(-1)
    if (last === undefined) return { resealed, unreadable }
    after = last.key
    const changes = rows.flatMap((before) => {
      const sealed = resealNamed(key, before.sealed, place.boundTo(before.key))
      if (sealed !== undefined) return [{ before, after: sealed }]
      unreadable.push({ table: place.table, key: before.key, keyName: before.keyName })
      return options.givesUp ? [{ before, after: { keyName: UNREADABLE, sealed: before.sealed } }] : []
    })
    const done = await inTransaction(database, async (tx) => {
      let replaced = 0
      for (const change of changes) if (await replaceSealed(tx, place, change)) replaced += 1
      return replaced
    })
    resealed += done
    options.onRows(done)
  }
}

/** What keys were called before they had names; processes of then may still seal under these. */
export const NAMELESS = ['file', 'environment']

/**
 * From now on the database refuses what any other key seals. Waits for all that was sealed by them and is not committed yet.
 * @param keys.former closed whether or not anything is known to be sealed by them
 */
export async function closeOthers(
  db: Db,
  { keep, former, at }: { keep: readonly string[]; former: readonly string[]; at: Date },
): Promise<void> {
  // Inserted, since a name that a transaction under way has used first is not to be seen yet: this waits for it.
  await sql`
    insert into identity.sealing_key (name, closed_at)
    select name, ${at}::timestamptz from unnest(${sql.val([...former, ...NAMELESS])}::text[]) as former (name)
    on conflict (name) do update set closed_at = coalesce(sealing_key.closed_at, excluded.closed_at)`.execute(
    db,
  )
  await sql`
    update identity.sealing_key set closed_at = ${at}
    where closed_at is null and name <> all(${sql.val([...keep, UNREADABLE])}::text[])`.execute(db)
}

/**
 * Retires the keys that are closed, where no row is sealed by any of them: counted while there can be no new ones.
 * @returns what is in the way; nothing: they are retired
 */
export async function retireClosed(
  database: Database,
  places: readonly SealedPlace[],
  { keep, at }: { keep: readonly string[]; at: Date },
): Promise<SealedCount[]> {
  return await inTransaction(database, async (tx) => {
    const counts = await countSealed(tx, places)
    const inTheWay = counts.filter(({ keyName }) => !keep.includes(keyName) && keyName !== UNREADABLE)
    if (inTheWay.length > 0) return inTheWay
    await sql`
      update identity.sealing_key set retired_at = ${at}
      where closed_at is not null and retired_at is null`.execute(tx)
    return []
  })
}

/** A key that may seal from now on is known to the database. @returns since when it may not any more */
export async function registerKey(db: Db, name: string): Promise<Date | undefined> {
  await sql`insert into identity.sealing_key (name) values (${name}) on conflict do nothing`.execute(db)
  const found = await sql<{ closedAt: Date | null }>`
    select closed_at from identity.sealing_key where name = ${name}`.execute(db)
  return found.rows[0]?.closedAt ?? undefined
}

function namesOf({ key, column = 'sealed' }: SealedPlace) {
  return { columns: key.map((each) => sql.ref(snake(each))), column: sql.ref(column) }
}

function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}
