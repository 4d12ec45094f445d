import { fromEnvironment } from '@plimsoll/database/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { costOf, METHODS, type Method, unitsOf, unpricedUnitsOf } from './cost-pool.ts'
import { inTransitCost, type MethodState, newState, readMovement, type ValuedMovement } from './valuation.ts'
import { fromStored, toStored } from './valuation-state.ts'

let nextId = 0
function movement(rest: Partial<ValuedMovement> & Pick<ValuedMovement, 'onHandDelta'>): ValuedMovement {
  nextId += 1
  return {
    movementId: String(nextId),
    locationId: 'MAIN',
    kind: rest.onHandDelta > 0 ? 'receive' : 'ship',
    commandKey: `c${nextId}`,
    referenceId: null,
    unitCost: null,
    ...rest,
  }
}

function play(method: Method, movements: readonly ValuedMovement[]): MethodState {
  const state = newState()
  for (const each of movements) readMovement(state, method, each, 0)
  return state
}
const remaining = (state: MethodState) =>
  [...state.pools.values()].reduce((sum, pool) => sum + costOf(pool), 0n)
const at = (state: MethodState, place: string) => {
  const pool = state.pools.get(place)
  return pool === undefined ? undefined : { units: unitsOf(pool), cost: costOf(pool) }
}

const anyMovement: fc.Arbitrary<ValuedMovement> = fc
  .record({
    kind: fc.constantFrom(
      'receive',
      'receive',
      'ship',
      'ship',
      'adjust',
      'return',
      'transfer-out',
      'transfer-in',
    ),
    units: fc.integer({ min: 1, max: 12 }),
    sign: fc.boolean(),
    place: fc.constantFrom('MAIN', 'EAST'),
    reference: fc.constantFrom('r1', 'r2', null),
    unitCost: fc.option(fc.integer({ min: 0, max: 99_999 })),
  })
  .map(({ kind, units, sign, place, reference, unitCost }) => {
    // What was taken to have left or come back, and had not, is written the other way.
    const isUndone = (kind === 'ship' || kind === 'return') && sign && units > 9
    const leaves = kind === 'ship' || kind === 'transfer-out' || (kind === 'adjust' && sign)
    const out = leaves !== isUndone
    return movement({
      kind,
      onHandDelta: out ? -units : units,
      locationId: place,
      referenceId: reference,
      unitCost: kind === 'receive' ? unitCost : null,
    })
  })

test.each(METHODS)(
  '%s: what left from elsewhere than was thought is issued once, and bought never',
  (method) => {
    const state = play(method, [
      movement({ kind: 'receive', onHandDelta: 10, unitCost: 20_000 }),
      movement({ kind: 'receive', onHandDelta: 10, unitCost: 20_000, locationId: 'W1' }),
      movement({ kind: 'ship', onHandDelta: -1, referenceId: 'order' }),
      movement({ kind: 'ship', onHandDelta: 1, referenceId: 'order' }),
      movement({ kind: 'ship', onHandDelta: -1, referenceId: 'order', locationId: 'W1' }),
    ])
    expect({ received: state.receivedCost, issued: state.issuedCost }).toEqual({
      received: 400_000n,
      issued: 20_000n,
    })
    expect([at(state, 'MAIN'), at(state, 'W1')]).toEqual([
      { units: 10, cost: 200_000n },
      { units: 9, cost: 180_000n },
    ])
  },
)

test.each(METHODS)(
  '%s: a return that was none is gone again, and comes back at what it left at',
  (method) => {
    const state = play(method, [
      movement({ kind: 'receive', onHandDelta: 1, unitCost: 10_000 }),
      movement({ kind: 'ship', onHandDelta: -1, referenceId: 'order' }),
      movement({ kind: 'receive', onHandDelta: 9, unitCost: 50_000 }),
      movement({ kind: 'return', onHandDelta: 1, referenceId: 'order' }),
      movement({ kind: 'return', onHandDelta: -1, referenceId: 'order' }),
      movement({ kind: 'return', onHandDelta: 1, referenceId: 'order' }),
    ])
    expect({ received: state.receivedCost, issued: state.issuedCost }).toEqual({
      received: 460_000n,
      issued: 0n,
    })
  },
)

test.each(METHODS)(
  '%s conserves value: what came in went out, remains, or is on its way, to the last ten-thousandth',
  (method) => {
    fc.assert(
      fc.property(fc.array(anyMovement, { maxLength: 40 }), (movements) => {
        const state = newState()
        for (const each of movements) {
          readMovement(state, method, each, 0)
          expect(state.issuedCost + remaining(state) + inTransitCost(state)).toBe(state.receivedCost)
        }
        for (const place of ['MAIN', 'EAST']) {
          const units = movements
            .filter(({ locationId }) => locationId === place)
            .reduce((sum, { onHandDelta }) => sum + onHandDelta, 0)
          expect(at(state, place)?.units ?? 0).toBe(units)
        }
      }),
      fromEnvironment(300),
    )
  },
)

