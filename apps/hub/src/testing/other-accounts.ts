import { randomUUID } from 'node:crypto'
import { audit, createApiKey, insertMember, invite, NO_LIMITS } from '@plimsoll/accounts'
import type { SyncContext } from '@plimsoll/sync'
import { sql } from 'kysely'
import type { ServedHub } from './served-hub.ts'

type Ask = ServedHub['ask']

/** Every route that reads who works in the organization and what they did. */
export const accountReads: Record<string, string[]> = {
  '/api/v1/members': ['/api/v1/members'],
  '/api/v1/invitations': ['/api/v1/invitations'],
  '/api/v1/api-keys': ['/api/v1/api-keys'],
  '/api/v1/audit-log': ['/api/v1/audit-log'],
  '/api/v1/actors': ['/api/v1/actors'],
  '/api/v1/organization': ['/api/v1/organization'],
  '/api/v1/single-sign-on': ['/api/v1/single-sign-on'],
  // An archive; `export-organization.test.ts` looks for rows of others in it.
  '/api/v1/organization/export': [],
}

export type AccountIds = { personId: string; invitationId: string; keyId: string }

/** What the first organization asks of the second's members and keys. */
export function accountWrites(ask: Ask, { personId, invitationId, keyId }: AccountIds, mark: string) {
  return {
    'PUT /api/v1/members/:personId': () => ask('PUT', `/api/v1/members/${personId}`, { role: 'viewer' }),
    'DELETE /api/v1/members/:personId': () => ask('DELETE', `/api/v1/members/${personId}`),
    'POST /api/v1/invitations': () => ask('POST', '/api/v1/invitations', { email: 'nobody', role: 'viewer' }),
    'DELETE /api/v1/invitations/:invitationId': () => ask('DELETE', `/api/v1/invitations/${invitationId}`),
    'POST /api/v1/api-keys': () => ask('POST', '/api/v1/api-keys', { name: 'x', role: 'viewer', scopes: [] }),
    'DELETE /api/v1/api-keys/:keyId': () => ask('DELETE', `/api/v1/api-keys/${keyId}`),
    'PUT /api/v1/single-sign-on': () => ask('PUT', '/api/v1/single-sign-on', {}),
    'DELETE /api/v1/single-sign-on': () => ask('DELETE', '/api/v1/single-sign-on'),
    'PATCH /api/v1/organization': () => ask('PATCH', '/api/v1/organization', { name: '' }),
    'DELETE /api/v1/organization': () => ask('DELETE', '/api/v1/organization', { name: mark }),
  }
}

/** A member, an invitation and a key of the second organization. */
export async function fillAccounts(context: SyncContext, mark: string): Promise<AccountIds> {
  const personId = randomUUID()
  const at = new Date(context.clock.now())
  const { kysely } = context.database
  await sql`insert into identity.person (id, name, email, email_verified, created_at, updated_at)
    values (${personId}, ${mark}, ${`${personId}@zebra.example`}, true, ${at}, ${at})`.execute(kysely)
  const { organizationId } = context
  await sql`insert into sample_brand (organization_id, language, state, made_by, made_at)
    values (${organizationId}, 'en', 'open', ${mark}, ${at})`.execute(kysely)
  await insertMember(kysely, organizationId, {
    personId,
    role: 'operator',
    limits: NO_LIMITS,
    addedBy: mark,
    at,
  })
  const by = { actor: mark, personId, role: 'owner' as const, limits: NO_LIMITS, key: undefined }
  const wanted = {
    email: 'zebra@zebra.example',
    role: 'viewer' as const,
    limits: NO_LIMITS,
    language: 'en' as const,
  }
  const letterhead = { publicUrl: 'https://hub.example', organization: mark, invitedBy: mark }
  const { invitationId } = await invite(context, by, wanted, letterhead)
  const key = {
    name: mark,
    role: 'viewer' as const,
    scopes: ['stock:read' as const],
    limits: NO_LIMITS,
    expiresAt: null,
  }
  const { keyId } = await createApiKey(context, by, key)
  await audit(kysely, context, { actor: mark, action: mark })
  return { personId, invitationId, keyId }
}
