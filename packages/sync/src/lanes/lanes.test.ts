import { fromEnvironment } from '@plimsoll/database/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { candidateOf } from '../testing/candidate.ts'
import type { LaneCandidate } from './lane-entries.store.ts'
import { decideBulkRaise, decideLaneStep, type LaneStep, type LaneWorld } from './lanes.ts'

const guarded: LaneWorld = {
  capabilities: { writeStyle: 'compare-and-set', batchMax: 10, visibilityLagMs: 0 },
  now: new Date(5_000),
  freshFrom: new Date(0),
  fenceAt: undefined,
  readAt: undefined,
  mayRaise: true,
  readTooSlow: false,
  batchLimit: 10,
}
const absolute: LaneWorld = { ...guarded, capabilities: { ...guarded.capabilities, writeStyle: 'absolute' } }
/** Takes one row in a call. */
const one: LaneWorld = { ...guarded, capabilities: { ...guarded.capabilities, batchMax: 1 } }
const fenced = { fenceAt: new Date(1_000), readAt: new Date(1_000) } // every candidate's quantity was worked out at 1,000

const zero = candidateOf(0)
const zeroUnread = candidateOf(0, { expected: null })
const decrease = candidateOf(4)
const increase = candidateOf(40)
const inStep = candidateOf(10)
const unread = candidateOf(40, { expected: null })
const unknown = candidateOf(10, { hasUnknownWrite: true })
const later = candidateOf(3, { desiredAt: new Date(2_000) })
const increaseLater = candidateOf(41, { desiredAt: new Date(2_000) })
const late: LaneWorld = { ...absolute, capabilities: { ...absolute.capabilities, visibilityLagMs: 2_000 } }

/** A step in one line: its kind and the quantities it is about, `!` where unfenced. */
function inShort(step: LaneStep): string {
  switch (step.kind) {
    case 'idle':
    case 'read-orders':
      return step.kind
    case 'wait':
    case 'wait-to-read':
      return `${step.kind} ${step.until.getTime()}`
    case 'in-step':
    case 'read-back':
      return `${step.kind} ${step.levels.map((level) => level.desired).join(' ')}`
    case 'write':
      return `write ${step.writes.map((write) => `${write.direction}:${write.expected}→${write.quantity}${write.unfenced ? '!' : ''}`).join(' ')}`
    default: {
      const never: never = step
      return never
    }
  }
}

