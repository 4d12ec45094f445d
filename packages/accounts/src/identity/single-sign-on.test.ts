import { fromEnvironment } from '@plimsoll/database/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decideArrival, domainOf, mustSignOnSingly } from './single-sign-on.ts'

const DOMAINS = ['brand.example', 'other.example']
const word = fc.constantFrom(true, false, 'true', 'false', 'yes', '', 1, 0, '1', null, undefined, {}, [])
const email = fc.oneof(
  fc.constantFrom(
    ...[
      'ann@brand.example',
      'ANN@Brand.Example',
      'x@sub.brand.example',
      'x@brand.example.evil.example',
      'brand.example',
    ],
    ...[
      '@brand.example',
      'x@evil.example@brand.example',
      'x@brand.example@evil.example',
      'x@notbrand.example',
      '',
    ],
  ),
  fc.emailAddress(),
  word,
)

test('I9: the provider’s word is taken only for a verified address of a domain that was named', () => {
  fc.assert(
    fc.property(
      fc.record({ email, email_verified: word, xms_edov: word, emailVerified: word, groups: fc.array(word) }),
      fc.boolean(),
      (claims, takesNewcomers) => {
        const claim = { name: 'groups', roles: [{ value: 'true', role: 'admin' as const }] }
        const newcomers = takesNewcomers ? { organizationId: 'one', role: null, claim } : null
        const arrival = decideArrival({ issuer: 'https://id.example', domains: DOMAINS, newcomers }, claims)
        const { email_verified: said, xms_edov: owned } = claims
        const isSaid = said === true || said === 'true'
        const isOwned =
          (said === undefined || said === null) && [true, 'true', 1, '1'].includes(owned as string)
        const address = typeof claims.email === 'string' ? claims.email.trim() : ''
        const isOfDomain = /^[^@]+@(brand|other)\.example$/i.test(address)
        expect(arrival.kind === 'known').toBe(isOfDomain && (isSaid || isOwned))
        if (arrival.kind === 'refused') return
        expect(arrival.email).toBe(address.toLowerCase())
        // Nobody gets a role that no value of the claim was said to give.
        expect(arrival.role).toBe(takesNewcomers && claims.groups.includes('true') ? 'admin' : undefined)
      },
    ),
    fromEnvironment(500),
  )
})

test('of several values of the claim the highest role counts, and the usual one where none does', () => {
  const roles = [
    { value: 'a', role: 'viewer' as const },
    { value: 'b', role: 'admin' as const },
    { value: 'c', role: 'operator' as const },
  ]
  const newcomers = { organizationId: 'one', role: 'viewer' as const, claim: { name: 'g', roles } }
  const roleOf = (g: unknown) => {
    const claims = { email: 'ann@brand.example', email_verified: true, g }
    const arrival = decideArrival({ issuer: 'https://id.example', domains: DOMAINS, newcomers }, claims)
    return arrival.kind === 'known' ? arrival.role : arrival.why
  }
  expect([['c', 'b', 'a'], ['a', 'c'], 'c', 'zz', [], undefined, [{ b: 1 }]].map(roleOf)).toEqual([
    ...['admin', 'operator', 'operator', 'viewer', 'viewer', 'viewer', 'viewer'],
  ])
})

test('I9: a Google account of one’s own is not the employer’s, whatever its address', () => {
  const set = { issuer: 'https://accounts.google.com', domains: DOMAINS, newcomers: null }
  const kindOf = (hd: unknown) =>
    decideArrival(set, { email: 'ann@brand.example', email_verified: true, hd }).kind
  expect([undefined, 'evil.example', 'Brand.example', 'other.example'].map(kindOf)).toEqual([
    ...['refused', 'refused', 'known', 'known'],
  ])
})

test('the only way is so for the domains that were named, and for no part of one', () => {
  const set = { domains: DOMAINS, isOnlyWay: true }
  expect(mustSignOnSingly(set, 'Ann@Brand.example')).toBe(true)
  expect(mustSignOnSingly(set, 'ann@sub.brand.example')).toBe(false)
  expect(mustSignOnSingly(undefined, 'ann@brand.example')).toBe(false)
  expect(domainOf('no address')).toBeUndefined()
})
