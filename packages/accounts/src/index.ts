/** The public face of the accounts package. */
export { loadMasterKey } from './master-key.ts'
export { ensureFirstOrganization, type Organization } from './organizations.store.ts'
export { type MasterKey, SecretUnreadable, seal, unseal } from './sealing.ts'
export { getSecret, removeSecret, saveSecret } from './secrets.store.ts'
