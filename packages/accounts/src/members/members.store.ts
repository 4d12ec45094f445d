import type { Db } from '@plimsoll/database'
import { sql } from 'kysely'
import type { Limits } from '../access/limits.ts'
import type { Role } from '../access/role.ts'
import { isPerson } from '../identity/people.store.ts'

/** A person's place in an organization. */
export type Membership = { personId: string; role: Role; limits: Limits }

/** As its organization sees it. */
export type Member = Membership & {
  name: string
  email: string
  twoFactor: boolean
  addedBy: string
  createdAt: Date
}

/** As the person sees it. */
export type OwnMembership = Membership & {
  organizationId: string
  organizationName: string
  /** Made to be tried, and wiped. */
  isSample: boolean
}

/**
 * Where somebody is a member already, that stays as it is.
 * @returns whether they were not
 * @throws where there is no such person: an owner who is nobody would count as one
 */
export async function insertMember(
  db: Db,
  organizationId: string,
  member: Membership & { addedBy: string; at: Date },
): Promise<boolean> {
  if (!(await isPerson(db, member.personId))) throw new Error('nobody has the id of this member')
  const made = await sql`
    insert into member (organization_id, person_id, role, limits, added_by, created_at)
    values (${organizationId}, ${member.personId}, ${member.role}, ${toStored(member.limits)}, ${member.addedBy}, ${member.at})
    on conflict do nothing
    returning person_id`.execute(db)
  return made.rows.length > 0
}

/** Everything that one person is a member of, by name. */
export async function findMemberships(db: Db, personId: string): Promise<OwnMembership[]> {
  const found = await sql<Stored & Omit<OwnMembership, keyof Membership>>`
    select organization_id, organization.name as organization_name, kind = 'sample' as is_sample, person_id, role, limits
    from member join organization using (organization_id)
    where person_id = ${personId} and deleting_at is null
    order by organization.name, organization_id`.execute(db)
  return found.rows.map((row) => ({ ...row, limits: fromStored(row.limits) }))
}

/** Members with their names, by name. */
export async function findMembers(db: Db, organizationId: string): Promise<Member[]> {
  const found = await sql<Stored & Omit<Member, 'limits'>>`
    select person_id, role, limits, added_by, member.created_at, person.name, person.email,
      two_factor_enabled as two_factor
    from member join identity.person on person.id = person_id
    where organization_id = ${organizationId}
    order by person.name, person_id`.execute(db)
  return found.rows.map((row) => ({ ...row, limits: fromStored(row.limits) }))
}

/** All of them locked, in one order: who may be taken away depends on who else is there. */
export async function lockMembers(db: Db, organizationId: string): Promise<Membership[]> {
  const found = await sql<Stored>`
    select person_id, role, limits from member where organization_id = ${organizationId}
    order by person_id for update`.execute(db)
  return found.rows.map((row) => ({ ...row, limits: fromStored(row.limits) }))
}

export async function updateMember(
  db: Db,
  organizationId: string,
  { personId, role, limits }: Membership,
): Promise<void> {
  await sql`
    update member set role = ${role}, limits = ${toStored(limits)}
    where organization_id = ${organizationId} and person_id = ${personId}`.execute(db)
}

export async function deleteMember(db: Db, organizationId: string, personId: string): Promise<void> {
  await sql`
    delete from member where organization_id = ${organizationId} and person_id = ${personId}`.execute(db)
}

/** Whether anybody owns anything on this hub: until then it serves its machine alone. */
export async function hasOwner(db: Db): Promise<boolean> {
  const found = await sql`select from member where role = 'owner' limit 1`.execute(db)
  return found.rows.length > 0
}

type Stored = { personId: string; role: Role; limits: Limits | null }

/** Null: no limit at all, as most rows are. */
export function toStored(limits: Limits): string | null {
  return limits.connections === null && limits.locations === null ? null : JSON.stringify(limits)
}

export function fromStored(stored: Limits | null): Limits {
  return { connections: stored?.connections ?? null, locations: stored?.locations ?? null }
}
