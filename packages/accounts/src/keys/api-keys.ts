import { inTransaction } from '@plimsoll/database'
import type { Limits } from '../access/limits.ts'
import type { Role } from '../access/role.ts'
import { includesScopes, type Scope } from '../access/scope.ts'
import { audit } from '../audit/audit.ts'
import { type AccountContext, nowOf, type OrganizationContext } from '../context.ts'
import { AccountProblem } from '../errors.ts'
import { mayGive } from '../members/member-change.ts'
import type { Acting } from '../members/members.ts'
import {
  type ApiKey,
  findApiKeys,
  findUsableKey,
  insertApiKey,
  noteKeyUse,
  revokeApiKey,
} from './api-keys.store.ts'

export type NewApiKey = {
  name: string
  role: Role
  scopes: readonly Scope[]
  limits: Limits
  expiresAt: Date | null
}

/**
 * Makes a key. Its secret is answered this once and kept nowhere.
 * @throws AccountProblem `role-too-high`
 */
export async function createApiKey(
  context: OrganizationContext,
  by: Acting,
  { name, role, scopes, limits, expiresAt }: NewApiKey,
): Promise<{ keyId: string; secret: string }> {
  if (!mayGive(by, { role, limits })) {
    throw new AccountProblem('role-too-high', 'A key may do no more than whoever makes it.', 'role')
  }
  if (by.key !== undefined && !includesScopes(by.key.scopes, scopes)) {
    throw new AccountProblem('role-too-high', 'A key gives no scopes that it does not have itself.', 'scopes')
  }
  const endsAt = by.key?.expiresAt ?? null
  if (endsAt !== null && (expiresAt === null || expiresAt > endsAt)) {
    const message = `A key makes none that lasts longer than itself, until ${endsAt.toISOString()}.`
    throw new AccountProblem('role-too-high', message, 'expiresAt')
  }
  const { organizationId } = context
  const keyId = context.uuid()
  const createdAt = nowOf(context)
  return await inTransaction(context.database, async (tx) => {
    const key = {
      organizationId,
      keyId,
      name,
      role,
      scopes,
      limits,
      createdBy: by.actor,
      createdAt,
      expiresAt,
    }
    const { secret } = await insertApiKey(tx, key)
    const detail = { name, role, scopes, ...limits }
    await audit(tx, context, { actor: by.actor, action: 'createApiKey', subject: keyId, detail })
    return { keyId, secret }
  })
}

export async function listApiKeys({ database, organizationId }: OrganizationContext): Promise<ApiKey[]> {
  return await findApiKeys(database.kysely, organizationId)
}

/** From the next request on it is refused. @throws AccountProblem `unknown-key` */
export async function endApiKey(context: OrganizationContext, by: Acting, keyId: string): Promise<void> {
  const { organizationId } = context
  await inTransaction(context.database, async (tx) => {
    if (!(await revokeApiKey(tx, { organizationId, keyId, at: nowOf(context) }))) {
      throw new AccountProblem('unknown-key', 'There is no such key that could be revoked.')
    }
    await audit(tx, context, { actor: by.actor, action: 'revokeApiKey', subject: keyId })
  })
}

/** The key that a request brings. @throws AccountProblem `key-refused` */
export async function useApiKey(context: AccountContext, secret: string): Promise<ApiKey> {
  const { kysely } = context.database
  const at = nowOf(context)
  const key = await findUsableKey(kysely, secret, at)
  if (key === undefined)
    throw new AccountProblem('key-refused', 'This API key is not known, revoked or over.')
  await noteKeyUse(kysely, { ...key, at })
  return key
}
