import { fromEnvironment } from '@plimsoll/connector-kit/conformance'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readMoment, writeMoment } from './moments.ts'

test.each([
  ['20261126171500', 'YYYYMMDDHHmmss', '+08:00', '2026-11-26T09:15:00.000Z'],
  ['26.11.2026 17:15', 'DD.MM.YYYY HH:mm', 'Europe/Berlin', '2026-11-26T16:15:00.000Z'],
  ['1/7/26', 'DD/MM/YY', 'Z', '2026-07-01T00:00:00.000Z'],
  ['01.07.2026 12:00', 'DD.MM.YYYY HH:mm', 'America/New_York', '2026-07-01T16:00:00.000Z'],
  // The hour that comes twice: the first.
  ['25.10.2026 02:30', 'DD.MM.YYYY HH:mm', 'Europe/Berlin', '2026-10-25T00:30:00.000Z'],
  ['31.02.2026', 'DD.MM.YYYY', 'Z', undefined],
  ['2026-11-26', 'DD.MM.YYYY', 'Z', undefined],
  ['2026112617', 'YYYYMMDDHHmmss', 'Z', undefined],
])('%s by %s in %s is %s', (text, pattern, zone, moment) => {
  expect(readMoment(text, pattern, zone)?.toISOString()).toBe(moment)
})

test('what is written is read as the same moment, but in the hour that comes twice', () => {
  fc.assert(
    fc.property(
      fc.date({ min: new Date('2001-01-01'), max: new Date('2099-01-01'), noInvalidDate: true }),
      fc.constantFrom('Z', '+05:30', 'Asia/Shanghai', 'Asia/Tokyo'),
      fc.constantFrom('YYYYMMDDHHmmss', 'DD.MM.YYYY HH:mm:ss', 'MM/DD/YY HH:mm:ss'),
      (given, zone, pattern) => {
        const moment = new Date(Math.floor(given.getTime() / 1_000) * 1_000)
        expect(readMoment(writeMoment(moment, pattern, zone), pattern, zone)).toEqual(moment)
      },
    ),
    fromEnvironment(),
  )
})
