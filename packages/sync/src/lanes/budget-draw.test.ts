import type { BudgetSpec } from '@plimsoll/connector-kit'
import { fromEnvironment } from '@plimsoll/database/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decideDraw, decideGiveBack, decideThrottled, type SharedBucket } from './budget-draw.ts'

const start = Date.UTC(2026, 0, 1)
const at = (ms: number) => new Date(start + ms)
const full = (level: number): SharedBucket => ({
  capacity: null,
  refillPerSecond: null,
  level,
  levelAt: at(0),
  pace: 1,
  blockedUntil: null,
})
const tokens: BudgetSpec = { kind: 'token-bucket', name: 't', capacity: 100, refillPerSecond: 10 }
const draw = (
  need: number,
  changes: { want?: number; reserve?: number; held?: number; spec?: BudgetSpec } = {},
) => ({
  spec: tokens,
  need,
  want: need,
  reserve: 0,
  held: 0,
  ...changes,
})

test.each([
  ['what is there', full(100), 0, draw(1, { want: 5 }), 0, { granted: 5 }],
  ['no more than is there', full(3), 0, draw(1, { want: 5 }), 0, { granted: 3 }],
  ['nothing where it is too little', full(0.5), 0, draw(1), 0, { granted: 0, againAfterMs: 50 }],
  ['what refilled meanwhile', full(0), 0, draw(1, { want: 9 }), 500, { granted: 5 }],
  ['it is not fuller than what the others left', full(0), 98, draw(1, { want: 9 }), 60_000, { granted: 2 }],
  ['a reserve stays', full(16), 0, draw(1, { want: 9, reserve: 0.15 }), 0, { granted: 1 }],
  [
    'below the reserve nothing',
    full(15),
    0,
    draw(1, { reserve: 0.15 }),
    0,
    { granted: 0, againAfterMs: 100 },
  ],
  ['but a decrease gets it', full(15), 0, draw(1), 0, { granted: 1 }],
])('%s', (_, bucket, others, request, now, expected) => {
  expect(decideDraw(bucket, others, request, at(now)).drawn).toMatchObject(expected)
})

test('a day begins anew at the platform’s hour', () => {
  const spec: BudgetSpec = { kind: 'daily', name: 'd', max: 10, resets: { hour: 8, timeZone: 'UTC' } }
  const spent = { ...full(0), levelAt: at(0) }
  const hour = 3_600_000
  expect(decideDraw(spent, 0, draw(1, { spec }), at(8 * hour - 1)).drawn.granted).toBe(0)
  expect(decideDraw(spent, 0, draw(1, { spec }), at(8 * hour)).drawn).toMatchObject({ granted: 1, left: 9 })
})

test('throttled: nobody before then, all more slowly, and little by little as declared again', () => {
  let bucket = decideThrottled(tokens, full(80), 2_000, at(0))
  expect(bucket).toMatchObject({ pace: 0.8, level: 0, blockedUntil: at(2_000) })
  // The rest of the burst.
  bucket = decideThrottled(tokens, bucket, 500, at(10))
  expect(bucket).toMatchObject({ pace: 0.8, blockedUntil: at(2_000) })
  expect(decideDraw(bucket, 0, draw(1), at(1_000)).drawn).toMatchObject({ granted: 0, againAfterMs: 1_000 })
  const after = decideDraw(bucket, 0, draw(1), at(2_000))
  expect(after.drawn.granted).toBe(1)
  expect(after.bucket.pace).toBeCloseTo(0.81)
})

test('a throttle takes nothing of what is left of a day', () => {
  const resets = { hour: 0, timeZone: 'America/Los_Angeles' }
  for (const spec of [
    { kind: 'daily', name: 'd', max: 100 },
    { kind: 'daily', name: 'd', max: 100, resets },
  ] as const) {
    const bucket = decideThrottled(spec, full(80), 2_000, at(0))
    expect(bucket).toMatchObject({ pace: 1, level: 80, blockedUntil: at(2_000) })
    expect(decideDraw(bucket, 0, draw(1, { spec }), at(1_000)).drawn).toMatchObject({ granted: 0 })
    expect(decideDraw(bucket, 0, draw(1, { spec }), at(2_000)).drawn.granted).toBe(1)
  }
})

/** Processes that draw, spend, give back, die and forget; and what all of them called, with its moment. */
function simulate(
  spec: BudgetSpec,
  capacity: number,
  steps: readonly Step[],
): { at: number; cost: number }[] {
  let bucket = full(capacity)
  let now = 0
  const holders = new Map<number, { hand: number; inFlight: number; held: number }>()
  const holderOf = (nth: number) => {
    const known = holders.get(nth) ?? { hand: 0, inFlight: 0, held: 0 }
    holders.set(nth, known)
    return known
  }
  const heldBut = (nth: number) =>
    [...holders].reduce((sum, [other, { held }]) => (other === nth ? sum : sum + held), 0)
  const calls: { at: number; cost: number }[] = []
  for (const { process, what, units, waitMs } of steps) {
    now += waitMs
    const holder = holderOf(process)
    switch (what) {
      case 'draw': {
        const held = holder.hand + holder.inFlight
        const request = draw(units, { spec, want: units * 3, held, reserve: (units % 3) / 20 })
        const decided = decideDraw(bucket, heldBut(process), request, at(now))
        bucket = decided.bucket
        holder.hand += decided.drawn.granted
        holder.held = held + decided.drawn.granted
        break
      }
      case 'call':
        if (holder.hand < units) break
        holder.hand -= units
        holder.inFlight += units
        calls.push({ at: now, cost: units })
        break
      case 'answered':
        holder.inFlight = Math.max(0, holder.inFlight - units)
        break
      case 'give-back': {
        const unspent = holder.hand
        holder.hand = 0
        holder.held = holder.inFlight
        bucket = decideGiveBack(bucket, heldBut(process) + holder.held, { spec, unspent }, at(now))
        break
      }
      case 'die':
        // Whatever it had in its hand is lost; its holding runs out.
        holders.delete(process)
        break
      default: {
        const never: never = what
        throw new Error(String(never))
      }
    }
  }
  return calls
}

type Step = {
  process: number
  what: 'draw' | 'call' | 'answered' | 'give-back' | 'die'
  units: number
  waitMs: number
}

test('whatever processes do, in no stretch of time do all of them together call more than is declared', () => {
  const step: fc.Arbitrary<Step> = fc.record({
    process: fc.nat(3),
    what: fc.constantFrom<Step['what']>(
      'draw',
      'draw',
      'call',
      'call',
      'call',
      'answered',
      'give-back',
      'die',
    ),
    units: fc.integer({ min: 1, max: 8 }),
    waitMs: fc.nat(400),
  })
  fc.assert(
    fc.property(
      fc.integer({ min: 8, max: 60 }),
      fc.integer({ min: 1, max: 40 }),
      fc.array(step, { maxLength: 150 }),
      (capacity, refillPerSecond, steps) => {
        const spec: BudgetSpec = { kind: 'token-bucket', name: 't', capacity, refillPerSecond }
        const calls = simulate(spec, capacity, steps)
        for (const [first, from] of calls.entries()) {
          let spent = 0
          for (const call of calls.slice(first)) {
            spent += call.cost
            const allowed = capacity + ((call.at - from.at) / 1_000) * refillPerSecond
            expect(spent).toBeLessThanOrEqual(allowed + 1e-6)
          }
        }
      },
    ),
    fromEnvironment(),
  )
})
