import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decideLoad, draftMarks, spread } from './load-line.ts'

test.each([
  [{ onHand: 100, reserved: 20, held: 5, available: 75 }, 0.25, false, false],
  [{ onHand: 2, reserved: 4, held: 0, available: -2 }, 1, true, false],
  [{ onHand: 0, reserved: 0, held: 0, available: 0 }, 0, false, true],
])('%o lies at %f', (figures, lineShare, isOversold, isEmpty) => {
  expect(decideLoad(figures)).toMatchObject({ lineShare, isOversold, isEmpty })
})

test('shares stay within the hull for any figures', () => {
  const units = fc.integer({ min: -1000, max: 100_000 })
  fc.assert(
    fc.property(units, units, units, (onHand, reserved, held) => {
      const load = decideLoad({ onHand, reserved, held, available: onHand - reserved - held })
      for (const share of [load.reservedShare, load.heldShare, load.lineShare]) {
        expect(share).toBeGreaterThanOrEqual(0)
        expect(share).toBeLessThanOrEqual(1)
      }
    }),
  )
})

test('draft marks are round and end within the hull', () => {
  expect(draftMarks(100, 5)).toEqual([0, 20, 40, 60, 80, 100])
  expect(draftMarks(3, 5)).toEqual([0, 1, 2, 3])
  expect(draftMarks(0, 5)).toEqual([0])
})

test('labels are spread without overlap', () => {
  expect(spread([50, 50, 50], 10, 100)).toEqual([50, 60, 70])
  expect(spread([98, 100], 10, 100)).toEqual([90, 100])
})
