import type { Db } from '@plimsoll/database'
import { sql } from 'kysely'
import { NO_LIMITS } from '../access/limits.ts'
import { audit } from '../audit/audit.ts'
import { type AccountContext, nowOf } from '../context.ts'
import { endInvitation, findInvitationsOf } from '../members/invitations.store.ts'
import { actorOfPerson } from '../members/invitations.ts'
import { findMemberships, insertMember } from '../members/members.store.ts'
import type { MasterKey } from '../sealing.ts'
import { readSetting } from './settings.store.ts'
import { type GivenRole, SINGLE_SIGN_ON, type SingleSignOn } from './single-sign-on.ts'

/** @returns undefined where nobody signs in so */
export async function readSingleSignOn(db: Db, key: MasterKey): Promise<SingleSignOn | undefined> {
  // Saved from values of this type alone.
  return (await readSetting(db, key, 'single-sign-on')) as SingleSignOn | undefined
}

/** Whether somebody has signed in through this provider before. */
export async function isTiedToProvider(db: Db, personId: string, issuer: string): Promise<boolean> {
  const found = await sql`
    select from identity.account
    where user_id = ${personId} and provider_id = ${SINGLE_SIGN_ON} and starts_with(account_id, ${`${issuer} `})
    limit 1`.execute(db)
  return found.rows.length > 0
}

/**
 * Nobody is tied to the provider any more; whoever comes is tied anew, by an address that it has verified. A provider may
 * give each client subjects of its own (OpenID Connect Core 1.0, section 8).
 */
export async function releaseTies(db: Db): Promise<void> {
  await sql`delete from identity.account where provider_id = ${SINGLE_SIGN_ON}`.execute(db)
}

/** Who came through the provider, with what they get and how they came. */
export type Arrived = {
  personId: string
  email: string
  entry: { organizationId: string; role: GivenRole } | undefined
  way: 'create-user' | 'link-account' | 'sign-in'
}

/**
 * Gives whoever came through the provider their place. Whoever was once removed from the organization does not come back
 * by it, and whoever is a member keeps the role they have. Called within a transaction, before there is a session.
 */
export async function settleArrival(
  tx: Db,
  context: AccountContext,
  { personId, email, entry, way }: Arrived,
): Promise<void> {
  const actor = actorOfPerson(personId)
  const at = nowOf(context)
  if (way === 'create-user') {
    // The provider vouches for the address, as the letter of the invitation would.
    for (const invitation of await findInvitationsOf(tx, context.masterKey, email, at)) {
      const { organizationId, invitationId, role, limits, invitedBy } = invitation
      if (!(await endInvitation(tx, invitation, 'accepted'))) continue
      await insertMember(tx, organizationId, { personId, role, limits, addedBy: invitedBy, at })
      const own = { ...context, organizationId }
      await audit(tx, own, { actor, action: 'acceptInvitation', subject: invitationId })
    }
  }
  if (way === 'link-account') {
    for (const { organizationId } of await findMemberships(tx, personId)) {
      await audit(tx, { ...context, organizationId }, { actor, action: 'tieSingleSignOn', subject: personId })
    }
  }
  if (entry === undefined || (await wasRemoved(tx, entry.organizationId, personId))) return
  const { organizationId, role } = entry
  const addedBy = SINGLE_SIGN_ON
  if (!(await insertMember(tx, organizationId, { personId, role, limits: NO_LIMITS, addedBy, at }))) return
  const deed = { actor, action: 'joinBySingleSignOn', subject: personId, detail: { role } }
  await audit(tx, { ...context, organizationId }, deed)
}

async function wasRemoved(db: Db, organizationId: string, personId: string): Promise<boolean> {
  const found = await sql`
    select from audit_entry
    where organization_id = ${organizationId} and action = 'removeMember' and subject = ${personId}
    limit 1`.execute(db)
  return found.rows.length > 0
}