test.each<[string, LaneCandidate[], LaneWorld, string]>([
  ['nothing waits', [], guarded, 'idle'],
  ['what agrees leaves first', [increase, inStep, zero], guarded, 'in-step 10'],
  ['an unknown write is never in step', [unknown], guarded, 'read-back 10'],
  // Zeros
  ['a zero goes at once, without a fence', [decrease, zero, increase], absolute, 'write zero:10→0'],
  ['a zero goes while nothing may be raised', [zero], { ...absolute, mayRaise: false }, 'write zero:10→0'],
  ['a zero goes before what is unread', [unread, zero], absolute, 'write zero:10→0'],
  ['a zero that was never read is read', [zeroUnread], absolute, 'read-back 0'],
  [
    'compare-and-set: zero is a decrease among others',
    [zero, decrease],
    guarded,
    'write zero:10→0 decrease:10→4',
  ],
  // Unread
  ['unread comes before decreases', [decrease, unread], { ...absolute, ...fenced }, 'read-back 40'],
  ['compare-and-set reads too before it expects', [decrease, unread], guarded, 'read-back 40'],
  // No reading says anything without the orders: what is known goes down meanwhile, nothing goes up.
  [
    'what is known is lowered while the orders cannot be read for what is not',
    [unread, unknown, decrease, increase],
    { ...absolute, ...fenced, readTooSlow: true, ordersFrom: new Date(9_000) },
    'write decrease:10→4',
  ],
  [
    'what must be read back waits for the orders alone, and nothing is raised before',
    [unread, increase],
    { ...absolute, ...fenced, readTooSlow: true, ordersFrom: new Date(9_000) },
    'wait-to-read 9000',
  ],
  [
    'where orders are read seldom, one read of them serves several batches',
    [unread, unknown, zeroUnread],
    { ...one, readBackMax: 2 },
    'read-back 40 10',
  ],
  // Decreases
  ['decreases go before increases', [increase, decrease], { ...absolute, ...fenced }, 'write decrease:10→4'],
  ['compare-and-set: no fence is needed', [increase, decrease], guarded, 'write decrease:10→4'],
  ['an unfenced decrease reads the orders', [decrease, increase], absolute, 'read-orders'],
  ['a fence before the quantity is none', [later], { ...absolute, ...fenced }, 'read-orders'],
  [
    'a slow read is skipped, and counted',
    [decrease],
    { ...absolute, readTooSlow: true },
    'write decrease:10→4!',
  ],
  [
    'a slow read: only what is unfenced is a risk',
    [decrease, later],
    { ...absolute, ...fenced, readTooSlow: true },
    'write decrease:10→4 decrease:10→3!',
  ],
  [
    'decreases go while nothing may be raised',
    [decrease],
    { ...guarded, mayRaise: false },
    'write decrease:10→4',
  ],
  // Increases
  ['an increase goes with its fence', [increase], { ...absolute, ...fenced }, 'write increase:10→40'],
  ['an unfenced increase reads the orders', [increase], absolute, 'read-orders'],
  [
    'however slow: an increase never goes unfenced',
    [increase],
    { ...absolute, readTooSlow: true },
    'read-orders',
  ],
  ['compare-and-set raises without a fence', [increase], guarded, 'write increase:10→40'],
  ['nothing is raised while the old holder may act', [increase], { ...guarded, mayRaise: false }, 'idle'],
  [
    'nothing is raised while the old holder may act, fence or not',
    [increase],
    { ...absolute, ...fenced, mayRaise: false },
    'idle',
  ],
  // Orders that show late
  [
    'orders that show late: a read proves nothing yet',
    [increase],
    { ...late, now: new Date(2_999) },
    'wait 3000',
  ],
  [
    'orders that show late: from then on it does',
    [increase],
    { ...late, now: new Date(3_000) },
    'read-orders',
  ],
  [
    'orders that show late: what is fenced already goes',
    [increase, increaseLater],
    { ...late, ...fenced, now: new Date(3_500) },
    'write increase:10→40',
  ],
  [
    'orders that show late: the first that can be proved is waited for',
    [increaseLater, increase],
    { ...late, now: new Date(2_500) },
    'wait 3000',
  ],
  [
    'orders that show late: a decrease needs no more than a read',
    [decrease],
    { ...late, now: new Date(1_001) },
    'read-orders',
  ],
  [
    'orders that show late: a read of its own time is enough for a decrease',
    [decrease],
    { ...late, fenceAt: new Date(-1_000), readAt: new Date(1_000), now: new Date(1_001) },
    'write decrease:10→4',
  ],
  [
    'its own sales do not put a raise off',
    [candidateOf(39, { desiredAt: new Date(2_900), raisedAt: new Date(1_000) })],
    { ...late, fenceAt: new Date(1_000), readAt: new Date(3_000), now: new Date(3_000) },
    'write increase:10→39',
  ],
  [
    'a decrease goes though an order must be read by itself, and that is counted',
    [decrease],
    { ...absolute, readAt: new Date(1_000) },
    'write decrease:10→4!',
  ],
  ['a raise does not', [increase], { ...absolute, readAt: new Date(1_000) }, 'read-orders'],
  [
    'orders read long ago are read again',
    [increase],
    { ...absolute, ...fenced, freshFrom: new Date(1_001) },
    'read-orders',
  ],
  ['for a decrease too', [decrease], { ...absolute, ...fenced, freshFrom: new Date(1_001) }, 'read-orders'],
  // Batches
  [
    'a batch is as large as the limit',
    [zero, zero, zero],
    { ...absolute, batchLimit: 2 },
    'write zero:10→0 zero:10→0',
  ],
  [
    'never larger than the platform takes',
    [increase, increase],
    { ...guarded, capabilities: { ...guarded.capabilities, batchMax: 1 }, batchLimit: 9 },
    'write increase:10→40',
  ],
  [
    'many increases go together where there is a slow way for many, and it is open',
    [increase, increase, increase],
    { ...one, bulk: { from: 3, max: 3 } },
    'write increase:10→40 increase:10→40 increase:10→40',
  ],
  [
    'fewer than it is meant for go singly',
    [increase, increase],
    { ...one, bulk: { from: 3, max: 3 } },
    'write increase:10→40',
  ],
  [
    'decreases never go that way, and before it',
    [increase, increase, decrease, decrease],
    { ...one, bulk: { from: 2, max: 3 } },
    'write decrease:10→4',
  ],
  [
    'nor does what is being taken apart',
    [increase, increase, increase],
    { ...guarded, batchLimit: 2, bulk: { from: 3, max: 3 } },
    'write increase:10→40 increase:10→40',
  ],
  ['a limit of nothing is one', [increase, increase], { ...guarded, batchLimit: 0 }, 'write increase:10→40'],
  [
    'reading back is bounded too',
    [unread, unread],
    { ...guarded, capabilities: { ...guarded.capabilities, batchMax: 1 } },
    'read-back 40',
  ],
])('a lane: %s', (_, candidates, world, step) => {
  expect(inShort(decideLaneStep(candidates, world))).toBe(step)
})

test('what is expected counts the sales known since it was confirmed', () => {
  const sold = candidateOf(8, { acknowledged: 10, acknowledgedSubtracted: 5, subtracted: 7 })
  expect(inShort(decideLaneStep([sold], guarded))).toBe('in-step 8')
})

const anyCandidate = fc
  .record({
    desired: fc.integer({ min: 0, max: 6 }),
    expected: fc.option(fc.integer({ min: 0, max: 6 }), { nil: null, freq: 8 }),
    hasUnknownWrite: fc.boolean(),
    desiredAt: fc.integer({ min: 0, max: 3 }),
    sinceRaised: fc.integer({ min: 0, max: 3 }),
  })
  .map(({ desired, desiredAt, sinceRaised, ...changes }) =>
    candidateOf(desired, {
      ...changes,
      desiredAt: new Date(desiredAt),
      raisedAt: new Date(Math.max(0, desiredAt - sinceRaised)),
    }),
  )
