import { describe, expect, test } from 'vitest'
import type { Connector } from '../contract.ts'
import type { ConformanceWorld } from './world.ts'

export type ConformanceOptions<Settings, Credentials> = {
  connector: Connector<Settings, Credentials>
  /** A fresh world for each test: `createConformanceWorld` around a freshly started simulator. */
  start(): Promise<ConformanceWorld>
}

/** Registers the tests that every channel connector must pass, run against its simulator over real HTTP. */
export function describeConformance<Settings, Credentials>(
  name: string,
  { start }: ConformanceOptions<Settings, Credentials>,
): void {
  describe(`conformance: ${name}`, () => {
    test('check() says who we are', async () => {
      const world = await start()
      try {
        expect((await world.operations.check()).missingScopes).toEqual([])
      } finally {
        await world.close()
      }
    })
  })
}
