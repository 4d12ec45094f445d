import fc from 'fast-check'
import { expect, test } from 'vitest'
import { NOTHING_SET, type PolicyRow } from '../policies/policy.ts'
import { DEFAULT_GUARD } from '../safety/stampede.ts'
import { decideBulkPolicy, decideBulkUndo, type LevelsOfConnection, railsOf } from './bulk-change.ts'

const some = fc.option(fc.nat(3), { nil: null })
const anyPolicy: fc.Arbitrary<PolicyRow> = fc
  .record({ bufferUnits: some, cap: some, paused: fc.option(fc.boolean(), { nil: null }) })
  .map((set) => ({ ...NOTHING_SET, ...set }))
const anyChange = fc.record(
  { bufferUnits: some, cap: some, paused: fc.option(fc.boolean(), { nil: null }) },
  { requiredKeys: [] },
)
const stored = (policy: PolicyRow | null) => policy ?? undefined
const becomes = (
  before: PolicyRow,
  decided: ReturnType<typeof decideBulkPolicy> | { kind: 'kept' },
): PolicyRow =>
  decided.kind === 'saved' ? decided.policy : decided.kind === 'deleted' ? NOTHING_SET : before

test('an undo puts back what the change touched and nothing else, unless somebody touched that since', () => {
  fc.assert(
    fc.property(anyPolicy, anyChange, anyChange, (before, change, since) => {
      const after = becomes(before, decideBulkPolicy('item', stored(before), change))
      const now = becomes(after, decideBulkPolicy('item', stored(after), since))
      const touched = (Object.keys(NOTHING_SET) as (keyof PolicyRow)[]).filter(
        (name) => before[name] !== after[name],
      )
      const isAsLeft = touched.every((name) => now[name] === after[name])
      const decided = decideBulkUndo('item', stored(now), { before, after })
      if (!isAsLeft) {
        expect(decided).toEqual({ kind: 'kept' })
        return
      }
      const put = Object.fromEntries(touched.map((name) => [name, before[name]]))
      expect(becomes(now, decided)).toEqual({ ...now, ...put })
    }),
  )
})

const shop = (part: Partial<LevelsOfConnection>): LevelsOfConnection => ({
  connectionId: 'one',
  name: 'Harbour',
  isLive: true,
  shown: 100,
  written: 100,
  changes: [],
  guard: DEFAULT_GUARD,
  ...part,
})
const zeros = (count: number) => Array.from({ length: count }, () => ({ before: 5, after: 0 }))
const raises = (count: number, after: number) => Array.from({ length: count }, () => ({ before: 5, after }))

test.each([
  ['few zeros', shop({ changes: zeros(9) }), []],
  ['a tenth and no more', shop({ changes: zeros(10) }), []],
  ['more than a tenth', shop({ changes: zeros(11) }), [{ kind: 'zero', listings: 11, of: 100 }]],
  ['a connection that writes nothing', shop({ isLive: false, changes: zeros(90) }), []],
  ['what showed nothing before', shop({ changes: zeros(50).map(() => ({ before: 0, after: 0 })) }), []],
  ['raises by less than ten times', shop({ changes: raises(90, 50) }), []],
  ['raises by more', shop({ changes: raises(31, 51) }), [{ kind: 'raise', listings: 31, of: 100 }]],
])('rails: %s', (_, connection, rails) => {
  expect(railsOf([connection])).toEqual(
    rails.map((rail) => ({ connectionId: 'one', connectionName: 'Harbour', ...rail })),
  )
})