const anyWorld: fc.Arbitrary<LaneWorld> = fc.record({
  capabilities: fc.record({
    writeStyle: fc.constantFrom('compare-and-set' as const, 'absolute' as const),
    batchMax: fc.integer({ min: 1, max: 4 }),
    visibilityLagMs: fc.integer({ min: 0, max: 3 }),
  }),
  now: fc.integer({ min: 3, max: 8 }).map((ms) => new Date(ms)),
  freshFrom: fc.integer({ min: 0, max: 3 }).map((ms) => new Date(ms)),
  fenceAt: fc.option(
    fc.integer({ min: 0, max: 3 }).map((ms) => new Date(ms)),
    { nil: undefined },
  ),
  readAt: fc.option(
    fc.integer({ min: 0, max: 3 }).map((ms) => new Date(ms)),
    { nil: undefined },
  ),
  mayRaise: fc.boolean(),
  readTooSlow: fc.boolean(),
  ordersFrom: fc.option(
    fc.integer({ min: 9, max: 12 }).map((ms) => new Date(ms)),
    { nil: undefined },
  ),
  batchLimit: fc.integer({ min: 0, max: 5 }),
  bulk: fc.option(fc.record({ from: fc.integer({ min: 1, max: 6 }), max: fc.integer({ min: 1, max: 8 }) }), {
    nil: undefined,
  }),
})

test('I5: an increase is never written unread, never against the guard, and on an absolute platform only with a fence at or after its quantity', () => {
  fc.assert(
    fc.property(fc.array(anyCandidate, { maxLength: 8 }), anyWorld, (candidates, world) => {
      const step = decideLaneStep(candidates, world)
      const inBulk = decideBulkRaise(candidates, world)
      expect(inBulk.map(({ direction }) => direction).filter((each) => each !== 'increase')).toEqual([])
      for (const write of [...(step.kind === 'write' ? step.writes : []), ...inBulk]) {
        if (write.direction !== 'increase') continue
        expect(world.mayRaise).toBe(true)
        expect(write.expected).toBeDefined()
        expect(write.candidate.hasUnknownWrite).toBe(false)
        expect(write.unfenced).toBe(false)
        if (world.capabilities.writeStyle === 'absolute') {
          const fenceAt = world.fenceAt?.getTime() ?? -1
          expect(fenceAt).toBeGreaterThanOrEqual(write.candidate.raisedAt.getTime())
          const readAt = fenceAt + world.capabilities.visibilityLagMs
          expect(readAt).toBeGreaterThanOrEqual(write.candidate.desiredAt.getTime())
          expect(readAt).toBeGreaterThanOrEqual(world.freshFrom.getTime())
        }
      }
    }),
    fromEnvironment(2_000),
  )
})

test('I7: no increase is sent while a decrease waits', () => {
  fc.assert(
    fc.property(fc.array(anyCandidate, { maxLength: 8 }), anyWorld, (candidates, world) => {
      const step = decideLaneStep(candidates, world)
      if (step.kind !== 'write' || step.writes.every((write) => write.direction !== 'increase')) return
      const waiting = candidates.filter(
        (each) => each.acknowledged === null || each.hasUnknownWrite || each.desired < each.acknowledged,
      )
      expect(waiting).toEqual([])
    }),
    fromEnvironment(2_000),
  )
})

test('a lane never stands still while something may be written: it waits only where nothing may be raised, or proved yet', () => {
  fc.assert(
    fc.property(fc.array(anyCandidate, { minLength: 1, maxLength: 8 }), anyWorld, (candidates, world) => {
      const step = decideLaneStep(candidates, world)
      if (step.kind === 'wait-to-read') {
        expect(step.until).toBe(world.ordersFrom)
        const isKnown = ({ acknowledged, hasUnknownWrite }: LaneCandidate) =>
          acknowledged !== null && !hasUnknownWrite
        expect(candidates.filter((each) => isKnown(each) && each.desired < (each.acknowledged ?? 0))).toEqual(
          [],
        )
        const afterwards = decideLaneStep(candidates, { ...world, now: step.until, ordersFrom: undefined })
        expect(afterwards.kind).toBe('read-back')
      }
      if (step.kind === 'wait') {
        expect(step.until.getTime()).toBeGreaterThan(world.now.getTime())
        expect(world.capabilities.writeStyle).toBe('absolute')
        const afterwards = decideLaneStep(candidates, { ...world, now: step.until })
        expect(afterwards.kind).toBe('read-orders')
      }
      if (step.kind !== 'idle') return
      expect(world.mayRaise).toBe(false)
      for (const each of candidates) expect(each.desired).toBeGreaterThan(each.acknowledged ?? 0)
    }),
    fromEnvironment(2_000),
  )
})
