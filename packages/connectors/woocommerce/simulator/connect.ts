import { randomUUID } from 'node:crypto'
import {
  type CallRecord,
  type ChannelOperations,
  createBudgets,
  createHttp,
  type Http,
  systemClock,
} from '@plimsoll/connector-kit'
import { connector } from '../index.ts'
import type { Credentials, Settings } from '../settings.ts'
import type { WooCommerceSimulator } from './index.ts'

export type Connection = { operations: ChannelOperations; calls: CallRecord[] }

/** For tests: a connection to a simulated shop over real HTTP, and the calls that it makes. */
export function connect(
  simulator: WooCommerceSimulator,
  {
    settings = {},
    credentials = {},
    wrap = (http) => http,
    now = () => systemClock.now(),
  }: {
    settings?: Partial<Settings>
    credentials?: Partial<Credentials>
    /** What stands between the connector and the network. */
    wrap?: (http: Http) => Http
    /** The connector's clock. */
    now?: () => number
  } = {},
): Connection {
  const calls: CallRecord[] = []
  const http = createHttp({
    budgets: createBudgets(connector.manifest.budgets, systemClock),
    clock: systemClock,
    onCall: (call) => calls.push(call),
  })
  const operations = connector.open({
    settings: connector.manifest.settings.parse({ ...simulator.settings, ...settings }),
    credentials: connector.manifest.credentials.parse({ ...simulator.credentials, ...credentials }),
    http: wrap(http),
    now,
    uuid: () => randomUUID(),
  })
  return { operations, calls }
}

/** As if a proxy ended TLS before the simulator: the connector says https, the wire is plain. */
export function overTls(http: Http): Http {
  return {
    ...http,
    send: (request) => http.send({ ...request, url: request.url.replace(/^https:/, 'http:') }),
  }
}
