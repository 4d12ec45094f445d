import fc from 'fast-check'
import { expect, test } from 'vitest'
import { beijingMoment, fromBeijingTime, toBeijingDay, toBeijingTime } from './beijing-time.ts'
import { fromEnvironment } from './property-runs.ts'

test('any second written as Beijing time is read as the same second', () => {
  fc.assert(
    fc.property(fc.integer({ min: Date.UTC(1_001, 0), max: Date.UTC(9_000, 0) }), (ms) => {
      const second = Math.floor(ms / 1_000) * 1_000
      expect(fromBeijingTime(toBeijingTime(new Date(ms)))?.getTime()).toBe(second)
    }),
    fromEnvironment(),
  )
})

test.each([
  ['2026-06-01 20:00:00', '2026-06-01T12:00:00.000Z'],
  ['2026-06-01 07:59', '2026-05-31T23:59:00.000Z'],
  ['2026-06-01T20:00:00.123', '2026-06-01T12:00:00.000Z'],
  ['2026-06-01', '2026-05-31T16:00:00.000Z'],
  ['2026-02-31 00:00:00', undefined],
  ['2026-06-01 25:00:00', undefined],
  ['0026-06-01 20:00:00', undefined],
  ['2026-06-01T20:00:00Z', undefined],
  ['1780315200', undefined],
])('%s is %s', (text, instant) => {
  expect(fromBeijingTime(text)?.toISOString()).toBe(instant)
})

test('a new day begins in Beijing at four in the afternoon of the day before', () => {
  expect(toBeijingDay(new Date('2026-05-31T15:59:59Z'))).toBe('2026-05-31')
  expect(toBeijingDay(new Date('2026-05-31T16:00:00Z'))).toBe('2026-06-01')
})

test('what stands for nothing is nothing; what is no moment is refused', () => {
  for (const nothing of [null, undefined, '', ' ', 'null', '0000-00-00 00:00:00'])
    expect(beijingMoment.parse(nothing)).toBeUndefined()
  for (const wrong of ['soon', '2026-02-31 00:00:00', 7])
    expect(beijingMoment.safeParse(wrong).success).toBe(false)
})
