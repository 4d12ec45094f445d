import type { Tx } from '@plimsoll/database'
import { sql } from 'kysely'

/**
 * Wake-ups between processes. Each is a hint, never the truth: whoever misses one finds the work at its
 * next look. At most one per kind and transaction, since many NOTIFYs serialise commits.
 */
export type Wake =
  | { kind: 'inbox'; connectionIds: string[] }
  | { kind: 'items' }
  | { kind: 'lane'; connectionIds: string[] }
  | { kind: 'connection'; connectionIds: string[] }
  /** Something a screen shows has changed. */
  | { kind: 'screen'; topics: ScreenTopic[]; itemIds: string[] }

export type ScreenTopic = 'overview' | 'items' | 'connections' | 'parked' | 'activity' | 'tasks'

export const WAKE_CHANNEL = 'plimsoll'

/** NOTIFY payloads end at 8,000 bytes: past this many ids the reader is told "any". */
const IDS_MAX = 100

export async function notify(tx: Tx, organizationId: string, wake: Wake): Promise<void> {
  const shortened = wake.kind === 'screen' && wake.itemIds.length > IDS_MAX ? { ...wake, itemIds: [] } : wake
  const payload = JSON.stringify({ ...shortened, organizationId })
  await sql`select pg_notify(${WAKE_CHANNEL}, ${payload})`.execute(tx)
}

/** Reads a payload that `notify` wrote; undefined for another organization's or another version's. */
export function parseWake(payload: string, organizationId: string): Wake | undefined {
  const wake = JSON.parse(payload) as Wake & { organizationId: string }
  return wake.organizationId === organizationId ? wake : undefined
}
