import { hash } from 'node:crypto'
import { type Db, type Tx, unnestRows } from '@plimsoll/database'
import { sql } from 'kysely'
import type { StockContext } from '../context.ts'

/** A stable text of a command's content, to tell a repeat from another command under the same key. */
export function digestOf(content: unknown): string {
  return hash('sha256', JSON.stringify(content), 'base64url')
}

export type KnownKey = { commandKey: string; digest: string; result: unknown }

/** Commands already applied under these keys. */
export async function findCommandKeys(
  db: Db,
  organizationId: string,
  keys: readonly string[],
): Promise<Map<string, KnownKey>> {
  const found = await sql<KnownKey>`
    select command_key, digest, result from command_key
    where organization_id = ${organizationId} and command_key = any(${sql.val(keys)}::text[])`.execute(db)
  return new Map(found.rows.map((row) => [row.commandKey, row]))
}

/**
 * Claims keys with what their commands answer: a second transaction with the same key waits here for the
 * first to commit, and then gets nothing back.
 * @returns the keys that are ours
 */
export async function claimCommandKeys(
  tx: Tx,
  context: StockContext,
  keys: readonly KnownKey[],
): Promise<Set<string>> {
  if (keys.length === 0) return new Set()
  const rows = [...keys].sort((a, b) => (a.commandKey < b.commandKey ? -1 : 1))
  const source = unnestRows('claimed', rows, { commandKey: 'text', digest: 'text', result: 'jsonb' })
  const claimed = await sql<{ commandKey: string }>`
    insert into command_key (organization_id, command_key, digest, result, applied_at)
    select ${context.organizationId}, command_key, digest, result, ${context.now()}
    from ${source}
    on conflict do nothing
    returning command_key`.execute(tx)
  return new Set(claimed.rows.map((row) => row.commandKey))
}
