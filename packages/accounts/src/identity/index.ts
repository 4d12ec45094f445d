/** Apart from the rest: the library behind it takes half a second to load, and only a hub that people sign in to needs it. */
export { createIdentity, type Identity, type IdentityOptions } from './identity.ts'
export { ProviderVisit } from './provider.ts'
