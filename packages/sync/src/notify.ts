import type { Db } from '@plimsoll/database'
import { sql } from 'kysely'
import { z } from 'zod'

/**
 * Wake-ups between processes. Each is a hint, never the truth: whoever misses one finds the work at its
 * next look. At most one per kind and transaction, since many NOTIFYs serialise commits.
 */
export type Wake =
  | { kind: 'inbox'; connectionIds: string[] }
  | { kind: 'items' }
  /** An order of these connections that nobody has seen before is being applied: the others will soon show less. */
  | { kind: 'selling'; connectionIds: string[] }
  | { kind: 'lane'; connectionIds: string[] }
  | { kind: 'connection'; connectionIds: string[] }
  /** Something a screen shows has changed. */
  | { kind: 'screen'; topics: ScreenTopic[]; itemIds: string[] }

export type ScreenTopic = 'overview' | 'items' | 'connections' | 'parked' | 'activity' | 'tasks' | 'alerts'

export const WAKE_CHANNEL = 'plimsoll'

/** NOTIFY payloads end at 8,000 bytes: past this many ids the reader is told "any". */
const IDS_MAX = 100

export async function notify(tx: Db, organizationId: string, ...wakes: Wake[]): Promise<void> {
  if (wakes.length === 0) return
  const payloads = wakes.map((wake) => toPayload(organizationId, wake))
  await sql`select pg_notify(${WAKE_CHANNEL}, payload) from unnest(${sql.val(payloads)}::text[]) as wake(payload)`.execute(
    tx,
  )
}

/** What a wake-up says on the wire. */
export function toPayload(organizationId: string, wake: Wake): string {
  const shortened = wake.kind === 'screen' && wake.itemIds.length > IDS_MAX ? { ...wake, itemIds: [] } : wake
  return JSON.stringify({ ...shortened, organizationId })
}

/**
 * Reads a payload that `notify` wrote; undefined for another organization's or another version's, and for
 * what anybody else says on the channel: a hint that cannot be read must not end the process.
 */
export function parseWake(payload: string, organizationId: string): Wake | undefined {
  try {
    const parsed = wakeSchema.safeParse(JSON.parse(payload))
    return parsed.success && parsed.data.organizationId === organizationId ? parsed.data : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

const connectionIds = z.array(z.string())
const wakeSchema = z.discriminatedUnion('kind', [
  z.object({ organizationId: z.string(), kind: z.literal('inbox'), connectionIds }),
  z.object({ organizationId: z.string(), kind: z.literal('items') }),
  z.object({ organizationId: z.string(), kind: z.literal('selling'), connectionIds }),
  z.object({ organizationId: z.string(), kind: z.literal('lane'), connectionIds }),
  z.object({ organizationId: z.string(), kind: z.literal('connection'), connectionIds }),
  z.object({
    organizationId: z.string(),
    kind: z.literal('screen'),
    topics: z.array(z.enum(['overview', 'items', 'connections', 'parked', 'activity', 'tasks', 'alerts'])),
    itemIds: z.array(z.string()),
  }),
])
