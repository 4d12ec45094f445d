import type { Db } from '@plimsoll/database'
import { sql } from 'kysely'
import type { LetterLanguage } from './letters.ts'

export type Person = { personId: string; name: string; email: string; language: LetterLanguage }

export async function findPersonByEmail(db: Db, email: string): Promise<Person | undefined> {
  const found = await sql<Person>`
    select id as person_id, name, email, language from identity.person where email = ${email.toLowerCase()}`.execute(
    db,
  )
  return found.rows[0]
}

/** Whoever came by an invitation, or set the hub up, has shown by that whose address it is. */
export async function markVerified(db: Db, personId: string): Promise<void> {
  await sql`update identity.person set email_verified = true where id = ${personId}`.execute(db)
}

/** A person goes, with all ways in; what they did stays under an id that says nothing any more. */
export async function deletePerson(db: Db, personId: string): Promise<void> {
  await sql`delete from member where person_id = ${personId}`.execute(db)
  await sql`delete from identity.person where id = ${personId}`.execute(db)
}