test('fifo equals a naive queue of single units', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.tuple(
          fc.integer({ min: -9, max: 9 }).filter((units) => units !== 0),
          fc.integer({ min: 0, max: 999 }),
        ),
      ),
      (steps) => {
        const queue: number[] = []
        const state = newState()
        let issued = 0
        for (const [wanted, unitCost] of steps) {
          const units = wanted < 0 ? -Math.min(-wanted, queue.length) : wanted
          if (units === 0) continue
          if (units > 0) queue.push(...Array<number>(units).fill(unitCost))
          else issued += queue.splice(0, -units).reduce((sum, cost) => sum + cost, 0)
          readMovement(
            state,
            'fifo',
            movement({ onHandDelta: units, unitCost: units > 0 ? unitCost : null }),
            0,
          )
        }
        expect(Number(state.issuedCost)).toBe(issued)
        expect(Number(remaining(state))).toBe(queue.reduce((sum, cost) => sum + cost, 0))
      },
    ),
    fromEnvironment(300),
  )
})

test.each(METHODS)('%s: what is stored and read again goes on as if nothing had been', (method) => {
  fc.assert(
    fc.property(
      fc.array(anyMovement, { maxLength: 20 }),
      fc.array(anyMovement, { maxLength: 20 }),
      (before, after) => {
        const whole = play(method, [...before, ...after])
        const stored = fromStored(JSON.parse(JSON.stringify(toStored(play(method, before)))))
        for (const each of after) readMovement(stored, method, each, 0)
        expect(toStored(stored)).toEqual(toStored(whole))
      },
    ),
    fromEnvironment(100),
  )
})

test('weighted average: receipts blend, issues take the average', () => {
  const state = play('average', [
    movement({ onHandDelta: 10, unitCost: 10_000 }),
    movement({ onHandDelta: 30, unitCost: 20_000 }),
    movement({ onHandDelta: -4 }),
  ])
  expect(state.issuedCost).toBe(70_000n)
  expect(at(state, 'MAIN')).toEqual({ units: 36, cost: 630_000n })
})

test('an adjustment upward takes the present average, also once the place is empty', () => {
  const state = play('average', [
    movement({ onHandDelta: 2, unitCost: 300 }),
    movement({ onHandDelta: 2, unitCost: 500 }),
    movement({ onHandDelta: 1, kind: 'adjust' }),
  ])
  expect(at(state, 'MAIN')).toEqual({ units: 5, cost: 2_000n })
  readMovement(state, 'average', movement({ onHandDelta: -5 }), 0)
  readMovement(state, 'average', movement({ onHandDelta: 1, kind: 'adjust' }), 0)
  expect(at(state, 'MAIN')).toEqual({ units: 1, cost: 400n })
})

test('a return takes the cost that it left with, not the present one', () => {
  const state = play('fifo', [
    movement({ onHandDelta: 1, unitCost: 100 }),
    movement({ onHandDelta: 1, unitCost: 900 }),
    movement({ onHandDelta: -1, referenceId: 'order' }),
    movement({ onHandDelta: 1, kind: 'return', referenceId: 'order' }),
  ])
  expect(state.issuedCost).toBe(0n)
  expect(at(state, 'MAIN')).toEqual({ units: 2, cost: 1_000n })
})

test('a transfer carries its cost, and while it is on its way nothing of it is issued', () => {
  const out = movement({ onHandDelta: -3, kind: 'transfer-out', referenceId: 't' })
  const state = play('average', [movement({ onHandDelta: 4, unitCost: 250 }), out])
  expect([state.issuedCost, inTransitCost(state)]).toEqual([0n, 750n])
  readMovement(
    state,
    'average',
    movement({ onHandDelta: 2, kind: 'transfer-in', referenceId: 't', locationId: 'EAST' }),
    0,
  )
  expect(at(state, 'EAST')).toEqual({ units: 2, cost: 500n })
  expect(inTransitCost(state)).toBe(250n)
})

test('what is issued before it came in takes the last known cost, and the difference once the real one is known', () => {
  const state = play('fifo', [movement({ onHandDelta: 1, unitCost: 100 }), movement({ onHandDelta: -3 })])
  expect([state.issuedCost, at(state, 'MAIN')]).toEqual([300n, { units: -2, cost: -200n }])
  readMovement(state, 'fifo', movement({ onHandDelta: 5, unitCost: 150 }), 0)
  expect([state.issuedCost, at(state, 'MAIN')]).toEqual([400n, { units: 3, cost: 450n }])
})

test('I12: units whose cost nobody named are counted as such, not as free', () => {
  const state = play('fifo', [movement({ onHandDelta: 3 }), movement({ onHandDelta: 2, unitCost: 70 })])
  const pool = state.pools.get('MAIN')
  expect(pool === undefined ? undefined : unpricedUnitsOf(pool)).toBe(3)
  expect(at(state, 'MAIN')).toEqual({ units: 5, cost: 140n })
})
