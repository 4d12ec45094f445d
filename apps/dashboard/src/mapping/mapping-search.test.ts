import { expect, test } from 'vitest'
import { addUpCounts, readMappingSearch, toMappingQuery, waitingOf } from './mapping-search.ts'

test('an address is read as far as it says something, and asked for as the hub knows it', () => {
  const search = readMappingSearch({
    view: 'tied',
    confidence: 'certain',
    q: 4711,
    connection: 'c',
    other: 1,
  })
  expect(search).toEqual({ view: 'tied', confidence: 'certain', q: '4711', connection: 'c' })
  // How sure a suggestion is is asked of what waits alone.
  expect(toMappingQuery(search)).toEqual({ state: 'tied', connection: 'c', search: '4711' })
  expect(readMappingSearch({ view: 'waiting', confidence: 'x', q: '' })).toEqual({})
  expect(toMappingQuery({ confidence: 'none' })).toEqual({ state: 'waiting', confidence: 'none' })
})

test('counts are those of one connection, or of all together', () => {
  const of = (connectionId: string, certain: number) => ({
    ...{ connectionId, certain, likely: 1, possible: 0, none: 2, new: 0, ignored: 5, tied: 9 },
  })
  const counts = [of('a', 3), of('b', 4)]
  expect(waitingOf(addUpCounts(counts, undefined))).toBe(13)
  expect(addUpCounts(counts, 'b')).toMatchObject({ certain: 4, ignored: 5 })
})
