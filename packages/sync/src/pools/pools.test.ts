import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decidePools, type OwnLocation, type PlatformPlace, type PoolChange } from './pools.ts'

const place = (externalId: string, changes: Partial<PlatformPlace> = {}): PlatformPlace => ({
  externalId,
  name: externalId.toUpperCase(),
  active: true,
  countedByPlatform: false,
  locationIds: [],
  isEmptied: false,
  ...changes,
})
const own = (code: string, changes: Partial<OwnLocation> = {}): OwnLocation => ({
  locationId: `id-${code}`,
  code,
  isArchived: false,
  isTransit: false,
  standsFor: null,
  ...changes,
})
const PLACES = [
  place('berlin', { locationIds: ['id-MAIN'] }),
  place('hamburg'),
  place('closed', { active: false }),
  place('fba', { countedByPlatform: true }),
]
const OURS = [
  own('MAIN'),
  own('HAM'),
  own('OLD', { isArchived: true }),
  own('ROAD', { isTransit: true }),
  own('AMZ', { standsFor: '"FBA" of Amazon' }),
]

const refusals: [string, PoolChange[], string, string][] = [
  [
    'a location that the platform does not have',
    [{ externalId: 'munich', locations: [] }],
    'unknown-location',
    'locations.0.externalId',
  ],
  [
    'the same named twice',
    [
      { externalId: 'berlin', locations: [] },
      { externalId: 'berlin', locations: ['HAM'] },
    ],
    'wrong-state',
    'locations.1.externalId',
  ],
  [
    'one that the platform counts',
    [{ externalId: 'fba', locations: ['HAM'] }],
    'wrong-state',
    'locations.0.externalId',
  ],
  [
    'one that is not active',
    [{ externalId: 'closed', locations: ['HAM'] }],
    'wrong-state',
    'locations.0.externalId',
  ],
  [
    'a location that is not ours',
    [{ externalId: 'hamburg', locations: ['NONE'] }],
    'unknown-location',
    'locations.0.locations',
  ],
  [
    'an archived one',
    [{ externalId: 'hamburg', locations: ['OLD'] }],
    'wrong-state',
    'locations.0.locations',
  ],
  [
    'goods on their way',
    [{ externalId: 'hamburg', locations: ['ROAD'] }],
    'wrong-state',
    'locations.0.locations',
  ],
  [
    'one that stands for what a platform counts',
    [{ externalId: 'hamburg', locations: ['AMZ'] }],
    'wrong-state',
    'locations.0.locations',
  ],
  [
    'I5: one behind two of the platform',
    [{ externalId: 'hamburg', locations: ['MAIN'] }],
    'doubled-location',
    'locations',
  ],
]

test.each(refusals)('refused: %s', (_, changes, code, field) => {
  expect(decidePools(PLACES, OURS, changes)).toMatchObject({ kind: 'refused', code, field })
})

test('what is not named stays; what is moved is moved in one change', () => {
  expect(
    decidePools(PLACES, OURS, [
      { externalId: 'hamburg', locations: ['MAIN'] },
      { externalId: 'berlin', locations: ['HAM', 'HAM'] },
    ]),
  ).toEqual({
    kind: 'decided',
    pool: [
      { externalId: 'berlin', locationId: 'id-HAM' },
      { externalId: 'hamburg', locationId: 'id-MAIN' },
    ],
    emptied: [],
    isChange: true,
  })
})

const empties: [string, Partial<PlatformPlace>, PoolChange['whenEmpty'], boolean][] = [
  ['what was kept goes to zero', { locationIds: ['id-MAIN'] }, undefined, true],
  ['what was kept is left, if a person says so', { locationIds: ['id-MAIN'] }, 'leave', false],
  ['what was left stays left', {}, undefined, false],
  ['what was left goes to zero, if a person says so', {}, 'zero', true],
  ['what is at zero stays there', { isEmptied: true }, undefined, true],
  ['what is at zero is left, if a person says so', { isEmptied: true }, 'leave', false],
]
test.each(empties)('with nothing behind it: %s', (_, was, whenEmpty, isEmptied) => {
  expect(
    decidePools([place('here', was)], OURS, [{ externalId: 'here', locations: [], whenEmpty }]),
  ).toMatchObject({ pool: [], emptied: isEmptied ? ['here'] : [] })
})

test('I5: whatever is said in whatever order, each of our locations stands behind one of the platform at most', () => {
  const ids = ['berlin', 'hamburg', 'closed', 'fba', 'munich']
  const change = fc.record({
    externalId: fc.constantFrom(...ids),
    locations: fc.array(fc.constantFrom('MAIN', 'HAM', 'OLD', 'ROAD', 'AMZ', 'NONE'), { maxLength: 3 }),
    whenEmpty: fc.option(fc.constantFrom('zero' as const, 'leave' as const), { nil: undefined }),
  })
  fc.assert(
    fc.property(fc.array(fc.array(change, { maxLength: 3 }), { maxLength: 8 }), (steps) => {
      let places = PLACES
      for (const changes of steps) {
        const decided = decidePools(places, OURS, changes)
        if (decided.kind === 'refused') continue
        const ids = decided.pool.map(({ locationId }) => locationId)
        expect(new Set(ids).size).toBe(ids.length)
        // Nothing is both sold from and kept at zero; what the platform counts is neither.
        for (const { externalId } of decided.pool)
          expect([...decided.emptied, 'fba']).not.toContain(externalId)
        expect(ids.every((id) => ['id-MAIN', 'id-HAM'].includes(id))).toBe(true)
        places = places.map((each) => ({
          ...each,
          locationIds: decided.pool.flatMap(({ externalId, locationId }) =>
            externalId === each.externalId ? [locationId] : [],
          ),
          isEmptied: decided.emptied.includes(each.externalId),
        }))
      }
    }),
  )
})
