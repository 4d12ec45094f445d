import type { Db } from '@plimsoll/database'
import { sql } from 'kysely'
import type { Limits } from '../access/limits.ts'
import type { Role } from '../access/role.ts'
import type { Scope } from '../access/scope.ts'
import { freshSecret, hashOfSecret } from '../fresh-secret.ts'
import { fromStored, toStored } from '../members/members.store.ts'

/** A key of the API, as people see it: its secret is shown once and kept as a hash. */
export type ApiKey = {
  organizationId: string
  keyId: string
  name: string
  /** Its first characters. */
  hint: string
  role: Role
  scopes: readonly Scope[]
  limits: Limits
  createdBy: string
  createdAt: Date
  expiresAt: Date | null
  revokedAt: Date | null
  /** To within `USE_NOTED_MS`. */
  lastUsedAt: Date | null
}

/** By this secret scanners know one, wherever it was left lying. */
export const KEY_PREFIX = 'plimsoll_'
const HINT_LENGTH = KEY_PREFIX.length + 4
export const USE_NOTED_MS = 60_000

/** @returns the key itself, for the one time that it is shown */
export async function insertApiKey(
  db: Db,
  key: Omit<ApiKey, 'hint' | 'revokedAt' | 'lastUsedAt'>,
): Promise<{ secret: string; hint: string }> {
  const secret = `${KEY_PREFIX}${freshSecret()}`
  const hint = secret.slice(0, HINT_LENGTH)
  await sql`
    insert into api_key (organization_id, key_id, name, hint, secret_hash, role, scopes, limits, created_by, created_at,
      expires_at)
    values (${key.organizationId}, ${key.keyId}, ${key.name}, ${hint}, ${hashOfSecret(secret)}, ${key.role},
      ${sql.val([...key.scopes])}::text[], ${toStored(key.limits)}, ${key.createdBy}, ${key.createdAt},
      ${key.expiresAt})`.execute(db)
  return { secret, hint }
}

/** All of an organization, revoked ones too, newest first. */
export async function findApiKeys(db: Db, organizationId: string): Promise<ApiKey[]> {
  const found = await sql<Stored>`
    select ${columns} from api_key where organization_id = ${organizationId}
    order by created_at desc, key_id`.execute(db)
  return found.rows.map(toApiKey)
}

/** The key with this secret, if it may still be used. Of whichever organization: it says whose it is. */
export async function findUsableKey(db: Db, secret: string, now: Date): Promise<ApiKey | undefined> {
  const found = await sql<Stored>`
    select ${columns} from api_key
    where secret_hash = ${hashOfSecret(secret)} and revoked_at is null
      and (expires_at is null or expires_at > ${now})
      and not exists (
        select from organization
        where organization.organization_id = api_key.organization_id and deleting_at is not null
      )`.execute(db)
  return found.rows[0] === undefined ? undefined : toApiKey(found.rows[0])
}

/** @returns whether it was there and not revoked before */
export async function revokeApiKey(
  db: Db,
  { organizationId, keyId, at }: { organizationId: string; keyId: string; at: Date },
): Promise<boolean> {
  const revoked = await sql`
    update api_key set revoked_at = ${at}
    where organization_id = ${organizationId} and key_id = ${keyId} and revoked_at is null
    returning key_id`.execute(db)
  return revoked.rows.length > 0
}

/** Notes that it was used, now and then: each request would be a write. */
export async function noteKeyUse(
  db: Db,
  { organizationId, keyId, at }: { organizationId: string; keyId: string; at: Date },
): Promise<void> {
  await sql`
    update api_key set last_used_at = ${at}
    where organization_id = ${organizationId} and key_id = ${keyId}
      and (last_used_at is null or last_used_at < ${new Date(at.getTime() - USE_NOTED_MS)})`.execute(db)
}

type Stored = Omit<ApiKey, 'limits'> & { limits: Limits | null }

const columns = sql`organization_id, key_id, name, hint, role, scopes, limits, created_by, created_at, expires_at,
  revoked_at, last_used_at`

function toApiKey(row: Stored): ApiKey {
  return { ...row, limits: fromStored(row.limits) }
}
