import { fromEnvironment } from '@plimsoll/database/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decideDue, minuteAt } from './due.ts'

const rule = {
  timing: 'at-once',
  dailyAtMinute: 480,
  timeZone: 'UTC',
  quietFromMinute: null,
  quietUntilMinute: null,
} as const
const night = { quietFromMinute: 22 * 60, quietUntilMinute: 7 * 60 }

test.each([
  ['at once', rule, '2026-05-01T12:03:10Z', '2026-05-01T12:03:10Z'],
  ['at the full hour', { ...rule, timing: 'hourly' }, '2026-05-01T12:03:10Z', '2026-05-01T13:00:00Z'],
  ['this morning still', { ...rule, timing: 'daily' }, '2026-05-01T07:59:10Z', '2026-05-01T08:00:00Z'],
  ['tomorrow morning', { ...rule, timing: 'daily' }, '2026-05-01T08:00:01Z', '2026-05-02T08:00:00Z'],
  [
    'in Berlin, summer',
    { ...rule, timing: 'daily', timeZone: 'Europe/Berlin' },
    '2026-05-01T12:00:00Z',
    '2026-05-02T06:00:00Z',
  ],
  [
    'over the night on which clocks are set on',
    { ...rule, timing: 'daily', timeZone: 'Europe/Berlin' },
    '2026-03-28T12:00:00Z',
    '2026-03-29T06:00:00Z',
  ],
  [
    'in India, half an hour off',
    { ...rule, timing: 'daily', timeZone: 'Asia/Kolkata' },
    '2026-05-01T12:00:00Z',
    '2026-05-02T02:30:00Z',
  ],
  ['by day, quiet at night', { ...rule, ...night }, '2026-05-01T21:59:59Z', '2026-05-01T21:59:59Z'],
  ['in the evening', { ...rule, ...night }, '2026-05-01T22:00:00Z', '2026-05-02T07:00:00Z'],
  ['after midnight', { ...rule, ...night }, '2026-05-01T03:00:00Z', '2026-05-01T07:00:00Z'],
  ['as the quiet ends', { ...rule, ...night }, '2026-05-01T07:00:00Z', '2026-05-01T07:00:00Z'],
] as const)('what happens is told %s', (_, each, now, due) => {
  expect(decideDue(each, new Date(now))).toEqual(new Date(due))
})

test('whatever the rule, nothing is told before now, later than in two days, or in its quiet hours', () => {
  const minute = fc.integer({ min: 0, max: 1_439 })
  fc.assert(
    fc.property(
      fc.constantFrom('at-once', 'hourly', 'daily'),
      fc.constantFrom('UTC', 'Asia/Shanghai', 'America/St_Johns', 'Pacific/Apia'),
      minute,
      fc.option(fc.tuple(minute, minute)),
      fc.date({ min: new Date('2026-01-01'), max: new Date('2026-02-15'), noInvalidDate: true }),
      (timing, timeZone, dailyAtMinute, quiet, now) => {
        const [quietFromMinute, quietUntilMinute] = quiet ?? [null, null]
        const due = decideDue({ timing, timeZone, dailyAtMinute, quietFromMinute, quietUntilMinute }, now)
        expect(due.getTime()).toBeGreaterThanOrEqual(now.getTime())
        expect(due.getTime() - now.getTime()).toBeLessThanOrEqual(2 * 86_400_000)
        if (quietFromMinute === null || quietUntilMinute === null) return
        if (quietFromMinute === quietUntilMinute) return
        const since = (minuteAt(due, timeZone) - quietFromMinute + 1_440) % 1_440
        expect(since).toBeGreaterThanOrEqual((quietUntilMinute - quietFromMinute + 1_440) % 1_440)
      },
    ),
    fromEnvironment(),
  )
})
