import { inTransaction } from '@plimsoll/database'
import { sql } from 'kysely'
import type { Limits } from '../access/limits.ts'
import type { Role } from '../access/role.ts'
import { audit } from '../audit/audit.ts'
import { type AccountContext, nowOf, type OrganizationContext } from '../context.ts'
import { AccountProblem } from '../errors.ts'
import { invitationLetter, type LetterLanguage } from '../identity/letters.ts'
import { assertLettersLeft, putMail } from '../mail/outbox.store.ts'
import {
  endInvitation,
  findInvitations,
  INVITATION_DAYS,
  type Invitation,
  insertInvitation,
  lockInvitation,
} from './invitations.store.ts'
import { mayGive } from './member-change.ts'
import { findMembers, insertMember } from './members.store.ts'
import { type Acting, assertPerson } from './members.ts'

export type NewInvitation = {
  email: string
  role: Role
  limits: Limits
  /** The language of the letter. */
  language: LetterLanguage
}

/** Where links of letters lead, and who sends them. */
export type Letterhead = { publicUrl: string; organization: string; invitedBy: string }

/**
 * Invites somebody by a letter, whose link is answered too: where no mail server is set, a person hands it on.
 * @throws AccountProblem `not-allowed`, `role-too-high`, `already-member`, `too-many-letters`
 */
export async function invite(
  context: OrganizationContext,
  by: Acting,
  { email: given, role, limits, language }: NewInvitation,
  { publicUrl, organization, invitedBy }: Letterhead,
): Promise<{ invitationId: string; url: string }> {
  assertPerson(by)
  const { organizationId, masterKey } = context
  const email = given.toLowerCase()
  if (!mayGive(by, { role, limits })) {
    throw new AccountProblem('role-too-high', 'You may not give more than you have yourself.', 'role')
  }
  const invitationId = context.uuid()
  const at = nowOf(context)
  return await inTransaction(context.database, async (tx) => {
    await assertLettersLeft(tx, organizationId, at)
    const members = await findMembers(tx, organizationId)
    if (members.some((member) => member.email === email)) {
      throw new AccountProblem('already-member', `${email} is a member already.`, 'email')
    }
    const invitation = {
      organizationId,
      invitationId,
      email,
      role,
      limits,
      invitedBy: by.actor,
      createdAt: at,
    }
    const { token } = await insertInvitation(tx, masterKey, invitation)
    const url = `${publicUrl}/join?token=${token}`
    const mail = invitationLetter({
      to: email,
      language,
      url,
      organization,
      invitedBy,
      days: INVITATION_DAYS,
    })
    await putMail(tx, masterKey, { mailId: context.uuid(), organizationId, mail, at })
    const detail = { role, ...limits }
    await audit(tx, context, { actor: by.actor, action: 'inviteMember', subject: invitationId, detail })
    return { invitationId, url }
  })
}

export async function listInvitations(context: OrganizationContext): Promise<Invitation[]> {
  const { database, masterKey, organizationId } = context
  return await findInvitations(database.kysely, masterKey, organizationId, nowOf(context))
}

/** @throws AccountProblem `unknown-invitation` */
export async function withdrawInvitation(
  context: OrganizationContext,
  by: Acting,
  invitationId: string,
): Promise<void> {
  const { organizationId } = context
  await inTransaction(context.database, async (tx) => {
    if (!(await endInvitation(tx, { organizationId, invitationId }, 'withdrawn'))) throw unknownInvitation()
    await audit(tx, context, { actor: by.actor, action: 'withdrawInvitation', subject: invitationId })
  })
}

/** What whoever opens the link of an invitation may read of it. @throws AccountProblem `unknown-invitation` */
export async function readInvitation(
  context: AccountContext,
  token: string,
): Promise<Invitation & { organizationName: string; hasAccount: boolean }> {
  const { kysely } = context.database
  return await kysely.transaction().execute(async (tx) => {
    const invitation = await lockInvitation(tx, context.masterKey, token, nowOf(context))
    if (invitation === undefined) throw unknownInvitation()
    const found = await sql<{ name: string; hasAccount: boolean }>`
      select name, exists (select from identity.person where email = ${invitation.email}) as has_account
      from organization where organization_id = ${invitation.organizationId}`.execute(tx)
    const { name = '', hasAccount = false } = found.rows[0] ?? {}
    return { ...invitation, organizationName: name, hasAccount }
  })
}

/**
 * A person takes the invitation up; a second time it is over.
 * @throws AccountProblem `unknown-invitation`, `invited-other`
 */
export async function acceptInvitation(
  context: AccountContext,
  token: string,
  person: { personId: string; email: string },
): Promise<{ organizationId: string }> {
  const { personId } = person
  return await inTransaction(context.database, async (tx) => {
    const invitation = await lockInvitation(tx, context.masterKey, token, nowOf(context))
    if (invitation === undefined) throw unknownInvitation()
    if (invitation.email !== person.email.toLowerCase()) {
      throw new AccountProblem('invited-other', `The invitation is for another address than ${person.email}.`)
    }
    const { organizationId, invitationId, role, limits, invitedBy } = invitation
    await endInvitation(tx, invitation, 'accepted')
    await insertMember(tx, organizationId, { personId, role, limits, addedBy: invitedBy, at: nowOf(context) })
    const own = { ...context, organizationId }
    const deed = { actor: actorOfPerson(personId), action: 'acceptInvitation', subject: invitationId }
    await audit(tx, own, deed)
    return { organizationId }
  })
}

/** How movements, history and audit name a person: by an id that says nothing once they are gone. */
export function actorOfPerson(personId: string): string {
  return `user:${personId}`
}

function unknownInvitation(): AccountProblem {
  return new AccountProblem('unknown-invitation', 'This invitation is not there, is over, or was used.')
}
