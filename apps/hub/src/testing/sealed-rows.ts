import { randomBytes, randomUUID } from 'node:crypto'
import { type MasterKey, sealNamed, unseal } from '@plimsoll/accounts'
import type { Db } from '@plimsoll/database'
import { sql } from 'kysely'
import { sealedPlaces } from '../secret-key/sealed-places.ts'

/** A sealed letter, as any process may put one at any time. */
export async function sealMail(db: Db, key: MasterKey): Promise<void> {
  const mailId = randomUUID()
  const { keyName, sealed } = sealNamed(key, { mailId }, `mail/${mailId}`)
  await sql`
    insert into identity.mail (mail_id, key_name, sealed, state, next_attempt_at, created_at)
    values (${mailId}, ${keyName}, ${sealed}, 'waiting', now(), now())`.execute(db)
}

/** A row in every table, bound as its owner binds it; the value says what it is bound to. */
export async function sealEverywhere(db: Db, key: MasterKey): Promise<void> {
  for (const place of sealedPlaces) {
    const columns = await sql<{ name: string; type: string; identity: boolean }>`
      select attname::text as name, atttypid::regtype::text as type, attidentity <> '' as identity
      from pg_attribute
      where attrelid = ${place.table}::regclass and attnum > 0 and not attisdropped
        and (attnotnull and not atthasdef or attidentity <> '')`.execute(db)
    const values = new Map(columns.rows.map(({ name, type }) => [name, valueFor(place.table, name, type)]))
    const own = Object.fromEntries(place.key.map((each) => [each, String(values.get(toSnake(each)))]))
    const boundTo = place.boundTo(own)
    const { keyName, sealed } = sealNamed(key, { boundTo }, boundTo)
    values.set('key_name', keyName).set(place.column ?? 'sealed', sealed)
    await sql`
      insert into ${sql.table(place.table)} (${sql.join([...values.keys()].map((each) => sql.ref(each)))})
      overriding system value values (${sql.join([...values.values()])})`.execute(db)
  }
}

const ALLOWED: Readonly<Record<string, string>> = {
  'connection_grant.standing': 'begun',
  'connection_file.direction': 'in',
  'identity.mail.state': 'waiting',
  'invitation.role': 'viewer',
  'invitation.state': 'withdrawn',
}

function valueFor(table: string, name: string, type: string): unknown {
  const allowed = ALLOWED[`${table}.${name}`]
  if (allowed !== undefined) return allowed
  if (name === 'digest') return randomBytes(32).toString('hex')
  switch (type) {
    case 'uuid':
      return randomUUID()
    case 'timestamp with time zone':
      return new Date()
    case 'bigint':
    case 'integer':
      return randomBytes(3).readUIntBE(0, 3)
    case 'bytea':
      return randomBytes(8)
    case 'jsonb':
      return '{}'
    default:
      return randomUUID()
  }
}

type Row = { table: string; boundTo: string; keyName: string; sealed: Buffer }

export async function readRows(db: Db): Promise<Row[]> {
  const all: Row[] = []
  for (const place of sealedPlaces) {
    const { table, column = 'sealed' } = place
    const found = await sql<Record<string, unknown> & { keyName: string; sealedValue: Buffer }>`
      select *, ${sql.ref(column)} as sealed_value from ${sql.table(table)} where key_name is not null`.execute(
      db,
    )
    for (const row of found.rows) {
      const own = Object.fromEntries(place.key.map((each) => [each, String(row[each])]))
      all.push({ table, boundTo: place.boundTo(own), keyName: row.keyName, sealed: row.sealedValue })
    }
  }
  return all
}

/** Rows that these keys do not open, or whose value is another than it was. */
export async function unreadableBy(db: Db, key: MasterKey): Promise<Row[]> {
  return (await readRows(db)).filter(({ table, boundTo, sealed }) => {
    try {
      const value = unseal(key, sealed, boundTo)
      return table !== 'identity.mail' && JSON.stringify(value) !== JSON.stringify({ boundTo })
    } catch {
      return true
    }
  })
}

export async function emptyAll(db: Db): Promise<void> {
  for (const { table } of sealedPlaces) await sql`delete from ${sql.table(table)}`.execute(db)
  await sql`delete from identity.sealing_key`.execute(db)
  await sql`delete from identity.key_holder`.execute(db)
}

export function toSnake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}
