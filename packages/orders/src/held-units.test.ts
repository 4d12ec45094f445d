import { fromEnvironment } from '@plimsoll/database/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { OrderInHand } from './fulfilment/order-in-hand.ts'
import { freeUnitsOf, heldStanding, heldUnitsOf, stillHeld, stillLetGo } from './held-units.ts'
import { shipmentsToHold } from './index.ts'

const payment = { reason: 'payment', code: 'p' }
const unpaid = { reason: 'unpaid', code: 'u' }
const wish = { reason: 'cancellation', code: 'w' }

test.each([
  ['nobody has said', undefined, undefined, 0],
  ['nothing holds it', [], 2, 0],
  ['it is held, and no units are named: all that is open', [payment], undefined, 3],
  ['some are named', [payment], 2, 2],
  ['more are named than are open', [payment], 9, 3],
])('%s', (_, holds, told, held) => {
  expect(heldUnitsOf('open', { current: 5, shipped: 2 }, told, holds)).toBe(held)
  expect(heldUnitsOf('cancelled', { current: 5, shipped: 2 }, told, holds)).toBe(0)
})

test.each([
  ['the buyer’s wish alone', [wish], [wish], 2],
  ['nobody has paid', [unpaid], [unpaid], 2],
  ['both, as it was when it was let go', [unpaid, wish], [unpaid, wish], 2],
  ['the buyer wants to cancel what was sent unpaid', [unpaid, wish], [unpaid], 0],
  ['it is paid, and the buyer wants to cancel', [wish], [unpaid], 0],
  ['beside another hold', [wish, payment], [wish], 0],
  ['no hold at all', [], [wish], 0],
])('what a person let go stays so: %s', (_, now, before, letGo) => {
  expect(stillLetGo(2, 3, { now, before })).toBe(letGo)
})

test('what is open is free or held, never both and never more than there is', () => {
  const line = fc.record({ current: fc.nat(9), shipped: fc.nat(9), channelHeld: fc.nat(9), letGo: fc.nat(9) })
  fc.assert(
    fc.property(fc.array(line, { maxLength: 4 }), (lines) => {
      const open = lines.reduce((sum, { current, shipped }) => sum + Math.max(0, current - shipped), 0)
      const free = lines.reduce((sum, each) => sum + freeUnitsOf('open', each), 0)
      const { units, partly } = heldStanding('open', lines)
      expect(free + units).toBe(open)
      expect(partly).toBe(units > 0 && free > 0)
      for (const each of lines) expect(stillHeld(each)).toBeLessThanOrEqual(each.channelHeld)
    }),
    fromEnvironment(300),
  )
})

/** An order of one line of five units, in shipments of so many units each, in the order in which they were made. */
function handOf(
  held: number,
  shipments: readonly { units: number; isWithin: boolean; isStopping?: boolean }[],
) {
  const lineId = 'line'
  const committed = shipments.reduce((sum, { units }) => sum + units, 0)
  return {
    order: { state: 'open' },
    lines: [{ lineId, current: 5, shipped: 0, committed, channelHeld: held, letGo: 0 }],
    reservations: [{ ownerId: lineId, itemId: 'item', unitsEach: 1 }],
    shipments: shipments.map(({ isStopping = false }, nth) => ({
      shipmentId: `s${nth}`,
      number: `n${nth}`,
      state: 'asked',
      cancelReason: isStopping ? 'order-changed' : null,
      createdAt: new Date(nth),
    })),
    shipmentLines: shipments.map(({ units }, nth) => ({
      shipmentId: `s${nth}`,
      lineId,
      itemId: 'item',
      units,
      shipped: 0,
      givenUp: 0,
      writtenOff: 0,
    })),
  } as unknown as OrderInHand
}

test.each([
  ['nothing is held', 0, [{ units: 5, isWithin: false }], []],
  ['what is held is in no shipment', 2, [{ units: 3, isWithin: false }], []],
  ['all of it is with a warehouse', 5, [{ units: 5, isWithin: false }], ['s0']],
  [
    'those that nobody has heard of first',
    2,
    [
      { units: 2, isWithin: true },
      { units: 3, isWithin: false },
    ],
    ['s0'],
  ],
  [
    'then the newest',
    2,
    [
      { units: 3, isWithin: false },
      { units: 2, isWithin: false },
    ],
    ['s1'],
  ],
  [
    'as many as it takes',
    4,
    [
      { units: 3, isWithin: false },
      { units: 2, isWithin: false },
    ],
    ['s1', 's0'],
  ],
  [
    'what is being stopped already counts',
    2,
    [
      { units: 2, isWithin: false, isStopping: true },
      { units: 3, isWithin: false },
    ],
    [],
  ],
])('shipments to stop for a hold: %s', (_, held, shipments, stopped) => {
  const isWithin = ({ shipmentId }: { shipmentId: string }) =>
    shipments[Number(shipmentId.slice(1))]?.isWithin === true
  expect(shipmentsToHold(handOf(held, shipments), isWithin).map(({ shipmentId }) => shipmentId)).toEqual(
    stopped,
  )
})
