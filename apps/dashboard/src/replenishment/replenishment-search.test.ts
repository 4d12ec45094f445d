import { expect, test } from 'vitest'
import { coverShare, readReplenishmentSearch, toQuery } from './replenishment-search.ts'
import { readSetting } from './setting-value.ts'

test('an address that was typed wrong asks for everything, one of digits for what it says', () => {
  expect(readReplenishmentSearch({ urgency: 'panic', sort: 'colour', suggested: 'yes' })).toEqual({})
  expect(
    readReplenishmentSearch({ q: 4711, location: 12, urgency: 'late', sort: 'cover', down: true }),
  ).toEqual({
    q: '4711',
    location: '12',
    urgency: 'late',
    sort: 'cover',
    down: true,
  })
})

test('what the address says is asked of the hub', () => {
  expect(toQuery({ q: 'MUG', suggested: true, sort: 'cover', down: true })).toEqual({
    limit: 100,
    search: 'MUG',
    suggested: 'true',
    sort: 'cover',
    direction: 'down',
  })
  expect(toQuery({})).toEqual({ limit: 100 })
})

test('a bar of cover is half full where the lead time ends, and never more than full', () => {
  expect(coverShare(45, 45)).toBe(0.5)
  expect(coverShare(0, 45)).toBe(0)
  expect(coverShare(900, 45)).toBe(1)
  expect(coverShare(3, 0)).toBe(1)
})

test('what was typed is a number where it is one, and nothing where it is empty', () => {
  expect(readSetting('packUnits', ' 24 ')).toBe(24)
  expect(readSetting('packUnits', '')).toBeNull()
  expect(readSetting('packUnits', 'many')).toBe('many')
  expect(readSetting('supplier', '4')).toBe('4')
  expect(readSetting('replenish', 'false')).toBe(false)
})
