import type { Db, Tx } from '@plimsoll/database'
import { sql } from 'kysely'
import { AccountProblem } from '../errors.ts'
import { type MasterKey, sealNamed, unseal } from '../sealing.ts'
import type { SealedPlace } from '../secret-key/sealed-place.ts'

/** A letter in plain text; lines end with `\n`. */
export type Mail = { to: string; subject: string; text: string }

export type MailState = 'waiting' | 'sent' | 'failed'

/** A letter as it lies in the outbox. */
export type KeptMail = Mail & {
  mailId: string
  organizationId: string | null
  state: MailState
  attempts: number
  problem: string | null
  createdAt: Date
  sentAt: Date | null
}

/**
 * Puts a letter into the outbox, from where the hub sends it once this is committed.
 * @param kept.organizationId null: of the hub itself
 */
export async function putMail(
  db: Db,
  key: MasterKey,
  kept: { mailId: string; organizationId: string | null; mail: Mail; at: Date },
): Promise<void> {
  const { mailId, organizationId, mail, at } = kept
  const { keyName, sealed } = sealNamed(key, mail, boundTo(mailId))
  await sql`
    insert into identity.mail (mail_id, organization_id, key_name, sealed, state, next_attempt_at, created_at)
    values (${mailId}, ${organizationId}, ${keyName}, ${sealed}, 'waiting', ${at}, ${at})`.execute(db)
}

/** Whoever has an organization makes the hub write to any address: so many letters in an hour are more than one needs. */
const LETTERS_PER_HOUR_MAX = 60
const HOUR_MS = 3_600_000

/**
 * Before somebody of an organization has one more letter sent. Held until the transaction ends: nobody is faster meanwhile.
 * @throws AccountProblem `too-many-letters`
 */
export async function assertLettersLeft(tx: Tx, organizationId: string, at: Date): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtext('plimsoll letters'), hashtext(${organizationId}))`.execute(
    tx,
  )
  const since = new Date(at.getTime() - HOUR_MS)
  const found = await sql<{ letters: number }>`
    select count(*)::int as letters from identity.mail
    where organization_id = ${organizationId} and created_at > ${since}`.execute(tx)
  if ((found.rows[0]?.letters ?? 0) < LETTERS_PER_HOUR_MAX) return
  const message = `${LETTERS_PER_HOUR_MAX} letters of this organization were sent within an hour.`
  throw new AccountProblem('too-many-letters', message)
}

/**
 * Letters of one organization, or of the hub itself (null), newest first.
 * @throws SecretUnreadable with another key
 */
export async function readOutbox(
  db: Db,
  key: MasterKey,
  page: { organizationId: string | null; limit: number },
): Promise<KeptMail[]> {
  const found = await sql<Omit<KeptMail, keyof Mail> & { sealed: Buffer }>`
    select mail_id, organization_id, sealed, state, attempts, problem, created_at, sent_at from identity.mail
    where organization_id is not distinct from ${page.organizationId}
    order by created_at desc, mail_id desc
    limit ${page.limit}`.execute(db)
  return found.rows.map(({ sealed, ...row }) => ({ ...row, ...openMail(key, row.mailId, sealed) }))
}

/** Letters of everybody, the newest so many, oldest first: for whoever has the machine. */
export async function readAllMail(db: Db, key: MasterKey, page: { newest: number }): Promise<KeptMail[]> {
  const found = await sql<Omit<KeptMail, keyof Mail> & { sealed: Buffer }>`
    select * from (
      select mail_id, organization_id, sealed, state, attempts, problem, created_at, sent_at from identity.mail
      order by created_at desc, mail_id desc
      limit ${page.newest}
    ) as newest
    order by created_at, mail_id`.execute(db)
  return found.rows.map(({ sealed, ...row }) => ({ ...row, ...openMail(key, row.mailId, sealed) }))
}

/** @throws SecretUnreadable with another key */
export function openMail(key: MasterKey, mailId: string, sealed: Buffer): Mail {
  // Sealed by `putMail` alone.
  return unseal(key, sealed, boundTo(mailId)) as Mail
}

export const sealedMail: SealedPlace = {
  table: 'identity.mail',
  key: ['mailId'],
  boundTo: ({ mailId }: { mailId: string }) => boundTo(mailId),
}

function boundTo(mailId: string): string {
  return `mail/${mailId}`
}
