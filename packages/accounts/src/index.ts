/** The public face of the accounts package. */
export {
  claimToken,
  failToken,
  findToken,
  type KeptToken,
  saveToken,
  type TokenPlace,
} from './access-tokens.store.ts'
export { freshSecret, hashOfSecret } from './fresh-secret.ts'
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
export { ensureFirstOrganization, type Organization } from './organizations.store.ts'
export { type MasterKey, SecretUnreadable, seal, sealFresh, unseal } from './sealing.ts'
export { getSecret, removeSecret, saveSecret } from './secrets.store.ts'
