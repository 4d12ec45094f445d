import {
  AccountProblem,
  deletePiece,
  findDeletions,
  findOrganizationName,
  finishDeletion,
  markForDeletion,
} from '@plimsoll/accounts'
import { type Database, inTransaction } from '@plimsoll/database'
import type { SyncContext } from '@plimsoll/sync'
import type { HubBase } from '../hub-base.ts'

/** Deletes so many rows in one transaction: locks are held for as long, and vacuum can take up what is behind. */
const ROWS_PER_PIECE = 5_000

type World = Pick<HubBase, 'everyone' | 'context' | 'log'>

/**
 * Deletes every organization that is marked, as far as it can now. Any number of processes may do it at once, and another
 * goes on where one died: a piece is there or it is not.
 * @param onPiece told of each piece; by throwing it ends the work there
 * @returns the ids of those that are gone
 */
export async function deleteMarked(
  { everyone, context, log }: World,
  options: {
    signal?: AbortSignal
    rowsPerPiece?: number
    only?: string
    onPiece?: (organizationId: string, rows: number) => void
  } = {},
): Promise<string[]> {
  const gone: string[] = []
  for (const { organizationId } of await findDeletions(everyone.kysely)) {
    if (options.only !== undefined && options.only !== organizationId) continue
    let rows = 0
    for (;;) {
      if (options.signal?.aborted === true) return gone
      const piece = await inTransaction(everyone, (tx) =>
        deletePiece(tx, organizationId, options.rowsPerPiece ?? ROWS_PER_PIECE),
      )
      rows += piece
      if (piece === 0) break
      options.onPiece?.(organizationId, rows)
    }
    if (!(await finishDeletion({ ...context, database: everyone }, organizationId))) continue
    gone.push(organizationId)
    log.info({ organizationId, rows }, 'organization deleted')
  }
  return gone
}

/**
 * Marks the organization of the context, whose name was typed to confirm it.
 * @param everyone what follows the hub's last organization is not behind its wall
 * @throws AccountProblem where it is not called so
 */
export async function markConfirmed(everyone: Database, context: SyncContext, typed: string): Promise<void> {
  const { organizationId } = context
  await inTransaction(everyone, async (tx) => {
    const known = await findOrganizationName(tx, organizationId)
    if (known !== undefined && typed.trim() !== known)
      throw new AccountProblem('name-differs', `This organization is called "${known}".`, 'name')
    await markForDeletion(tx, context, organizationId)
  })
}
