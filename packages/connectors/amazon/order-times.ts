import type { ConnectorContext, ExternalOrder } from '@plimsoll/connector-kit'
import type { Reading } from './levels.ts'
import type { Credentials, Settings } from './settings.ts'

export type OrderReading = Reading & Pick<ConnectorContext<Settings, Credentials>, 'http' | 'now'>

/** Amazon refuses to be asked for what changed later than two minutes ago. */
const LATEST_MS = 3 * 60_000
/** And shows no order older than two years. */
const OLDEST_MS = 2 * 365 * 24 * 3_600_000

export function versionOf(time: unknown): number | undefined {
  const version = typeof time === 'string' ? Date.parse(time) : Number.NaN
  return Number.isSafeInteger(version) ? version : undefined
}

/** A moment that Amazon takes; what it answers beyond what was asked is left out afterwards. */
export function askableSince(since: Date, { now }: Pick<OrderReading, 'now'>): Date {
  const at = Math.min(Math.max(since.getTime(), now() - OLDEST_MS), now() - LATEST_MS)
  return new Date(at)
}

export function isSince({ version }: ExternalOrder, since: Date): boolean {
  return version === undefined || version >= since.getTime()
}
