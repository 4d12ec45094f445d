import {
  bindContext,
  type ChannelOperations,
  createBudgets,
  createHttp,
  systemClock,
} from '@plimsoll/connector-kit'
import { connector } from '../index.ts'
import type { Settings } from '../settings.ts'
import type { AmazonSimulator } from '../simulator/index.ts'

/** A connection that waits for no budget, to a simulator that has none: for tests that call thousands of times. */
export function openWithoutLimits(
  simulator: AmazonSimulator,
  settings: Partial<Settings> = {},
): ChannelOperations {
  const http = createHttp({ budgets: createBudgets([], systemClock), clock: systemClock })
  return connector.open(
    bindContext(connector, {
      settings: { ...simulator.settings, ...settings },
      credentials: simulator.credentials,
      http: { ...http, budgets: { ...http.budgets, learnBucket: () => undefined } },
      now: () => systemClock.now(),
      uuid: () => crypto.randomUUID(),
    }),
  )
}
