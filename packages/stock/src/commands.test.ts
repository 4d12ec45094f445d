import { expect, test } from 'vitest'
import { decideRelease, decideStockCommand, findBadQuantity, type MovementBase } from './commands.ts'
import type { StockErrorCode } from './errors.ts'
import type { Balance } from './movements.ts'

const MAX = Number.MAX_SAFE_INTEGER
const BASE: MovementBase = {
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

type Kind = Parameters<typeof findBadQuantity>[0]
const refusedQuantities: [Kind, number, StockErrorCode][] = [
  // Not whole comes before out of range, and both before what the kind itself asks.
  ['receive', 1.5, 'quantity-not-whole'],
  ['receive', Number.NaN, 'quantity-not-whole'],
  ['receive', Number.POSITIVE_INFINITY, 'quantity-not-whole'],
  ['adjust', -0.5, 'quantity-not-whole'],
  ['receive', MAX + 1, 'quantity-out-of-range'],
  ['adjust', -MAX - 1, 'quantity-out-of-range'],
  ['count', -(2 ** 60), 'quantity-out-of-range'],
  ['adjust', 0, 'quantity-zero'],
  ['adjust', -0, 'quantity-zero'],
  ['count', -1, 'quantity-negative'],
  ['receive', 0, 'quantity-not-positive'],
  ['receive', -1, 'quantity-not-positive'],
  ['hold', 0, 'quantity-not-positive'],
  ['unhold', -3, 'quantity-not-positive'],
  ['reserve', 0, 'quantity-not-positive'],
  ['release', 0, 'quantity-not-positive'],
]
test.each(refusedQuantities)('%s of %d is refused: %s', (kind, quantity, code) => {
  expect(findBadQuantity(kind, quantity)).toMatchObject({ kind: 'refused', code, field: 'quantity' })
})

const goodQuantities: [Kind, number][] = [
  ['receive', 1],
  ['receive', MAX],
  ['adjust', -MAX],
  ['adjust', 1],
  ['count', 0],
  ['count', MAX],
  ['hold', 1],
  ['unhold', 1],
  ['reserve', 1],
  ['release', 1],
]
test.each(goodQuantities)('%s of %d may be asked', (kind, quantity) => {
  expect(findBadQuantity(kind, quantity)).toBeUndefined()
})

const balance: Balance = { onHand: 10, reserved: 3, held: 2, incoming: 0 }
type Decidable = Parameters<typeof decideStockCommand>[0]
const accepted: [Decidable, number, Partial<Balance> | undefined][] = [
  ['receive', 4, { onHand: 4 }],
  ['adjust', -12, { onHand: -12 }],
  ['adjust', 5, { onHand: 5 }],
  ['count', 7, { onHand: -3 }],
  ['count', 12, { onHand: 2 }],
  ['count', 10, undefined], // agrees: nothing to record
  ['hold', 9, { held: 9 }], // more may be damaged than is free: the world decides that
  ['unhold', 2, { held: -2 }],
  ['reserve', 5, { reserved: 5 }], // exactly what is available
]
test.each(accepted)('%s %d moves %o', (kind, quantity, moved) => {
  const delta = {
    onHandDelta: moved?.onHand ?? 0,
    reservedDelta: moved?.reserved ?? 0,
    heldDelta: moved?.held ?? 0,
    incomingDelta: 0,
  }
  expect(decideStockCommand(kind, quantity, balance, BASE)).toEqual({
    kind: 'movements',
    movements: moved === undefined ? [] : [{ ...BASE, kind, ...delta }],
  })
})

const refused: [Decidable, number, Partial<Balance>, StockErrorCode, string][] = [
  ['unhold', 3, {}, 'insufficient-held', '3 units asked, 2 are held.'],
  ['reserve', 6, {}, 'insufficient-stock', '6 units asked, 5 are available.'],
  ['reserve', 1, { onHand: 0 }, 'insufficient-stock', '1 units asked, -5 are available.'],
  // Figures beyond what a count may be are refused here and not by the database, which would refuse the batch.
  ['receive', MAX, {}, 'quantity-out-of-range', 'would be larger'],
  ['adjust', -MAX, { onHand: -1 }, 'quantity-out-of-range', 'would be larger'],
  ['hold', MAX, {}, 'quantity-out-of-range', 'would be larger'],
  ['count', MAX, { onHand: -1 }, 'quantity-out-of-range', 'would be larger'],
]
test.each(refused)('%s %d is refused (%o): %s', (kind, quantity, change, code, message) => {
  const decision = decideStockCommand(kind, quantity, { ...balance, ...change }, BASE)
  expect(decision).toMatchObject({ kind: 'refused', code, field: 'quantity' })
  expect(decision.kind === 'refused' && decision.message).toContain(message)
})

const reservation = { reserved: 5, released: 1, shipped: 1, returned: 0 }

test('a release gives back at most what is still open', () => {
  expect(decideRelease(reservation, 3, BASE)).toMatchObject({
    kind: 'movements',
    movements: [{ kind: 'release', reservedDelta: -3, onHandDelta: 0 }],
  })
  expect(decideRelease(reservation, 4, BASE)).toMatchObject({
    kind: 'refused',
    code: 'insufficient-open',
    message: '4 units asked, 3 are still reserved.',
  })
})
