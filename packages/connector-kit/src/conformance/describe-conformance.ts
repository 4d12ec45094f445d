import { describe, test } from 'vitest'
import type { Connector } from '../contract.ts'
import { accessCases } from './access-cases.ts'
import { cancelCases } from './cancel-cases.ts'
import type { ConformanceCase } from './conformance-case.ts'
import { connectCases } from './connect-cases.ts'
import { countCases } from './count-cases.ts'
import { failureCases } from './failure-cases.ts'
import { levelCases } from './level-cases.ts'
import { listingCases } from './listing-cases.ts'
import { orderCases } from './order-cases.ts'
import { queueCases } from './queue-cases.ts'
import { shippingCases } from './shipping-cases.ts'
import { ticketCases } from './ticket-cases.ts'
import { webhookCases } from './webhook-cases.ts'
import { withdrawCases } from './withdraw-cases.ts'
import type { ConformanceWorld } from './world.ts'

export type ConformanceOptions<Settings, Credentials> = {
  connector: Connector<Settings, Credentials>
  /** A fresh world for each test: `createConformanceWorld` around a freshly started simulator. */
  start(): Promise<ConformanceWorld>
}

/** Every case that a connector with this manifest owes. */
export function conformanceCases<Settings, Credentials>(
  connector: Connector<Settings, Credentials>,
): ConformanceCase[] {
  return [
    ...accessCases(),
    ...connectCases(connector),
    ...listingCases(),
    ...levelCases(connector.manifest.capabilities),
    ...withdrawCases(connector.manifest.capabilities),
    ...ticketCases(connector.manifest.capabilities),
    ...orderCases(),
    ...shippingCases(connector.manifest.capabilities),
    ...cancelCases(connector.manifest.capabilities),
    ...countCases(connector.manifest.capabilities),
    ...webhookCases(connector),
    ...queueCases(connector),
    ...failureCases(),
  ]
}

/** Registers the tests that every channel connector must pass, run against its simulator over real HTTP. */
export function describeConformance<Settings, Credentials>(
  name: string,
  { connector, start }: ConformanceOptions<Settings, Credentials>,
): void {
  describe(`conformance: ${name}`, () => {
    for (const { title, story } of conformanceCases(connector)) {
      test(title, { timeout: 60_000 }, async () => {
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
