import type { Db } from '@plimsoll/database'
import { sql } from 'kysely'
import type { MasterKey } from '../sealing.ts'
import { type Mail, openMail } from './outbox.store.ts'

/** A letter that one process holds: `attempt` guards its row, as a fencing number does. */
export type ClaimedMail = { mailId: string; attempt: number; createdAt: Date; mail: Mail }

/**
 * Takes the letter that has waited longest among those that are due, for as long as the hold lasts. A process that dies
 * with it lets it go by that alone: then another tries, with the same identity of the letter.
 * @throws SecretUnreadable with another key; the letter is due again after the hold
 */
export async function claimMail(
  db: Db,
  key: MasterKey,
  hold: { now: Date; until: Date },
): Promise<ClaimedMail | undefined> {
  const found = await sql<{ mailId: string; attempts: number; createdAt: Date; sealed: Buffer }>`
    update identity.mail set attempts = attempts + 1, next_attempt_at = ${hold.until}
    where mail_id = (
      select mail_id from identity.mail
      where state = 'waiting' and next_attempt_at <= ${hold.now}
      order by next_attempt_at, mail_id
      limit 1
      for update skip locked
    )
    returning mail_id, attempts, created_at, sealed`.execute(db)
  const [row] = found.rows
  if (row === undefined) return undefined
  const { mailId, attempts, createdAt, sealed } = row
  return { mailId, attempt: attempts, createdAt, mail: openMail(key, mailId, sealed) }
}

export type MailOutcome =
  | { kind: 'sent'; at: Date }
  | { kind: 'later'; problem: string; nextAttemptAt: Date }
  | { kind: 'given-up'; problem: string }

/**
 * Writes down how an attempt ended. False where another process has taken the letter meanwhile: what it finds counts, but
 * for a letter that was sent, which is sent whoever holds it.
 */
export async function settleMail(db: Db, claimed: ClaimedMail, outcome: MailOutcome): Promise<boolean> {
  const { mailId, attempt } = claimed
  if (outcome.kind === 'sent') {
    const sent = await sql`
      update identity.mail set state = 'sent', sent_at = ${outcome.at}, problem = null
      where mail_id = ${mailId} and state <> 'sent'`.execute(db)
    return sent.numAffectedRows === 1n
  }
  const state = outcome.kind === 'later' ? 'waiting' : 'failed'
  const nextAttemptAt = outcome.kind === 'later' ? outcome.nextAttemptAt : null
  const settled = await sql`
    update identity.mail set state = ${state}, problem = ${outcome.problem},
      next_attempt_at = coalesce(${nextAttemptAt}::timestamptz, next_attempt_at)
    where mail_id = ${mailId} and state = 'waiting' and attempts = ${attempt}`.execute(db)
  return settled.numAffectedRows === 1n
}

/**
 * Removes letters that were put before a moment, whatever became of them: they hold addresses, and links in them have
 * long expired.
 * @returns how many, and how many of them were never sent
 */
export async function purgeMail(db: Db, before: Date): Promise<{ removed: number; unsent: number }> {
  const removed = await sql<{ state: string }>`
    delete from identity.mail where created_at < ${before} returning state`.execute(db)
  const unsent = removed.rows.filter(({ state }) => state !== 'sent').length
  return { removed: removed.rows.length, unsent }
}

/** Letters that wait and have never been tried, the newest first. */
export async function findUntriedMail(
  db: Db,
  limit: number,
): Promise<{ mailId: string; organizationId: string | null }[]> {
  const found = await sql<{ mailId: string; organizationId: string | null }>`
    select mail_id, organization_id from identity.mail
    where state = 'waiting' and attempts = 0
    order by created_at desc, mail_id desc
    limit ${limit}`.execute(db)
  return found.rows
}
