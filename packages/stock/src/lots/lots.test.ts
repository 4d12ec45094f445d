// Days, expiry and status of lots; first expired, first out: decisions only.
import { fromEnvironment } from '@plimsoll/database/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type LotStock, pickFirstExpired } from './fefo.ts'
import { dayAt, daysBetween, findBadDetails, findBlock, isUsable, type Lot, refuseLot } from './lots.ts'
import { nearestMinimum } from './shelf-life.store.ts'
import { unusableOf } from './usable.ts'

const LOT: Lot = {
  lotId: 'lot',
  itemId: 'item',
  code: 'L1',
  expiresOn: '2026-05-10',
  manufacturedOn: null,
  supplierLot: null,
  status: 'released',
  createdAt: new Date('2026-01-01T00:00:00Z'),
}

test.each([
  ['2026-05-01T12:00:00Z', 'UTC', '2026-05-01'],
  ['2026-05-01T23:30:00Z', 'Asia/Shanghai', '2026-05-02'],
  ['2026-05-01T03:00:00Z', 'America/Los_Angeles', '2026-04-30'],
])('at %s in %s it is %s', (instant, zone, day) => {
  expect(dayAt(new Date(instant), zone)).toBe(day)
})

test('days are counted across months, leap years and changes of the clock', () => {
  expect(daysBetween('2028-02-28', '2028-03-01')).toBe(2)
  expect(daysBetween('2026-03-28', '2026-03-30')).toBe(2)
  expect(daysBetween('2026-05-10', '2026-05-01')).toBe(-9)
})

test.each<[Partial<Lot>, string, string | undefined]>([
  [{}, '2026-05-10', undefined], // its last day is a day on which it may leave
  [{}, '2026-05-11', 'lot-expired'],
  [{ expiresOn: null }, '2099-01-01', undefined],
  [{ status: 'quarantined' }, '2026-05-01', 'lot-quarantined'],
  [{ status: 'recalled' }, '2026-05-11', 'lot-recalled'],
])('%o on %s: %s', (change, today, block) => {
  expect(findBlock({ ...LOT, ...change }, today)).toBe(block)
})

test('a lot is long enough for who wants as many days as it has left', () => {
  expect(isUsable(LOT, '2026-05-01', 9)).toBe(true)
  expect(isUsable(LOT, '2026-05-01', 10)).toBe(false)
  expect(isUsable({ ...LOT, expiresOn: null }, '2026-05-01', 36_500)).toBe(true)
  expect(refuseLot(LOT, '2026-05-01', 10)).toMatchObject({
    code: 'lot-shelf-life',
    message: 'The lot "L1" has 9 days left until 2026-05-10, and 10 are asked for.',
  })
})

test.each([
  [{ expiresOn: '2026-02-30' }, 'expiresOn'],
  [{ expiresOn: '01.05.2026' }, 'expiresOn'],
  [{ manufacturedOn: '2026-5-1' }, 'manufacturedOn'],
  [{ expiresOn: '2026-05-01', manufacturedOn: '2026-05-02' }, 'expiresOn'],
])('%o is refused', (details, field) => {
  expect(findBadDetails(details)).toMatchObject({ code: 'lot-day-invalid', field })
})

test('what is promised from a recalled lot is still promised; what is promised from a short one stays good', () => {
  const balance = { onHand: 10, held: 1, reserved: 4 }
  expect(unusableOf({ ...LOT, status: 'recalled' }, balance, '2026-05-01', 0)).toBe(9)
  expect(unusableOf(LOT, balance, '2026-05-01', 30)).toBe(5)
  expect(unusableOf(LOT, balance, '2026-05-01', 0)).toBe(0)
  expect(
    unusableOf({ ...LOT, status: 'recalled' }, { onHand: -3, held: 0, reserved: 0 }, '2026-05-01', 0),
  ).toBe(0)
})

test('the nearest minimum wins: customer, connection, organization', () => {
  const minima = [
    { scope: 'organization' as const, scopeId: '', days: 10 },
    { scope: 'connection' as const, scopeId: 'shop', days: 20 },
    { scope: 'customer' as const, scopeId: 'Ada', days: 0 },
  ]
  expect(nearestMinimum(minima, {})).toBe(10)
  expect(nearestMinimum(minima, { connection: 'shop', customer: 'Bob' })).toBe(20)
  expect(nearestMinimum(minima, { connection: 'shop', customer: 'Ada' })).toBe(0)
  expect(nearestMinimum([], { connection: 'shop' })).toBe(0)
})

const TODAY = '2026-05-01'
const anyStock: fc.Arbitrary<LotStock[]> = fc
  .array(
    fc.record({
      expiresOn: fc.constantFrom(null, '2026-04-30', '2026-05-01', '2026-05-05', '2026-05-31', '2027-01-01'),
      status: fc.constantFrom('released', 'released', 'released', 'quarantined', 'recalled'),
      free: fc.integer({ min: -3, max: 9 }),
    }),
    { maxLength: 6 },
  )
  .map((lots) =>
    lots.map(({ free, expiresOn, status }, nth) => ({
      free,
      lot: { ...LOT, lotId: `lot-${nth}`, code: `L${nth}`, expiresOn, status },
    })),
  )

test('first expired, first out never passes over an earlier usable lot, and takes all that it can', () => {
  fc.assert(
    fc.property(
      anyStock,
      fc.integer({ min: 0, max: 30 }),
      fc.constantFrom(0, 1, 4, 30),
      (stock, units, minShelfLifeDays) => {
        const picks = pickFirstExpired(stock, { units, today: TODAY, minShelfLifeDays })
        const taken = new Map(picks.map((pick) => [pick.lotId, pick.units]))
        const usable = stock.filter(({ lot, free }) => free > 0 && isUsable(lot, TODAY, minShelfLifeDays))
        const there = usable.reduce((sum, { free }) => sum + free, 0)
        expect(picks.reduce((sum, pick) => sum + pick.units, 0)).toBe(Math.min(units, there))
        for (const { lotId } of picks) expect(usable.map(({ lot }) => lot.lotId)).toContain(lotId)
        // Whatever expires earlier than something that was taken was taken whole.
        for (const { lot } of usable.filter((each) => taken.has(each.lot.lotId))) {
          const earlier = usable.filter((each) => (each.lot.expiresOn ?? '9999') < (lot.expiresOn ?? '9999'))
          for (const each of earlier) expect(taken.get(each.lot.lotId)).toBe(each.free)
        }
      },
    ),
    fromEnvironment(500),
  )
})
