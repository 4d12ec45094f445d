import { type Database, type Db, inTransaction } from '@plimsoll/database'
import { sql } from 'kysely'
import type { Role } from '../access/role.ts'
import type { LetterLanguage } from './letters.ts'

export type Person = { personId: string; name: string; email: string; language: LetterLanguage }

export async function findPersonByEmail(db: Db, email: string): Promise<Person | undefined> {
  const found = await sql<Person>`
    select id as person_id, name, email, language from identity.person where email = ${email.toLowerCase()}`.execute(
    db,
  )
  return found.rows[0]
}

/** Whether there is somebody with this id: the library of sign-in answers ids of people whom it did not make, too. */
export async function isPerson(db: Db, personId: string): Promise<boolean> {
  const found = await sql`select from identity.person where id = ${personId}`.execute(db)
  return found.rows.length > 0
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

/** A person, for whoever runs the hub. */
export type PersonRow = {
  personId: string
  name: string
  email: string
  twoFactor: boolean
  memberships: { organization: string; role: Role }[]
}

/** Everybody who has an account here, by address. */
export async function findPeople(db: Db): Promise<PersonRow[]> {
  const found = await sql<PersonRow>`
    select id as person_id, person.name, email, two_factor_enabled as two_factor,
      coalesce((
        select jsonb_agg(jsonb_build_object('organization', organization.name, 'role', role) order by organization.name)
        from member join organization using (organization_id) where person_id = id
      ), '[]') as memberships
    from identity.person as person
    order by email`.execute(db)
  return found.rows
}

/** Somebody has lost theirs: whoever runs the hub lets them in by password alone. */
export async function turnOffSecondFactor(database: Database, email: string): Promise<void> {
  await inTransaction(database, async (tx) => {
    await sql`
      delete from identity.two_factor
      where user_id in (select id from identity.person where email = ${email.toLowerCase()})`.execute(tx)
    await sql`
      update identity.person set two_factor_enabled = false where email = ${email.toLowerCase()}`.execute(tx)
  })
}
