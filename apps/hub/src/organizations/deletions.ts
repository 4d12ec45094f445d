import { deletePiece, findDeletions, finishDeletion } from '@plimsoll/accounts'
import { inTransaction } from '@plimsoll/database'
import type { HubBase } from '../hub.ts'

/** Deletes so many rows in one transaction: locks are held for as long, and vacuum can take up what is behind. */
const ROWS_PER_PIECE = 5_000

type World = Pick<HubBase, 'database' | 'context' | 'log'>

/**
 * Deletes every organization that is marked, as far as it can now. Any number of processes may do it at once, and another
 * goes on where one died: a piece is there or it is not.
 * @param onPiece told of each piece; by throwing it ends the work there
 * @returns the ids of those that are gone
 */
export async function deleteMarked(
  { database, context, log }: World,
  options: {
    signal?: AbortSignal
    rowsPerPiece?: number
    only?: string
    onPiece?: (organizationId: string, rows: number) => void
  } = {},
): Promise<string[]> {
  const gone: string[] = []
  for (const { organizationId } of await findDeletions(database.kysely)) {
    if (options.only !== undefined && options.only !== organizationId) continue
    let rows = 0
    for (;;) {
      if (options.signal?.aborted === true) return gone
      const piece = await inTransaction(database, (tx) =>
        deletePiece(tx, organizationId, options.rowsPerPiece ?? ROWS_PER_PIECE),
      )
      rows += piece
      if (piece === 0) break
      options.onPiece?.(organizationId, rows)
    }
    if (!(await finishDeletion(context, organizationId))) continue
    gone.push(organizationId)
    log.info({ organizationId, rows }, 'organization deleted')
  }
  return gone
}
