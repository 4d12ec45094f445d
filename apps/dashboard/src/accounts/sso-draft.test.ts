import fc from 'fast-check'
import { expect, test } from 'vitest'
import { givenRoles, toBody, toDraft } from './sso-draft.ts'

const word = fc.stringMatching(/^[a-z0-9=.-]{1,12}$/)
const role = fc.constantFrom(...givenRoles)
const setting = fc.record({
  ...{ name: word, issuer: word, clientId: word, isOnlyWay: fc.boolean() },
  domains: fc.array(word, { minLength: 1, maxLength: 4 }),
  newcomers: fc.option(
    fc.record({
      organizationId: word,
      role: fc.option(role, { nil: null }),
      claim: fc.option(
        fc.record({
          name: word,
          roles: fc.array(fc.record({ value: word, role }), { minLength: 1, maxLength: 4 }),
        }),
        { nil: null },
      ),
    }),
    { nil: null },
  ),
})

test('what is set comes out of the form as it went in, without a secret', () => {
  fc.assert(
    fc.property(setting, (set) => {
      expect(toBody(toDraft(set, 'another'))).toEqual({ body: set })
    }),
    { numRuns: 200 },
  )
})

test('a line that gives no role is named by its number', () => {
  const draft = { ...toDraft(null, 'one'), newcomers: 'claim' as const, claimName: 'groups' }
  expect(toBody({ ...draft, claimRoles: 'it = admin\n\nfloor = owner' })).toEqual({ line: 3 })
  expect(toBody({ ...draft, claimRoles: 'it' })).toEqual({ line: 1 })
})
