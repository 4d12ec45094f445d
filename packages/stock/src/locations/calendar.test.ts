import { fromEnvironment } from '@plimsoll/database/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { dayAt, isCountry, isDay, isTimeZone, nextWorkingDay } from './calendar.ts'

const week = { openingDays: [1, 2, 3, 4, 5], holidays: ['2026-05-01', '2026-05-04'] }

test.each([
  ['2026-04-30', '2026-04-30', 'a Thursday'],
  ['2026-05-01', '2026-05-05', 'a holiday, a weekend and another holiday'],
  ['2026-05-03', '2026-05-05', 'a Sunday before a holiday'],
  ['2026-12-31', '2026-12-31', 'the end of a year'],
])('from %s the next working day is %s: %s', (day, expected) => {
  expect(nextWorkingDay(day, week)).toBe(expected)
})

test('Sunday is day 7, and who never opens has no working day', () => {
  expect(nextWorkingDay('2026-05-01', { openingDays: [7], holidays: [] })).toBe('2026-05-03')
  expect(nextWorkingDay('2026-05-01', { openingDays: [], holidays: [] })).toBeUndefined()
})

test('no open day lies between a day and its next working day', () => {
  const days = fc
    .integer({ min: 0, max: 700 })
    .map((day) => new Date(Date.UTC(2026, 0, 1 + day)).toISOString().slice(0, 10))
  fc.assert(
    fc.property(
      days,
      fc.uniqueArray(fc.integer({ min: 1, max: 7 })),
      fc.array(days, { maxLength: 20 }),
      (day, openingDays, holidays) => {
        const calendar = { openingDays, holidays }
        const next = nextWorkingDay(day, calendar)
        if (next === undefined) return openingDays.length === 0
        // It is itself its next working day, and none of the days before is one.
        let isFirst = nextWorkingDay(next, calendar) === next
        for (
          let each = day;
          each < next;
          each = new Date(Date.parse(each) + 86_400_000).toISOString().slice(0, 10)
        ) {
          isFirst &&= nextWorkingDay(each, calendar) === next
        }
        return isFirst
      },
    ),
    fromEnvironment(200),
  )
})

test('the day is the one at the location', () => {
  const instant = new Date('2026-05-01T20:00:00Z')
  expect([
    dayAt(instant, 'UTC'),
    dayAt(instant, 'Asia/Shanghai'),
    dayAt(instant, 'America/Los_Angeles'),
  ]).toEqual(['2026-05-01', '2026-05-02', '2026-05-01'])
})

test.each([
  ['2026-02-28', true],
  ['2026-02-30', false],
  ['2026-2-3', false],
  ['soon', false],
])('%s is a day: %s', (text, is) => expect(isDay(text)).toBe(is))

test.each([
  ['Europe/Berlin', true],
  ['Asia/Shanghai', true],
  ['UTC', true],
  ['+08:00', false],
  ['Mars/Olympus', false],
  ['', false],
])('%s is a time zone: %s', (name, is) => expect(isTimeZone(name)).toBe(is))

test.each([
  ['DE', true],
  ['CN', true],
  ['HK', true],
  ['de', false],
  ['UK', false],
  ['ZZ', false],
  ['EU', false],
  ['XX', false],
])('%s is a country: %s', (code, is) => expect(isCountry(code)).toBe(is))
