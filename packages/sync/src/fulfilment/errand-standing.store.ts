import { type Db, inTransaction } from '@plimsoll/database'
import { sql } from 'kysely'
import { nowOf, type SyncContext } from '../context.ts'
import { notify } from '../notify.ts'
import { reviveErrands } from './errands.store.ts'
import type { ErrandKind, ErrandState } from './errands.ts'

/** How a call about something stands, as people read it. */
export type ErrandStanding = {
  state: ErrandState
  /** Name of the connection that it is made to. */
  warehouse: string
  externalId: string | null
  code: string | null
  problem: string | null
  attempts: number
  /** A call that was made may act until then. */
  callsUntil: Date | null
  /** An earlier call was made, and nobody knows what became of it. */
  inDoubt: boolean
}

/** @returns undefined where none was noted */
export async function findErrandStanding(
  db: Db,
  organizationId: string,
  kind: ErrandKind,
  subjectId: string,
): Promise<ErrandStanding | undefined> {
  const found = await sql<ErrandStanding>`
    select errand.state, connection.name as warehouse, external_id, error_code as code, error as problem, attempts,
      calls_until, in_doubt
    from errand
    join connection using (organization_id, connection_id)
    where organization_id = ${organizationId} and kind = ${kind} and subject_id = ${subjectId}`.execute(db)
  return found.rows[0]
}

/** Has a call made anew that was refused, or that could not be made. One that is under way, or done, is left as it is. */
export async function makeAgain(context: SyncContext, kind: ErrandKind, subjectId: string): Promise<void> {
  const { database, organizationId } = context
  await inTransaction(database, async (tx) => {
    const connectionIds = await reviveErrands(tx, organizationId, kind, [subjectId], {
      at: nowOf(context),
      ended: ['refused', 'dropped'],
    })
    if (connectionIds.length > 0) await notify(tx, organizationId, { kind: 'lane', connectionIds })
  })
}
