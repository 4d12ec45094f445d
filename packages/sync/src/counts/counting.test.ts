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

test.each<[string, CountedItem, ReturnType<typeof decideCount>]>([
  [
    'three were asked for a moment ago, and are counted still',
    { available: 10, held: 0, subtracted: 0, perhapsTaken: 3, ledger: ledger(10, 3) },
    { onHand: undefined, heldDelta: 0, short: 0 },
  ],
  [
    'three were asked for a moment ago, and are taken off already',
    { available: 7, held: 0, subtracted: 0, perhapsTaken: 3, ledger: ledger(10, 3) },
    { onHand: undefined, heldDelta: 0, short: 0 },
  ],
  [
    'the last one was asked for a moment ago: nothing is short',
    { available: 0, held: 0, subtracted: 0, perhapsTaken: 1, ledger: ledger(1, 1) },
    { onHand: undefined, heldDelta: 0, short: 0 },
  ],
  [
    'beside it five were lost: more than what is asked for explains',
    { available: 2, held: 0, subtracted: 0, perhapsTaken: 3, ledger: ledger(10, 3) },
    { onHand: 5, heldDelta: 0, short: 0 },
  ],
  [
    'beside it five came in',
    { available: 15, held: 0, subtracted: 0, perhapsTaken: 3, ledger: ledger(10, 3) },
    { onHand: 15, heldDelta: 0, short: 0 },
  ],
  [
    'asked for long ago, taken off surely',
    { available: 7, held: 0, subtracted: 3, ledger: ledger(10, 3) },
    { onHand: undefined, heldDelta: 0, short: 0 },
  ],
])('taken off as it is asked for: %s', (_, counted, expected) => {
  expect(decideCount(counted)).toEqual(expected)
})

test('I12: taken off at whatever moment, a true ledger stays as it is; once all is sure, any ledger becomes true', () => {
  const units = fc.nat({ max: 500 })
  const item = fc.record({
    free: units,
    held: units,
    /** Asked for long ago, a moment ago, and asked for a moment ago and gone already. */
    sure: units,
    asked: units,
    gone: units,
    isTaken: fc.boolean(),
    isGoneTaken: fc.boolean(),
    other: units,
  })
  fc.assert(
    fc.property(item, ({ free, held, sure, asked, gone, isTaken, isGoneTaken, other }) => {
      const onHand = free + held + sure + asked
      // What the platform says it can sell: it has taken off all that it surely took, and the rest or not.
      const available = free + (isTaken ? 0 : asked) + (isGoneTaken ? 0 : gone)
      const reserved = sure + asked
      const counted = { available, held, subtracted: sure, perhapsTaken: asked, perhapsCounted: gone }
      expect(decideCount({ ...counted, ledger: ledger(onHand, reserved, held) })).toEqual({
        onHand: undefined,
        heldDelta: 0,
        short: 0,
      })
      // Half an hour later all is taken off, and known to be.
      const later = { available: free, held, subtracted: sure + asked, ledger: ledger(other, reserved, held) }
      expect(decideCount(later).onHand ?? other).toBe(onHand)
      // Whatever the ledger had: never more than could lie there, never less.
      const corrected = decideCount({ ...counted, ledger: ledger(other, reserved, held) }).onHand ?? other
      expect(corrected).toBeGreaterThanOrEqual(Math.max(0, available + held + sure - gone))
      expect(corrected).toBeLessThanOrEqual(available + held + sure + asked)
    }),
    fromEnvironment(),
  )
})
