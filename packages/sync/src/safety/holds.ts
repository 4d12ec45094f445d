import { inTransaction } from '@plimsoll/database'
import { isUuid } from '@plimsoll/stock'
import { nowOf, type SyncContext } from '../context.ts'
import { type SyncProblem, syncProblem } from '../errors.ts'
import { queueWhatDiffers } from '../lanes/lane-entries.store.ts'
import { notify } from '../notify.ts'
import { closeTasks } from '../tasks.store.ts'
import { allowLevels, findHolds, type Hold, lockHold, saveDecision } from './holds.store.ts'

/** What a person decides about a hold. */
export type HoldDecision = { kind: 'confirm' | 'refuse'; actor: string; reason: string | null }

/**
 * Confirming lets exactly the listings of the hold go, as far as they were shown; refusing keeps them held until they
 * want something else, or somebody confirms after all. Done twice it changes nothing.
 * @throws SyncProblem when there is no such hold, or it was decided the other way or is over
 */
export async function decideHold(
  context: SyncContext,
  holdId: string,
  decision: HoldDecision,
): Promise<Hold> {
  const { organizationId, database } = context
  const at = nowOf(context)
  if (!isUuid(holdId)) throw unknownHold(holdId)
  await inTransaction(database, async (tx) => {
    const hold = await lockHold(tx, organizationId, holdId)
    if (hold === undefined) throw unknownHold(holdId)
    const wanted = decision.kind === 'confirm' ? 'confirmed' : 'refused'
    if (hold.state === wanted) return
    if (hold.state !== 'waiting' && hold.state !== 'refused') {
      throw syncProblem('hold-decided', 'hold', `The hold is ${hold.state} already.`)
    }
    await saveDecision(tx, organizationId, holdId, { ...decision, state: wanted, at })
    await closeTasks(tx, organizationId, 'hold', [holdId], at)
    if (decision.kind === 'confirm') {
      const { connectionId } = hold
      await allowLevels(tx, organizationId, holdId, at)
      await queueWhatDiffers(tx, organizationId, [connectionId], { levelIds: undefined, at })
      await notify(tx, organizationId, { kind: 'lane', connectionIds: [connectionId] })
    }
    await notify(tx, organizationId, { kind: 'screen', topics: ['tasks', 'overview'], itemIds: [] })
  })
  return await readHold(context, holdId)
}

/** @throws SyncProblem when there is no such hold */
export async function readHold(context: SyncContext, holdId: string): Promise<Hold> {
  const { organizationId, database } = context
  if (!isUuid(holdId)) throw unknownHold(holdId)
  const [hold] = await findHolds(database.kysely, organizationId, { holdId, limit: 1 })
  if (hold === undefined) throw unknownHold(holdId)
  return hold
}

function unknownHold(holdId: string): SyncProblem {
  return syncProblem('unknown-hold', 'hold', `There is no hold ${holdId}.`)
}
