import { seededRandom } from '@plimsoll/connector-kit/simulator'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fromEnvironment } from '../../packages/database/src/testing/index.ts'
import { countKinds, drawTroubles, TROUBLE_KINDS, type TroubleOptions } from './troubles.ts'

const options = fc.record({
  seed: fc.integer({ min: 0, max: 2 ** 31 }),
  durationMs: fc.integer({ min: 0, max: 600_000 }),
  hubs: fc.integer({ min: 1, max: 8 }),
  platforms: fc.integer({ min: 1, max: 5 }),
  links: fc.array(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 9 }),
})
const draw = ({ seed, ...rest }: Omit<TroubleOptions, 'random'> & { seed: number }) =>
  drawTroubles({ ...rest, random: seededRandom(seed) })

test('a seed draws the same troubles each time, in order, each for what is there and over by the end', () => {
  fc.assert(
    fc.property(options, (given) => {
      const troubles = draw(given)
      expect(draw(given)).toEqual(troubles)
      let beforeMs = 0
      for (const trouble of troubles) {
        expect(trouble.atMs).toBeGreaterThanOrEqual(beforeMs)
        beforeMs = trouble.atMs
        expect(trouble.atMs).toBeLessThanOrEqual(given.durationMs)
        if ('forMs' in trouble) expect(trouble.atMs + trouble.forMs).toBeLessThanOrEqual(given.durationMs + 1)
        if ('hub' in trouble) expect(trouble.hub).toBeLessThan(given.hubs)
        if ('platform' in trouble) expect(trouble.platform).toBeLessThan(given.platforms)
        if ('link' in trouble) expect(given.links).toContain(trouble.link)
      }
    }),
    fromEnvironment(),
  )
})

test('five minutes hold every kind, whatever the seed; kinds that are not asked for do not come', () => {
  const given = { durationMs: 300_000, hubs: 4, platforms: 3, links: ['a'] }
  for (let seed = 1; seed <= 50; seed += 1) {
    expect(Object.keys(countKinds(draw({ seed, ...given }))).sort()).toEqual([...TROUBLE_KINDS].sort())
    expect(countKinds(draw({ seed, ...given, kinds: ['hub-kill'] }))).toEqual({
      'hub-kill': expect.any(Number),
    })
  }
})
