import { fromEnvironment } from '@plimsoll/database/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decideShare } from './lease-share.ts'

const ids = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, nth) => `${prefix}${String(nth).padStart(4, '0')}`)

test.each([
  ['alone it takes all', { workers: 1, held: 0, connections: 7 }, { takeAtMost: 7, release: 0 }],
  [
    'of two the first has the odd one',
    { workers: 2, held: 0, connections: 7 },
    { takeAtMost: 4, release: 0 },
  ],
  [
    'another has come: what is too much goes',
    { workers: 2, held: 7, connections: 7 },
    { takeAtMost: 0, release: 3 },
  ],
  ['more processes than connections', { workers: 9, held: 1, connections: 1 }, { takeAtMost: 0, release: 0 }],
  ['nothing to work', { workers: 2, held: 0, connections: 0 }, { takeAtMost: 0, release: 0 }],
])('%s', (_, { workers, held, connections }, expected) => {
  const share = decideShare({ workers: ids('p', workers), me: 'p0000', connections, held: ids('c', held) })
  expect({ takeAtMost: share.takeAtMost, release: share.release.length }).toEqual(expected)
})

test('one whose row has run out neither takes nor gives', () => {
  const held = ids('c', 3)
  expect(decideShare({ workers: ids('p', 2), me: 'q', connections: 9, held })).toEqual({
    release: [],
    takeAtMost: 0,
  })
})

test('I6: whoever holds what, two rounds later all connections are worked, in shares that differ by one at the most', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 12 }),
      fc.integer({ min: 0, max: 300 }),
      fc.array(fc.nat(), { maxLength: 300 }),
      (processes, count, owners) => {
        const workers = ids('p', processes)
        const connections = ids('c', count)
        const held = new Map(workers.map((id): [string, string[]] => [id, []]))
        // Some are held by whoever, the rest by nobody.
        for (const [nth, connection] of connections.entries()) {
          const owner = owners[nth]
          if (owner !== undefined) held.get(workers[owner % processes] ?? '')?.push(connection)
        }
        for (let round = 0; round < 2; round += 1) {
          for (const me of workers) {
            const mine = held.get(me) ?? []
            const share = decideShare({ workers, me, connections: count, held: mine })
            const kept = mine.filter((id) => !share.release.includes(id))
            const worked = new Set([...held.values()].flat())
            const free = connections.filter((id) => !worked.has(id))
            held.set(me, [...kept, ...free.slice(0, share.takeAtMost)])
          }
        }
        const sizes = [...held.values()].map((each) => each.length)
        expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(count)
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1)
        expect(new Set([...held.values()].flat()).size).toBe(count)
      },
    ),
    fromEnvironment(),
  )
})
