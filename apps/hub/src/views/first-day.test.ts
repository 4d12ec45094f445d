import { fromEnvironment } from '@plimsoll/database/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type ConnectionOnTheWay, decideFirstDay } from './first-day.ts'

const fresh: ConnectionOnTheWay = {
  ...{ connectionId: 'a', state: 'draft', places: 0, tiedPlaces: 0 },
  ...{ listings: 0, unmatched: 0, levels: 0, previews: 0 },
}
const doneOf = (locations: number, ...connections: ConnectionOnTheWay[]) =>
  decideFirstDay({ locations, connections })
    .steps.filter(({ isDone }) => isDone)
    .map(({ step }) => step)

test('each step is done by what there is, in whatever order it was taken', () => {
  expect(doneOf(0)).toEqual([])
  expect(doneOf(1)).toEqual(['location'])
  expect(doneOf(0, fresh)).toEqual(['connect'])
  const imported = { ...fresh, state: 'shadow' as const, places: 1, tiedPlaces: 1, listings: 1, unmatched: 1 }
  expect(doneOf(1, imported)).toEqual(['location', 'connect', 'map-locations', 'import'])
  expect(doneOf(1, { ...imported, unmatched: 0 })).toContain('match')
  // Without a single listing nothing waits to be matched, and yet nothing is matched.
  expect(doneOf(1, { ...fresh, state: 'shadow' })).not.toContain('match')
  const live = { ...imported, state: 'live' as const, unmatched: 0, levels: 1 }
  expect(decideFirstDay({ locations: 1, connections: [live] })).toMatchObject({ isLive: true })
  expect(doneOf(1, live)).toHaveLength(8)
})

test('the day is over with the first live channel alone, and the furthest connection is followed', () => {
  const connection = fc.record({
    connectionId: fc.uuid(),
    state: fc.constantFrom('draft' as const, 'shadow' as const, 'live' as const, 'paused' as const),
    ...{ places: fc.nat(2), tiedPlaces: fc.nat(2), listings: fc.nat(1) },
    ...{ unmatched: fc.nat(1), levels: fc.nat(1), previews: fc.nat(1) },
  })
  fc.assert(
    fc.property(fc.nat(2), fc.array(connection, { maxLength: 4 }), (locations, connections) => {
      const { isLive, steps } = decideFirstDay({ locations, connections })
      expect(isLive).toBe(connections.some(({ state }) => state === 'live'))
      const done = steps.filter(({ isDone }) => isDone).length
      for (const each of connections) {
        const alone = decideFirstDay({ locations, connections: [each] })
        expect(alone.steps.filter(({ isDone }) => isDone).length).toBeLessThanOrEqual(done)
      }
      const followed = new Set(steps.flatMap(({ connectionId }) => connectionId ?? []))
      expect(followed.size).toBe(connections.length === 0 ? 0 : 1)
    }),
    fromEnvironment(200),
  )
})
