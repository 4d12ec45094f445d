/** The public face of the accounts package. */
export { allowsChange, type Limits, NO_LIMITS, type Touched } from './access/limits.ts'
export { includesRole, type Role, roles } from './access/role.ts'
export { type Area, areas, type Deed, includesScope, type Scope, scopes } from './access/scope.ts'
export {
  claimToken,
  expireTokens,
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
export type { LetterLanguage } from './identity/letters.ts'
export { isMachineToken, makeMachineToken } from './identity/machine-token.ts'
export {
  deletePerson,
  findPeople,
  findPersonByEmail,
  isPerson,
  markVerified,
  type Person,
  type PersonRow,
  turnOffSecondFactor,
} from './identity/people.store.ts'
export { ensureSecret, readSetting, removeSetting, saveSetting } from './identity/settings.store.ts'
export {
  isTiedToProvider,
  readSingleSignOn,
  releaseTies,
  settleArrival,
} from './identity/single-sign-on.store.ts'
export {
  discoveryUrlOf,
  domainOf,
  mustSignOnSingly,
  type Newcomers,
  SINGLE_SIGN_ON,
  type SingleSignOn,
} from './identity/single-sign-on.ts'
export { type ApiKey, KEY_PREFIX } from './keys/api-keys.store.ts'
export { createApiKey, endApiKey, listApiKeys, type NewApiKey, useApiKey } from './keys/api-keys.ts'
export {
  assertLettersLeft,
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
export { type MasterKey, type Sealed, SecretUnreadable, seal, sealNamed, unseal } from './sealing.ts'
export { accountPlaces } from './secret-key/account-places.ts'
export { noteHolder, removeHolder } from './secret-key/key-holders.store.ts'
export { type KeptKeys, loadMasterKey } from './secret-key/master-key.ts'
export { type Rotation, readKeyStatus, rotateKeys } from './secret-key/rotate.ts'
export type { SealedPlace } from './secret-key/sealed-place.ts'
export { registerKey } from './secret-key/sealed-rows.store.ts'
export { getSecret, removeSecret, saveSecret } from './secrets.store.ts'
