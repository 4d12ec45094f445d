/** The public face of the accounts package. */
export { allowsChange, type Limits, NO_LIMITS, type Touched } from './access/limits.ts'
export { includesRole, type Role, roles } from './access/role.ts'
export { type Area, areas, type Deed, includesScope, type Scope, scopes } from './access/scope.ts'
export {
  claimToken,
  failToken,
  findToken,
  type KeptToken,
  saveToken,
  type TokenPlace,
} from './access-tokens.store.ts'
export { type AuditEntry, type AuditQuery, findAuditPage } from './audit/audit.store.ts'
export { audit, type Deeds } from './audit/audit.ts'
export { type AccountContext, nowOf, type OrganizationContext } from './context.ts'
export { type AccountErrorCode, AccountProblem, accountErrors } from './errors.ts'
export { freshSecret, hashOfSecret } from './fresh-secret.ts'
export { createIdentity, type Identity, type IdentityOptions } from './identity/identity.ts'
export type { LetterLanguage } from './identity/letters.ts'
export { isMachineToken, makeMachineToken } from './identity/machine-token.ts'
export {
  deletePerson,
  findPeople,
  findPersonByEmail,
  markVerified,
  type Person,
  type PersonRow,
  turnOffSecondFactor,
} from './identity/people.store.ts'
export { ensureSecret, readSetting, removeSetting, saveSetting } from './identity/settings.store.ts'
export { type ApiKey, KEY_PREFIX } from './keys/api-keys.store.ts'
export { createApiKey, endApiKey, listApiKeys, type NewApiKey, useApiKey } from './keys/api-keys.ts'
export {
  type KeptMail,
  type Mail,
  type MailState,
  openMail,
  putMail,
  readAllMail,
  readOutbox,
} from './mail/outbox.store.ts'
export { decideNextAttempt, type MailFailure, serverPauseMs } from './mail/retry.ts'
export {
  type ClaimedMail,
  claimMail,
  findUntriedMail,
  type MailOutcome,
  purgeMail,
  settleMail,
} from './mail/sending.store.ts'
export { loadMasterKey } from './master-key.ts'
export { type Invitation, isInvited, purgeInvitations } from './members/invitations.store.ts'
export {
  acceptInvitation,
  actorOfPerson,
  invite,
  type Letterhead,
  listInvitations,
  type NewInvitation,
  readInvitation,
  withdrawInvitation,
} from './members/invitations.ts'
export type { Granter, MemberWish } from './members/member-change.ts'
export {
  findMemberships,
  hasOwner,
  insertMember,
  type Member,
  type Membership,
  type OwnMembership,
} from './members/members.store.ts'
export { type Acting, changeMember, listMembers } from './members/members.ts'
export {
  type Deletion,
  deletePiece,
  findDeletions,
  finishDeletion,
  markForDeletion,
} from './organization-deletion.store.ts'
export {
  ensureFirstOrganization,
  findOrganizationName,
  findOrganizations,
  insertOrganization,
  type Organization,
  renameOrganization,
} from './organizations.store.ts'
export { type MasterKey, SecretUnreadable, seal, sealFresh, unseal } from './sealing.ts'
export { getSecret, removeSecret, saveSecret } from './secrets.store.ts'
