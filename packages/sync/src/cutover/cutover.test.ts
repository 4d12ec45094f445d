import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bookingOf, changedPlaces, type ProposedLine, skipCodeOf, skipReason } from './cutover.ts'

test('each reason for leaving a line alone has its code, and what is taken has none', () => {
  const figure = fc.record({
    tracking: fc.constantFrom('plain' as const, 'lot' as const, 'serial' as const),
    isVirtualKit: fc.boolean(),
    listings: fc.integer({ min: 1, max: 3 }),
    isCountedSince: fc.boolean(),
  })
  fc.assert(
    fc.property(figure, (each) => {
      const { isVirtualKit, tracking, listings, isCountedSince } = each
      const several = listings > 1 ? 'several-listings' : null
      const severalOrNone = isCountedSince ? 'counted-since' : several
      const ofPlain = tracking === 'plain' ? severalOrNone : tracking
      const reason = skipReason(each)
      expect(skipCodeOf(reason)).toBe(isVirtualKit ? 'virtual-kit' : ofPlain)
      expect(reason === null).toBe(skipCodeOf(reason) === null)
    }),
  )
  expect(skipCodeOf('kept before there were codes')).toBe(null)
})

test('a place is booked as approved, however both its figures fall, and else it is looked at again', () => {
  const line = fc.record({
    place: fc.integer({ min: 0, max: 5 }),
    proposed: fc.integer({ min: 0, max: 9 }),
    ledger: fc.integer({ min: -3, max: 9 }),
    isLeft: fc.boolean(),
    shipped: fc.integer({ min: 0, max: 3 }),
    received: fc.constantFrom(0, 0, 0, 2),
  })
  const lines = fc.uniqueArray(line, { selector: ({ place }) => place, maxLength: 6 })
  fc.assert(
    fc.property(lines, fc.nat({ max: 6 }), (drawn, unmapped) => {
      const toLine = ({ place, proposed, ledger, isLeft }: (typeof drawn)[number]): ProposedLine => ({
        itemId: `item-${place}`,
        locationId: 'main',
        proposed,
        ledger,
        skipped: isLeft ? 'counted since' : null,
      })
      const approved = drawn.map(toLine)
      const now = drawn
        .map((each) => ({
          ...toLine(each),
          proposed: each.proposed - each.shipped,
          ledger: each.ledger - each.shipped + each.received,
        }))
        .filter((_, nth) => nth !== unmapped)
      const changed = changedPlaces(approved, now).map(({ itemId }) => itemId)
      expect(changed.length).toBe(new Set(changed).size)
      for (const each of drawn) {
        const before = bookingOf(toLine(each))
        const found = now.find(({ itemId }) => itemId === `item-${each.place}`)
        expect(changed.includes(`item-${each.place}`)).toBe(before !== (found ? bookingOf(found) : 0))
      }
      expect(changedPlaces(now, approved).length).toBe(changed.length)
    }),
  )
})
