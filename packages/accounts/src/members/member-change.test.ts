import fc from 'fast-check'
import { expect, test } from 'vitest'
import { allowsChange, includesLimits, type Limits, type Touched } from '../access/limits.ts'
import { includesRole, roles } from '../access/role.ts'
import { decideMemberChange, type MemberWish, mayGive } from './member-change.ts'
import type { Membership } from './members.store.ts'

const list = (names: string[]) => fc.option(fc.subarray(names), { nil: null })
const limits: fc.Arbitrary<Limits> = fc.record({
  connections: fc.oneof({ weight: 2, arbitrary: fc.constant(null) }, list(['c1', 'c2'])),
  locations: fc.oneof({ weight: 2, arbitrary: fc.constant(null) }, list(['MAIN', 'EU'])),
})
const given = fc.record({ role: fc.constantFrom(...roles), limits })
const members = fc
  .array(given, { minLength: 1, maxLength: 4 })
  .map((all) => all.map((each, nth): Membership => ({ personId: `p${nth}`, ...each })))

test('whoever changes a member gains nothing by it: no chain of changes gives anybody more than the strongest had', () => {
  fc.assert(
    fc.property(
      members,
      fc.array(
        fc.record({ by: fc.nat(3), whom: fc.nat(3), wish: fc.option(given, { nil: 'gone' as const }) }),
      ),
      (start, changes) => {
        let now = [...start]
        const hadOwner = now.some(isFullOwner)
        for (const { by, whom, wish } of changes) {
          const actor = now[by % now.length]
          const subject = `p${whom}`
          if (actor === undefined) continue
          const refusal = decideMemberChange(now, actor, subject, wish as MemberWish)
          if (refusal !== undefined) continue
          const rest = now.filter(({ personId }) => personId !== subject)
          now = wish === 'gone' ? rest : [...rest, { personId: subject, ...wish }]
          // What was given somebody had who gave it.
          if (wish !== 'gone') expect(mayGive(actor, wish)).toBe(true)
        }
        for (const member of now) {
          expect(start.some((each) => mayGive({ ...each }, member))).toBe(true)
        }
        if (hadOwner) expect(now.some(isFullOwner)).toBe(true)
      },
    ),
    { numRuns: 500 },
  )
})

test('limits: whatever somebody may change, whoever includes them may change too; what is not said is refused', () => {
  const touched: fc.Arbitrary<Touched> = fc.record({
    connections: fc.constantFrom(undefined, 'any' as const, ['c1'], ['c1', 'c2']),
    locations: fc.constantFrom(undefined, 'any' as const, ['MAIN'], ['MAIN', 'EU']),
  })
  fc.assert(
    fc.property(limits, limits, fc.option(touched, { nil: undefined }), (wide, narrow, change) => {
      const isLimited = narrow.connections !== null || narrow.locations !== null
      if (includesLimits(wide, narrow) && allowsChange(narrow, change))
        expect(allowsChange(wide, change)).toBe(true)
      if (isLimited && change === undefined) expect(allowsChange(narrow, change)).toBe(false)
      if (narrow.locations !== null && change?.locations === 'any')
        expect(allowsChange(narrow, change)).toBe(false)
    }),
    { numRuns: 500 },
  )
  expect(allowsChange({ connections: null, locations: ['MAIN'] }, { locations: ['MAIN'] })).toBe(true)
  expect(allowsChange({ connections: null, locations: ['MAIN'] }, { locations: ['MAIN', 'EU'] })).toBe(false)
  expect(allowsChange({ connections: ['c1'], locations: null }, {})).toBe(false)
})

test('anybody may leave but the last owner, and an admin does nothing to an owner', () => {
  const free = { connections: null, locations: null }
  const owner = { personId: 'o', role: 'owner' as const, limits: free }
  const admin = { personId: 'a', role: 'admin' as const, limits: free }
  const viewer = { personId: 'v', role: 'viewer' as const, limits: { connections: [], locations: [] } }
  expect(decideMemberChange([owner, viewer], viewer, 'v', 'gone')).toBeUndefined()
  expect(decideMemberChange([owner, admin], owner, 'o', 'gone')).toBe('last-owner')
  expect(decideMemberChange([owner, admin], admin, 'o', 'gone')).toBe('role-too-high')
  expect(decideMemberChange([owner, admin], admin, 'a', { role: 'owner', limits: free })).toBe(
    'role-too-high',
  )
  expect(decideMemberChange([owner], owner, 'x', 'gone')).toBe('unknown-member')
  expect(includesRole('admin', 'operator')).toBe(true)
})

function isFullOwner({ role, limits: { connections, locations } }: Membership): boolean {
  return role === 'owner' && connections === null && locations === null
}
