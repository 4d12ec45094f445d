import { describe, expect, test } from 'vitest'
import { conformanceCases } from './conformance-cases.ts'
import { CASE_TIMEOUT_MS, type ConformanceSetup, whyLeftOut } from './run-conformance.ts'

/**
 * Registers the tests that every channel connector must pass, run against its simulator over real HTTP. They share
 * nothing, and most of their time is spent waiting for the platform's budgets: several run at once.
 */
export function describeConformance<Settings, Credentials>(
  name: string,
  setup: ConformanceSetup<Settings, Credentials>,
): void {
  describe(`conformance: ${name}`, { concurrent: true, timeout: CASE_TIMEOUT_MS }, () => {
    const { connector, start, leavesOut = [] } = setup
    const cases = conformanceCases(connector)
    test('what is left out is there to be left out', () => {
      for (const { about } of leavesOut)
        expect(
          cases.some(({ title }) => about.test(title)),
          String(about),
        ).toBe(true)
    })
    for (const { title, story } of cases) {
      if (whyLeftOut(title, setup) !== undefined) continue
      test(title, async () => {
        const world = await start()
        try {
          await story(world)
        } finally {
          await world.close()
        }
      })
    }
  })
}
