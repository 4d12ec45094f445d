import type { ConnectorContext } from '../contract.ts'

/** What a connector is handed, without a network: for tests of what must not call. */
export function offlineContext<Settings, Credentials>(given: {
  settings: Settings
  credentials: Credentials
}): ConnectorContext<Settings, Credentials> {
  const refuse = (): never => {
    throw new Error('this calls nobody')
  }
  return {
    ...given,
    http: {
      send: async () => refuse(),
      budgets: {
        acquire: async () => refuse(),
        ready: async () => refuse(),
        isReady: refuse,
        readyInMs: refuse,
        snapshot: refuse,
        learnBucket: refuse,
        throttled: refuse,
      },
    },
    now: () => 0,
    uuid: () => '00000000-0000-7000-8000-000000000000',
  }
}
