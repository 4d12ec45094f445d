import { manualClock } from '@plimsoll/connector-kit'
import { fromEnvironment } from '@plimsoll/database/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LanePace } from './lane-pace.ts'

const AT_LATEST_MS = 1_000

const anyStep = fc.oneof(
  fc.record({ kind: fc.constant('call' as const) }),
  fc.record({ kind: fc.constant('ahead' as const) }),
  fc.record({ kind: fc.constant('known' as const) }),
  fc.record({ kind: fc.constant('pass' as const), ms: fc.integer({ min: 1, max: 700 }) }),
  fc.record({
    kind: fc.constant('turn' as const),
    againMs: fc.option(fc.integer({ min: 0, max: 200_000 }), { nil: undefined }),
    /** Comes while it runs. */
    meanwhile: fc.constantFrom(undefined, 'call' as const, 'known' as const),
  }),
)

test('the lane is asked when called, when more is known, when it said so and at latest after a second, and else not', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyStep, { maxLength: 60 }), async (steps) => {
      const clock = manualClock(0)
      const pace = new LanePace(clock, AT_LATEST_MS)
      // What the turns owe it, by the plain words of the test's name.
      let isOwed = true
      let againAt = 0
      for (const step of steps) {
        if (step.kind === 'call') pace.call()
        if (step.kind === 'ahead') pace.readAhead()
        if (step.kind === 'known') pace.noteKnown()
        if (step.kind === 'pass') await clock.advance(step.ms)
        else if (step.kind !== 'turn') isOwed = true
        if (step.kind !== 'turn') continue
        let hasRun = false
        const told = step.againMs === undefined ? undefined : clock.now() + step.againMs
        const said = await pace.turn(
          async () => {
            hasRun = true
            if (step.meanwhile === 'call') pace.call()
            if (step.meanwhile === 'known') pace.noteKnown()
            return told === undefined ? undefined : new Date(told)
          },
          { always: false },
        )
        expect(hasRun).toBe(isOwed || clock.now() >= againAt)
        if (!hasRun) expect(said).toBe(againAt)
        if (!hasRun) continue
        expect(said).toBe(told)
        againAt = Math.min(told ?? 0, clock.now() + AT_LATEST_MS)
        isOwed = told === undefined || step.meanwhile !== undefined
      }
    }),
    fromEnvironment(300),
  )
})
