import type { Db, Tx } from '@plimsoll/database'
import { sql } from 'kysely'
import { type MasterKey, sealNamed, unseal } from './sealing.ts'
import type { SealedPlace } from './secret-key/sealed-place.ts'

/** Stores a value sealed for one organization and row. */
export async function saveSecret(
  tx: Tx,
  key: MasterKey,
  secret: { organizationId: string; secretId: string; value: unknown; at: Date },
): Promise<void> {
  const { keyName, sealed } = sealNamed(key, secret.value, boundTo(secret))
  await sql`
    insert into secret (organization_id, secret_id, key_name, sealed, created_at)
    values (${secret.organizationId}, ${secret.secretId}, ${keyName}, ${sealed}, ${secret.at})
    on conflict (organization_id, secret_id) do update set
      key_name = excluded.key_name, sealed = excluded.sealed`.execute(tx)
}

/** Reads a secret back; throws `SecretUnreadable` with another key. The caller keeps it out of logs and answers. */
export async function getSecret(
  db: Db,
  key: MasterKey,
  secret: { organizationId: string; secretId: string },
): Promise<unknown> {
  const found = await sql<{ sealed: Buffer }>`
    select sealed from secret
    where organization_id = ${secret.organizationId} and secret_id = ${secret.secretId}`.execute(db)
  const [row] = found.rows
  if (row === undefined) throw new Error(`There is no secret ${secret.secretId}.`)
  return unseal(key, row.sealed, boundTo(secret))
}

/** Deletes a secret that nothing refers to any more. */
export async function removeSecret(
  tx: Tx,
  secret: { organizationId: string; secretId: string },
): Promise<void> {
  await sql`
    delete from secret
    where organization_id = ${secret.organizationId} and secret_id = ${secret.secretId}`.execute(tx)
}

export const sealedSecrets: SealedPlace = {
  table: 'secret',
  key: ['organizationId', 'secretId'],
  boundTo,
}

function boundTo(secret: { organizationId: string; secretId: string }): string {
  return `${secret.organizationId}/${secret.secretId}`
}
