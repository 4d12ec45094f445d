import { describe, test } from 'vitest'
import { conformanceCases } from './conformance-cases.ts'
import { CASE_TIMEOUT_MS, type ConformanceSetup } from './run-conformance.ts'

/**
 * Registers the tests that every channel connector must pass, run against its simulator over real HTTP. They share
 * nothing, and most of their time is spent waiting for the platform's budgets: several run at once.
 */
export function describeConformance<Settings, Credentials>(
  name: string,
  { connector, start }: ConformanceSetup<Settings, Credentials>,
): void {
  describe(`conformance: ${name}`, { concurrent: true, timeout: CASE_TIMEOUT_MS }, () => {
    for (const { title, story } of conformanceCases(connector)) {
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
