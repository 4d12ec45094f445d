import { includesLimits, type Limits } from '../access/limits.ts'
import { includesRole, type Role } from '../access/role.ts'
import type { Membership } from './members.store.ts'

/** Who changes something about members or keys. */
export type Granter = { personId: string | undefined; role: Role; limits: Limits }

/** What is to become of a member: another role or other limits, or `gone`. */
export type MemberWish = { role: Role; limits: Limits } | 'gone'

export type MemberRefusal = 'unknown-member' | 'role-too-high' | 'last-owner'

/**
 * Whether somebody may change a member. Nobody gives or takes away more than they have themselves; anybody may leave; one
 * owner without limits remains.
 */
export function decideMemberChange(
  members: readonly Membership[],
  by: Granter,
  personId: string,
  wish: MemberWish,
): MemberRefusal | undefined {
  const member = members.find((each) => each.personId === personId)
  if (member === undefined) return 'unknown-member'
  const isOwnLeave = wish === 'gone' && by.personId === personId
  if (!isOwnLeave) {
    if (!mayGive(by, member)) return 'role-too-high'
    if (wish !== 'gone' && !mayGive(by, wish)) return 'role-too-high'
  }
  const others = members.filter((each) => each.personId !== personId)
  const after = wish === 'gone' ? others : [...others, { personId, ...wish }]
  return after.some(isFullOwner) ? undefined : 'last-owner'
}

/** Whether somebody may give (or take away) a role with these limits. */
export function mayGive(by: Granter, given: { role: Role; limits: Limits }): boolean {
  return includesRole(by.role, given.role) && includesLimits(by.limits, given.limits)
}

function isFullOwner({ role, limits }: Membership): boolean {
  return role === 'owner' && limits.connections === null && limits.locations === null
}
