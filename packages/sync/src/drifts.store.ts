import { type Tx, unnestRows } from '@plimsoll/database'
import { sql } from 'kysely'

export type NewDrift = { driftId: string; levelId: string; observed: number; expected: number; cause: string }

/** Records differences that reconciliation found and heals. */
export async function insertDrifts(
  tx: Tx,
  organizationId: string,
  drifts: readonly NewDrift[],
  found: { connectionId: string; at: Date },
): Promise<void> {
  if (drifts.length === 0) return
  const source = unnestRows('found', drifts, {
    driftId: 'uuid',
    levelId: 'uuid',
    observed: 'bigint',
    expected: 'bigint',
    cause: 'text',
  })
  await sql`
    insert into drift (organization_id, drift_id, connection_id, level_id, observed, expected, cause, found_at)
    select ${organizationId}, drift_id, ${found.connectionId}, level_id, observed, expected, cause, ${found.at}
    from ${source}`.execute(tx)
}
