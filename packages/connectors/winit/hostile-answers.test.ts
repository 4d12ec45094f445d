import {
  connectWarehouse,
  fromEnvironment,
  hostileStories,
  somethingOfEverything,
  tellHostile,
  unhurried,
} from '@plimsoll/connector-kit/conformance'
import { seededRandom } from '@plimsoll/connector-kit/simulator'
import fc from 'fast-check'
import { test } from 'vitest'
import { connector } from './index.ts'
import { createWinitSimulator } from './simulator/index.ts'

test.each(Object.entries(hostileStories))('%s', { timeout: 120_000 }, async (_, story) => {
  const simulator = await createWinitSimulator()
  try {
    const open = () => connectWarehouse(unhurried(connector), simulator)
    const about = await somethingOfEverything(open())
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.boolean(), async (seed, isText) => {
        // A connection of its own: what it has looked up it may keep.
        const connected = open()
        await tellHostile(story, {
          connected,
          about,
          faults: simulator.faults,
          random: seededRandom(seed),
          isText,
        })
      }),
      fromEnvironment({ numRuns: 60 }),
    )
  } finally {
    await simulator.close()
  }
})
