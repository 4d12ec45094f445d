import { inTransaction } from '@plimsoll/database'
import type { Scope } from '../access/scope.ts'
import { audit } from '../audit/audit.ts'
import type { OrganizationContext } from '../context.ts'
import { AccountProblem } from '../errors.ts'
import { decideMemberChange, type Granter, type MemberRefusal, type MemberWish } from './member-change.ts'
import { deleteMember, findMembers, lockMembers, type Member, updateMember } from './members.store.ts'

/** Who acts, as the audit log names them, and what they may; `key`: by which they act, undefined for people. */
export type Acting = Granter & {
  actor: string
  key: { scopes: readonly Scope[]; expiresAt: Date | null } | undefined
}

/**
 * Who is a member is for people to say: whoever found a key that could would come in by themselves, and stay once it is
 * revoked.
 * @throws AccountProblem `not-allowed`
 */
export function assertPerson({ key }: Acting): void {
  if (key === undefined) return
  throw new AccountProblem(
    'not-allowed',
    'Members are invited, changed and removed by people, and by no key.',
  )
}

export async function listMembers({ database, organizationId }: OrganizationContext): Promise<Member[]> {
  return await findMembers(database.kysely, organizationId)
}

/**
 * Gives a member another role or other limits, or takes them out.
 * @throws AccountProblem `not-allowed`, `unknown-member`, `role-too-high`, `last-owner`
 */
export async function changeMember(
  context: OrganizationContext,
  by: Acting,
  personId: string,
  wish: MemberWish,
): Promise<void> {
  assertPerson(by)
  const { organizationId } = context
  await inTransaction(context.database, async (tx) => {
    const members = await lockMembers(tx, organizationId)
    const refusal = decideMemberChange(members, by, personId, wish)
    if (refusal !== undefined) throw new AccountProblem(refusal, said[refusal])
    if (wish === 'gone') await deleteMember(tx, organizationId, personId)
    else await updateMember(tx, organizationId, { personId, ...wish })
    const action = wish === 'gone' ? 'removeMember' : 'changeMember'
    const detail = wish === 'gone' ? null : { ...wish }
    await audit(tx, context, { actor: by.actor, action, subject: personId, detail })
  })
}

const said: Record<MemberRefusal, string> = {
  'unknown-member': 'There is no such member.',
  'role-too-high': 'You may not give or take away more than you have yourself.',
  'last-owner': 'The organization would be left without an owner.',
}
