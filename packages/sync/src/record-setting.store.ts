import type { Tx } from '@plimsoll/database'
import { sql } from 'kysely'

/**
 * Notes a change of a setting whose table does not note it by itself, in the transaction that makes it; in whose name is
 * known there. The same before and after is no change.
 */
export async function recordSetting(
  tx: Tx,
  organizationId: string,
  change: { kind: string; subject: object; before: object | null; after: object | null; at: Date },
): Promise<void> {
  const { kind, at } = change
  const [subject, before, after] = [change.subject, change.before, change.after].map((each) =>
    each === null ? null : JSON.stringify(each),
  )
  await sql`
    select record_setting(${organizationId}, ${kind}, ${subject}::jsonb, ${before}::jsonb, ${after}::jsonb, ${at})`.execute(
    tx,
  )
}
