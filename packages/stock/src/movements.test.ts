import { expect, test } from 'vitest'
import { afterMovement, availableOf, movementOf } from './movements.ts'

test.each([
  [{ onHand: 10, reserved: 3, held: 2, incoming: 50 }, 5],
  [{ onHand: 2, reserved: 3, held: 1, incoming: 0 }, -2],
  [{ onHand: -1, reserved: 0, held: 0, incoming: 0 }, -1],
])('of %o, %d are available', (balance, available) => {
  expect(availableOf(balance)).toBe(available)
})

test('a movement adds its four deltas to the balance', () => {
  const base = {
    itemId: 'item',
    locationId: 'location',
    lotId: 'lot',
    commandKey: 'key',
    referenceKind: null,
    referenceId: null,
    reason: null,
    actor: 'test',
    effectiveAt: new Date('2026-05-01T12:00:00Z'),
  }
  const movement = movementOf(base, 'arrive', { onHandDelta: 4, incomingDelta: -4 })
  expect(movement).toEqual({
    ...base,
    kind: 'arrive',
    onHandDelta: 4,
    reservedDelta: 0,
    heldDelta: 0,
    incomingDelta: -4,
  })
  expect(afterMovement({ onHand: 1, reserved: 2, held: 3, incoming: 9 }, movement)).toEqual({
    onHand: 5,
    reserved: 2,
    held: 3,
    incoming: 5,
  })
})
