import { createHash } from 'node:crypto'
import type { Db } from '@plimsoll/database'
import { sql } from 'kysely'
import type { Limits } from '../access/limits.ts'
import type { Role } from '../access/role.ts'
import { freshSecret, hashOfSecret } from '../fresh-secret.ts'
import { type MasterKey, sealNamed, unseal } from '../sealing.ts'
import type { SealedPlace } from '../secret-key/sealed-place.ts'
import { fromStored, toStored } from './members.store.ts'

/** An invitation into an organization. */
export type Invitation = {
  organizationId: string
  invitationId: string
  /** In small letters. */
  email: string
  role: Role
  limits: Limits
  invitedBy: string
  createdAt: Date
  expiresAt: Date
}

export const INVITATION_DAYS = 7
const DAY_MS = 24 * 3_600_000

/** One is open for each address: a second takes the first's place. @returns the token of its link; it is kept nowhere */
export async function insertInvitation(
  db: Db,
  key: MasterKey,
  invitation: Omit<Invitation, 'expiresAt'>,
): Promise<{ token: string }> {
  const { organizationId, invitationId, email, role, limits, invitedBy, createdAt } = invitation
  const token = freshSecret()
  const hash = hashOfEmail(organizationId, email)
  const { keyName, sealed } = sealNamed(key, email, boundTo(invitation))
  await sql`
    update invitation set state = 'withdrawn'
    where organization_id = ${organizationId} and email_hash = ${hash} and state = 'open'`.execute(db)
  await sql`
    insert into invitation (organization_id, invitation_id, key_name, sealed_email, email_hash, role, limits, token_hash,
      state, invited_by, created_at, expires_at)
    values (${organizationId}, ${invitationId}, ${keyName},
      ${sealed}, ${hash}, ${role}, ${toStored(limits)}, ${hashOfSecret(token)},
      'open', ${invitedBy}, ${createdAt}, ${new Date(createdAt.getTime() + INVITATION_DAYS * DAY_MS)})`.execute(
    db,
  )
  return { token }
}

/** Open invitations of an organization, newest first. */
export async function findInvitations(
  db: Db,
  key: MasterKey,
  organizationId: string,
  now: Date,
): Promise<Invitation[]> {
  const found = await sql<Stored>`
    select ${columns} from invitation
    where organization_id = ${organizationId} and state = 'open' and expires_at > ${now}
    order by created_at desc, invitation_id`.execute(db)
  return found.rows.map((row) => toInvitation(key, row))
}

/** The open invitation that a link is of, whichever organization it is from; locked. */
export async function lockInvitation(
  db: Db,
  key: MasterKey,
  token: string,
  now: Date,
): Promise<Invitation | undefined> {
  const found = await sql<Stored>`
    select ${columns} from invitation
    where token_hash = ${hashOfSecret(token)} and state = 'open' and expires_at > ${now}
      and not exists (
        select from organization
        where organization.organization_id = invitation.organization_id and deleting_at is not null
      )
    for update`.execute(db)
  return found.rows[0] === undefined ? undefined : toInvitation(key, found.rows[0])
}

/** @returns whether it was open */
export async function endInvitation(
  db: Db,
  { organizationId, invitationId }: Pick<Invitation, 'organizationId' | 'invitationId'>,
  state: 'accepted' | 'withdrawn',
): Promise<boolean> {
  const ended = await sql`
    update invitation set state = ${state}
    where organization_id = ${organizationId} and invitation_id = ${invitationId} and state = 'open'
    returning invitation_id`.execute(db)
  return ended.rows.length > 0
}

/** Whether any organization of this hub has invited the address. */
export async function isInvited(db: Db, email: string, now: Date): Promise<boolean> {
  const open = await sql<{ organizationId: string; emailHash: Buffer }>`
    select organization_id, email_hash from invitation where state = 'open' and expires_at > ${now}`.execute(
    db,
  )
  return open.rows.some(({ organizationId, emailHash }) =>
    emailHash.equals(hashOfEmail(organizationId, email.toLowerCase())),
  )
}

/** The open invitations of an address, of whichever organization. */
export async function findInvitationsOf(
  db: Db,
  key: MasterKey,
  email: string,
  now: Date,
): Promise<Invitation[]> {
  const open = await sql<Stored & { emailHash: Buffer }>`
    select ${columns}, email_hash from invitation where state = 'open' and expires_at > ${now}`.execute(db)
  return open.rows
    .filter(({ organizationId, emailHash }) => emailHash.equals(hashOfEmail(organizationId, email)))
    .map(({ emailHash: _, ...row }) => toInvitation(key, row))
}

/** Addresses are personal data: those of invitations that are over go. @returns how many went */
export async function purgeInvitations(db: Db, before: Date): Promise<number> {
  const gone = await sql`
    delete from invitation where expires_at < ${before} returning invitation_id`.execute(db)
  return gone.rows.length
}

type Stored = Omit<Invitation, 'email' | 'limits'> & { sealedEmail: Buffer; limits: Limits | null }

const columns = sql`organization_id, invitation_id, sealed_email, role, limits, invited_by, created_at, expires_at`

function toInvitation(key: MasterKey, { sealedEmail, ...row }: Stored): Invitation {
  // Sealed by `insertInvitation` alone.
  const email = unseal(key, sealedEmail, boundTo(row)) as string
  return { ...row, email, limits: fromStored(row.limits) }
}

export const sealedInvitations: SealedPlace = {
  table: 'invitation',
  column: 'sealed_email',
  key: ['organizationId', 'invitationId'],
  boundTo,
}

function boundTo({ organizationId, invitationId }: { organizationId: string; invitationId: string }): string {
  return `${organizationId}/invitation/${invitationId}`
}

/** Different in each organization, so that nobody who reads the table sees who is invited twice. */
function hashOfEmail(organizationId: string, email: string): Buffer {
  return createHash('sha256').update(`${organizationId}/${email}`).digest()
}
