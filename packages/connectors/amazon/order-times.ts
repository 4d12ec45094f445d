import { type ConnectorContext, type ExternalOrder, Invalid } from '@plimsoll/connector-kit'
import { z } from 'zod'
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

const cursorShape = z.strictObject({ after: z.iso.datetime(), token: z.string().min(1) })

/**
 * From when Amazon is asked: a moment that it takes, the same for all pages; what it answers beyond what was wanted is left
 * out afterwards.
 */
export function beginPages(
  { since, cursor }: { since: Date; cursor: string | undefined },
  { now }: Pick<OrderReading, 'now'>,
): { after: string; token: string | undefined } {
  if (cursor === undefined) {
    const at = Math.min(Math.max(since.getTime(), now() - OLDEST_MS), now() - LATEST_MS)
    return { after: new Date(at).toISOString(), token: undefined }
  }
  const place = cursorShape.safeParse(parseOrUndefined(cursor)).data
  if (place === undefined) throw new Invalid('this is no place in the orders', 'cursor')
  return place
}

export function nextPage(after: string, token: string | undefined): string | undefined {
  return token === undefined ? undefined : JSON.stringify({ after, token })
}

function parseOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // The caller says what it is not.
  }
}

export function isSince({ version }: ExternalOrder, since: Date): boolean {
  return version === undefined || version >= since.getTime()
}
