/** The public face of EDI: syntax, sets, profiles, and the exchange with one partner over folders. */
export * from './documents.ts'
export type { EdiParty, EdiSet, Group, Interchange, Separators } from './interchange.ts'
export * from './problems.ts'
export { mirrored, type PartnerProfile, type PartnerProfileInput, partnerProfile } from './profile.ts'
export * from './read.ts'
export { fromReference, toReference } from './reference.ts'
export * from './write.ts'
