import { type Database, type Db, inTransaction } from '@plimsoll/database'
import { sql } from 'kysely'
import { freshSecret } from '../fresh-secret.ts'
import { type MasterKey, sealNamed, unseal } from '../sealing.ts'
import type { SealedPlace } from '../secret-key/sealed-place.ts'

/** What is set for the hub as a whole, sealed. */
type SettingName = 'login-secret' | 'setup-code' | 'single-sign-on'

/** @returns undefined where nothing is set */
export async function readSetting(db: Db, key: MasterKey, name: SettingName): Promise<unknown> {
  const found = await sql<{ sealed: Buffer }>`
    select sealed from identity.setting where name = ${name}`.execute(db)
  const [row] = found.rows
  return row === undefined ? undefined : unseal(key, row.sealed, boundTo(name))
}

export async function saveSetting(
  db: Db,
  key: MasterKey,
  setting: { name: SettingName; value: unknown; at: Date },
): Promise<void> {
  const { name, value, at } = setting
  const { keyName, sealed } = sealNamed(key, value, boundTo(name))
  await sql`
    insert into identity.setting (name, key_name, sealed, changed_at)
    values (${name}, ${keyName}, ${sealed}, ${at})
    on conflict (name) do update set key_name = excluded.key_name, sealed = excluded.sealed,
      changed_at = excluded.changed_at`.execute(db)
}

export async function removeSetting(db: Db, name: SettingName): Promise<void> {
  await sql`delete from identity.setting where name = ${name}`.execute(db)
}

/** A secret of the hub, made when it is first asked for; processes that ask at once agree on one. */
export async function ensureSecret(
  database: Database,
  key: MasterKey,
  { name, at }: { name: 'login-secret' | 'setup-code'; at: Date },
): Promise<string> {
  return await inTransaction(database, async (tx) => {
    await sql`select pg_advisory_xact_lock(hashtext('plimsoll setting ' || ${name}::text))`.execute(tx)
    const kept = await readSetting(tx, key, name)
    if (typeof kept === 'string') return kept
    const value = freshSecret()
    await saveSetting(tx, key, { name, value, at })
    return value
  })
}

export const sealedSettings: SealedPlace = {
  table: 'identity.setting',
  key: ['name'],
  boundTo: ({ name }: { name: string }) => boundTo(name),
}

function boundTo(name: string): string {
  return `setting/${name}`
}
