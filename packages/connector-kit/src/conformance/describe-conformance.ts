import { describe, expect, test } from 'vitest'
import { conformanceCases } from './conformance-cases.ts'
import { CASE_TIMEOUT_MS, type ConformanceSetup } from './run-conformance.ts'

/**
 * Registers the tests that every channel connector must pass, run against its simulator over real HTTP. They share
 * nothing, and most of their time is spent waiting for the platform's budgets: several run at once.
 */
export function describeConformance<Settings, Credentials>(
  name: string,
  { connector, start, notOwed = {} }: ConformanceSetup<Settings, Credentials>,
): void {
  describe(`conformance: ${name}`, { concurrent: true, timeout: CASE_TIMEOUT_MS }, () => {
    const cases = conformanceCases(connector)
    test('what is not owed is named as the suite names it', () => {
      const titles = cases.map(({ title }) => title)
      expect(Object.keys(notOwed).filter((title) => !titles.includes(title))).toEqual([])
    })
    for (const { title, story } of cases.filter((each) => !Object.hasOwn(notOwed, each.title))) {
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
