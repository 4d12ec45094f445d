import type { ReplayResult } from '@plimsoll/client'
import { inTransaction } from '@plimsoll/database'
import { notify, nowOf, type Parked, type SyncContext } from '@plimsoll/sync'
import { countStates, hasWorker, putBack } from './replay.store.ts'

const WAIT_MS_MAX = 5_000
const LOOK_MS = 50

/**
 * Puts parked events back in line, wakes the workers and waits a moment for what becomes of them, so that
 * whoever pressed the button sees the result. What still waits then is applied however long it takes; how far it is,
 * is told by the id of the replay.
 */
export async function replayAndWait(context: SyncContext, which: Parked): Promise<ReplayResult> {
  const { database, organizationId, clock } = context
  const replayId = context.uuid()
  const { replayed, connectionIds } = await putBack(database, organizationId, which, {
    replayId,
    at: nowOf(context),
  })
  if (replayed === 0) return { replayId: null, replayed, applied: 0, waiting: 0, stillParked: 0 }
  await inTransaction(database, (tx) => notify(tx, organizationId, { kind: 'inbox', connectionIds }))
  // Where no process works these connections nothing would become of them meanwhile.
  const isWorked = await hasWorker(database.kysely, organizationId, connectionIds, new Date(clock.now()))
  const until = clock.monotonic() + (isWorked ? WAIT_MS_MAX : 0)
  for (;;) {
    const states = await countStates(database.kysely, organizationId, replayId)
    if (states === undefined) throw new Error(`The replay ${replayId} was stored and is gone.`)
    if (states.waiting === 0 || clock.monotonic() >= until) return states
    await clock.sleep(LOOK_MS)
  }
}
