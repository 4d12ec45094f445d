import { expect, test } from 'vitest'
import { changesOf, setWhenEmpty, toDraft, toggleLocation } from './location-draft.ts'

const row = { name: '', active: true, levels: 0, missing: 0, shows: 0, wanted: 0 }
const list = {
  rows: [
    { ...row, externalId: 'a', state: 'kept' as const, locations: ['MAIN'] },
    { ...row, externalId: 'b', state: 'left' as const, locations: [] },
    { ...row, externalId: 'c', state: 'counted' as const, locations: [] },
  ],
}

test('chosen at one, a location is taken from the other', () => {
  const before = toDraft(list)
  const draft = toggleLocation(before, 'b', 'MAIN')
  expect(changesOf(before, draft)).toEqual([
    { externalId: 'a', locations: [], whenEmpty: 'zero' },
    { externalId: 'b', locations: ['MAIN'] },
  ])
  // Chosen there again, all is as it was.
  expect(changesOf(before, toggleLocation(draft, 'a', 'MAIN'))).toEqual([])
})

test('what becomes of a location with nothing behind it is a change by itself', () => {
  const before = toDraft(list)
  expect(changesOf(before, setWhenEmpty(before, 'b', 'zero'))).toEqual([
    { externalId: 'b', locations: [], whenEmpty: 'zero' },
  ])
  // Of one that has something behind it, it says nothing.
  expect(changesOf(before, setWhenEmpty(before, 'a', 'leave'))).toEqual([])
  expect(changesOf(before, toggleLocation(toggleLocation(before, 'b', 'EAST'), 'b', 'EAST'))).toEqual([])
})

test('what the platform counts is not to be chosen', () => {
  expect([...toDraft(list).keys()]).toEqual(['a', 'b'])
})
