import fc from 'fast-check'
import { expect, test } from 'vitest'
import { lastResetBefore, nextResetAfter } from './daily-reset.ts'
import { fromEnvironment } from './property-runs.ts'

const iso = (at: number) => new Date(at).toISOString()

test.each([
  [
    'UTC midnight',
    { hour: 0, timeZone: 'UTC' },
    '2026-03-10T12:00:00Z',
    '2026-03-10T00:00:00.000Z',
    '2026-03-11T00:00:00.000Z',
  ],
  [
    'on the moment itself',
    { hour: 0, timeZone: 'UTC' },
    '2026-03-10T00:00:00Z',
    '2026-03-10T00:00:00.000Z',
    '2026-03-11T00:00:00.000Z',
  ],
  [
    'Pacific midnight',
    { hour: 0, timeZone: 'America/Los_Angeles' },
    '2026-01-10T07:59:59Z',
    '2026-01-09T08:00:00.000Z',
    '2026-01-10T08:00:00.000Z',
  ],
  [
    'clocks go forward: 23 hours',
    { hour: 0, timeZone: 'America/Los_Angeles' },
    '2026-03-08T20:00:00Z',
    '2026-03-08T08:00:00.000Z',
    '2026-03-09T07:00:00.000Z',
  ],
  [
    'the hour is skipped',
    { hour: 2, timeZone: 'America/Los_Angeles' },
    '2026-03-08T12:00:00Z',
    '2026-03-08T10:00:00.000Z',
    '2026-03-09T09:00:00.000Z',
  ],
  [
    'a quarter of an hour off',
    { hour: 0, timeZone: 'Asia/Kathmandu' },
    '2026-06-01T12:00:00Z',
    '2026-05-31T18:15:00.000Z',
    '2026-06-01T18:15:00.000Z',
  ],
])('%s', (_, reset, at, last, next) => {
  expect(iso(lastResetBefore(Date.parse(at), reset))).toBe(last)
  expect(iso(nextResetAfter(Date.parse(at), reset))).toBe(next)
})

test('every moment lies between its resets, which are a day apart, an hour more or less', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: Date.UTC(2024, 0, 1), max: Date.UTC(2030, 0, 1) }),
      fc.integer({ min: 0, max: 23 }),
      fc.constantFrom('UTC', 'America/Los_Angeles', 'Europe/Berlin', 'Asia/Shanghai', 'Australia/Lord_Howe'),
      (at, hour, timeZone) => {
        const last = lastResetBefore(at, { hour, timeZone })
        const next = nextResetAfter(at, { hour, timeZone })
        expect(last).toBeLessThanOrEqual(at)
        expect(next).toBeGreaterThan(at)
        expect(next - last).toBeGreaterThanOrEqual(23 * 3_600_000)
        expect(next - last).toBeLessThanOrEqual(25 * 3_600_000)
      },
    ),
    fromEnvironment(),
  )
})
