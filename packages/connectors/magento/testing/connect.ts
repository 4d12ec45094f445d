import { randomUUID } from 'node:crypto'
import {
  bindContext,
  type CallRecord,
  type ChannelOperations,
  type Clock,
  createBudgets,
  createHttp,
  type Http,
  systemClock,
} from '@plimsoll/connector-kit'
import { connector } from '../index.ts'
import type { Credentials, Settings } from '../settings.ts'
import type { MagentoSimulator } from '../simulator/index.ts'

export type Connection = { operations: ChannelOperations; calls: CallRecord[] }

/** For tests: a connection to a simulated shop over real HTTP, and the calls that it makes. */
export function connect(
  simulator: MagentoSimulator,
  {
    settings = {},
    credentials = simulator.credentials,
    clock = systemClock,
    wrap = (http) => http,
  }: {
    settings?: Partial<Settings>
    credentials?: Credentials
    /** Of the hub; the network always has the machine's. */
    clock?: Pick<Clock, 'now'>
    /** What stands between the connector and the network. */
    wrap?: (http: Http) => Http
  } = {},
): Connection {
  const calls: CallRecord[] = []
  const http = createHttp({
    budgets: createBudgets(connector.manifest.budgets, systemClock),
    clock: systemClock,
    onCall: (call) => calls.push(call),
  })
  const context = bindContext(connector, {
    settings: connector.manifest.settings.parse({ ...simulator.settings, ...settings }),
    credentials: connector.manifest.credentials.parse(credentials),
    http: wrap(http),
    now: () => clock.now(),
    uuid: () => randomUUID(),
  })
  return { operations: connector.open(context), calls }
}
