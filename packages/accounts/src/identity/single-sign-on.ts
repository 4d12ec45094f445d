import type { Role } from '../access/role.ts'

/** By this name the provider is known to the library; it is part of the address to which the provider sends people back. */
export const SINGLE_SIGN_ON = 'single-sign-on'

/** Nobody becomes an owner by what another system says of them. */
export type GivenRole = Exclude<Role, 'owner'>

/** A provider of OpenID Connect with which people sign in to this hub, and whom it lets in. Kept sealed as a whole. */
export type SingleSignOn = {
  /** What the button says, such as `Okta`. */
  name: string
  /** As its own discovery document says it. */
  issuer: string
  clientId: string
  clientSecret: string
  /** Of addresses, in small letters. What the provider says of others is not believed. */
  domains: readonly string[]
  /** Null: only who was invited comes in. */
  newcomers: Newcomers | null
  /** Whether people with addresses of these domains sign in in no other way: neither by password nor by passkey. */
  isOnlyWay: boolean
}

export type Newcomers = {
  organizationId: string
  /** Null: only whom the claim gives a role. */
  role: GivenRole | null
  /** What of the provider's claims gives which role; of several the highest counts. */
  claim: { name: string; roles: readonly { value: string; role: GivenRole }[] } | null
}

/** What the provider says of somebody, in a token whose signature, audience, issuer and nonce were checked. */
export type Claims = Readonly<Record<string, unknown>>

export type SingleSignOnRefusal = 'address-missing' | 'address-not-verified' | 'domain-not-allowed'

/** Whom the provider has sent: an address that it vouches for, and what they get where they are in nothing yet. */
export type Arrival =
  | { kind: 'refused'; why: SingleSignOnRefusal }
  | { kind: 'known'; email: string; name: string; role: GivenRole | undefined }

/**
 * Decides whether a provider's word about somebody is taken. It is only for addresses of the domains that an owner has named,
 * and only where the provider says that it has verified the address: anybody can write any address into a profile.
 */
export function decideArrival(
  { issuer, domains, newcomers }: Pick<SingleSignOn, 'issuer' | 'domains' | 'newcomers'>,
  claims: Claims,
): Arrival {
  const email = typeof claims.email === 'string' ? claims.email.trim().toLowerCase() : ''
  const domain = domainOf(email)
  if (domain === undefined) return { kind: 'refused', why: 'address-missing' }
  if (!domains.includes(domain)) return { kind: 'refused', why: 'domain-not-allowed' }
  if (!isVerified(claims) || !isOfWorkspace({ issuer, domains }, claims)) {
    return { kind: 'refused', why: 'address-not-verified' }
  }
  return { kind: 'known', email, name: nameOf(claims, email), role: newcomersRole(newcomers, claims) }
}

/** The part after the at-sign, in small letters. @returns undefined where it is no address */
export function domainOf(email: string): string | undefined {
  const [name, domain, ...more] = email.toLowerCase().split('@')
  return name !== '' && domain !== undefined && domain !== '' && more.length === 0 ? domain : undefined
}

/** Whether this address may sign in through the provider alone. */
export function mustSignOnSingly(
  set: Pick<SingleSignOn, 'domains' | 'isOnlyWay'> | undefined,
  email: string,
): boolean {
  const domain = domainOf(email)
  return set?.isOnlyWay === true && domain !== undefined && set.domains.includes(domain)
}

/**
 * `email_verified` (OpenID Connect Core 1.0, section 5.1) decides. Microsoft Entra ID has no such claim; there `xms_edov`
 * says that the domain of the address is verified to be the directory
 * (https://learn.microsoft.com/entra/identity-platform/optional-claims-reference).
 */
function isVerified({ email_verified: verified, xms_edov: owned }: Claims): boolean {
  if (verified !== undefined && verified !== null) return isTrue(verified)
  return isTrue(owned) || owned === 1 || owned === '1'
}

/**
 * Anybody can have a Google account of their own with an address that their employer gave them, and keeps it when they leave;
 * `hd` says that the account is the employer's (https://developers.google.com/identity/openid-connect/reference).
 */
function isOfWorkspace(
  { issuer, domains }: Pick<SingleSignOn, 'issuer' | 'domains'>,
  { hd }: Claims,
): boolean {
  return (
    issuer !== 'https://accounts.google.com' || (typeof hd === 'string' && domains.includes(hd.toLowerCase()))
  )
}

function isTrue(value: unknown): boolean {
  return value === true || value === 'true'
}

function nameOf({ name, preferred_username: handle }: Claims, email: string): string {
  const given = [name, handle].find((each) => typeof each === 'string' && each.trim() !== '')
  return String(given ?? email)
    .trim()
    .slice(0, 100)
}

const byRank: readonly GivenRole[] = ['admin', 'operator', 'viewer']

function newcomersRole(newcomers: Newcomers | null, claims: Claims): GivenRole | undefined {
  if (newcomers === null) return undefined
  const { claim, role } = newcomers
  const values = claim === null ? [] : [claims[claim.name]].flat()
  const given = claim?.roles.filter(({ value }) => values.includes(value)).map((each) => each.role) ?? []
  return byRank.find((each) => given.includes(each)) ?? role ?? undefined
}

/** OpenID Connect Discovery 1.0, section 4. */
export function discoveryUrlOf(issuer: string): string {
  return `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`
}
