import { findConnectionId } from '../connections/connections.ts'
import type { SyncContext } from '../context.ts'
import { type SyncErrorCode, SyncProblem } from '../errors.ts'
import { findAskedDrifts } from './drifts.store.ts'
import { resolveDrift } from './edits.ts'

/** Each answer is a transaction of its own: what takes longer than a request may is asked for again. */
const AT_ONCE_MAX = 200

type ResolvedDrifts = {
  resolved: number
  /** They stay asked, with why. */
  refused: { driftId: string; code: SyncErrorCode; message: string }[]
  /** Found by then and not looked at yet: ask once more. */
  left: number
}

/**
 * Answers what a person was asked about a connection, the oldest first, at most 200 at a time.
 * @param until what was found later nobody has seen: it stays asked
 * @throws SyncProblem for a connection that is not known
 */
export async function resolveDrifts(
  context: SyncContext,
  wish: { connection: string; winner: 'hub' | 'platform'; until: Date },
): Promise<ResolvedDrifts> {
  const { organizationId, database } = context
  const { winner, until } = wish
  const connectionId = await findConnectionId(context, wish.connection)
  const asked = await findAskedDrifts(database.kysely, organizationId, connectionId, until)
  const refused: ResolvedDrifts['refused'] = []
  const now = asked.slice(0, AT_ONCE_MAX)
  for (const driftId of now) {
    try {
      await resolveDrift(context, driftId, winner)
    } catch (error) {
      // The ledger refuses it, or somebody answered meanwhile: the others are answered all the same.
      if (!(error instanceof SyncProblem)) throw error
      refused.push({ driftId, code: error.code, message: error.message })
    }
  }
  return { resolved: now.length - refused.length, refused, left: asked.length - now.length }
}
