import { describe, test } from 'vitest'
import { conformanceCases } from './conformance-cases.ts'
import { CASE_TIMEOUT_MS, type ConformanceSetup } from './run-conformance.ts'

/** Registers the tests that every channel connector must pass, run against its simulator over real HTTP. */
export function describeConformance<Settings, Credentials>(
  name: string,
  { connector, start }: ConformanceSetup<Settings, Credentials>,
): void {
  describe(`conformance: ${name}`, () => {
    for (const { title, story } of conformanceCases(connector)) {
      test(title, { timeout: CASE_TIMEOUT_MS }, async () => {
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
