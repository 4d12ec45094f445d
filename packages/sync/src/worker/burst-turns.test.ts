import { manualClock, Unavailable } from '@plimsoll/connector-kit'
import { fromEnvironment } from '@plimsoll/database/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { BurstChores, CHORE_AT_LATEST_MS, NOT_OWED_EVERY_MS, notOwed, owed } from './burst-chores.ts'
import type { WorkerContext } from './worker-context.ts'

// Whose turn it is in a burst, of kinds that always have something to call for.

test('I7: in a burst each kind of chore comes to its turn, those that are in no hurry two minutes apart', async () => {
  const anyKinds = fc.array(fc.record({ isOwed: fc.boolean(), fails: fc.boolean() }), {
    minLength: 1,
    maxLength: 10,
  })
  const anyRaise = fc.constantFrom('never', 'always', 'fails')
  await fc.assert(
    fc.asyncProperty(anyKinds, anyRaise, async (kinds, raising) => {
      const clock = manualClock()
      const standIn = { class: undefined, calls: 0 }
      const budgets = { ready: async () => undefined }
      const context = { clock, standIn, budgets, organizationId: 'one', ending: new AbortController().signal }
      const done: { nth: number; at: number }[] = []
      const chores = kinds.map(({ isOwed, fails }, nth) => {
        const run = async () => {
          standIn.calls += 1
          done.push({ nth, at: clock.now() })
          if (fails) throw new Unavailable('The shop did not answer', true)
        }
        return isOwed ? owed(run) : notOwed(run)
      })
      const raisedAt: number[] = []
      const raise = {
        isPossible: () => raising !== 'never',
        run: async () => {
          standIn.calls += 1
          raisedAt.push(clock.now())
          if (raising === 'fails') throw new Unavailable('The shop did not answer', true)
        },
      }
      const held = context as unknown as WorkerContext
      const burst = new BurstChores(held, raise, chores, async () => undefined)
      const spent = kinds.length * (NOT_OWED_EVERY_MS + 2 * CHORE_AT_LATEST_MS)
      for (let passed = 0; passed < spent; passed += 1_000) {
        await clock.advance(1_000)
        if (burst.takesTurn()) await burst.turn()
      }
      expect(new Set(done.map(({ nth }) => nth)).size).toBe(kinds.length)
      const apart = raisedAt.slice(1).map((at, nth) => at - (raisedAt[nth] ?? 0))
      const raiseEveryMs = raising === 'fails' ? CHORE_AT_LATEST_MS : NOT_OWED_EVERY_MS
      expect(Math.min(Infinity, ...apart)).toBeGreaterThanOrEqual(raiseEveryMs)
      expect(raisedAt.length > 0).toBe(raising !== 'never')
      const times = done.filter(({ nth }) => kinds[nth]?.isOwed === false).map(({ at }) => at)
      const gaps = times.slice(1).map((at, nth) => at - (times[nth] ?? 0))
      expect(Math.min(Infinity, ...gaps)).toBeGreaterThanOrEqual(NOT_OWED_EVERY_MS)
      const all = done.slice(1).map(({ at }, nth) => at - (done[nth]?.at ?? 0))
      expect(Math.min(Infinity, ...all)).toBeGreaterThanOrEqual(CHORE_AT_LATEST_MS)
    }),
    fromEnvironment(50),
  )
})
