import { fromEnvironment } from '@plimsoll/database/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type CountedItem, decideCount } from './counting.ts'

const ledger = (onHand: number, reserved = 0, held = 0) => ({ onHand, reserved, held })

test.each<[string, CountedItem, ReturnType<typeof decideCount>]>([
  [
    'nothing was there, twelve are',
    { available: 12, held: 0, subtracted: 0, ledger: ledger(0) },
    { onHand: 12, heldDelta: 0, short: 0 },
  ],
  [
    'what is counted is what is known',
    { available: 10, held: 2, subtracted: 3, ledger: ledger(15, 3, 2) },
    { onHand: undefined, heldDelta: 0, short: 0 },
  ],
  [
    'sold, and not shipped yet: still there, and promised',
    { available: 9, held: 0, subtracted: 3, ledger: ledger(12, 3) },
    { onHand: undefined, heldDelta: 0, short: 0 },
  ],
  [
    'one was damaged there',
    { available: 9, held: 1, subtracted: 0, ledger: ledger(10) },
    { onHand: undefined, heldDelta: 1, short: 0 },
  ],
  [
    'five were found again',
    { available: 10, held: 0, subtracted: 0, ledger: ledger(10, 0, 5) },
    { onHand: undefined, heldDelta: -5, short: 0 },
  ],
  [
    'somebody else has four of it promised, and two are left',
    { available: 2, held: 0, subtracted: 0, ledger: ledger(10, 4) },
    { onHand: 2, heldDelta: 0, short: 2 },
  ],
  [
    'one was gone as it was counted, and as many have left since: the ledger only seems to agree',
    { available: 24, held: 0, subtracted: 0, movedSince: -1, ledger: ledger(24) },
    { onHand: 24, heldDelta: 0, short: 0 },
  ],
  [
    'what has left since it was counted is no difference',
    { available: 24, held: 0, subtracted: 0, movedSince: -1, ledger: ledger(23) },
    { onHand: undefined, heldDelta: 0, short: 0 },
  ],
])('%s', (_, counted, expected) => {
  expect(decideCount(counted)).toEqual(expected)
})

test('whatever is counted: booked, the ledger says it, and counted again nothing is booked', () => {
  const units = fc.nat({ max: 1_000 })
  const item = fc
    .record({
      available: units,
      held: units,
      reserved: units,
      share: fc.nat({ max: 100 }),
      onHand: units,
      knownHeld: units,
    })
    .map(({ available, held, reserved, share, onHand, knownHeld }) => ({
      available,
      held,
      subtracted: Math.floor((reserved * share) / 100),
      ledger: ledger(onHand, reserved, knownHeld),
    }))
  fc.assert(
    fc.property(item, (counted) => {
      const { onHand, heldDelta, short } = decideCount(counted)
      const booked = {
        onHand: onHand ?? counted.ledger.onHand,
        reserved: counted.ledger.reserved,
        held: counted.ledger.held + heldDelta,
      }
      const others = booked.reserved - counted.subtracted
      // What can be sold there, less what others than the platform's own orders have reserved of it.
      expect(booked.onHand - booked.reserved - booked.held).toBe(counted.available - others)
      expect(short).toBe(Math.max(0, others - counted.available))
      expect(decideCount({ ...counted, ledger: booked })).toEqual({ onHand: undefined, heldDelta: 0, short })
    }),
    fromEnvironment(500),
  )
})
