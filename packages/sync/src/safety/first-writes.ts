import { nowOf, type SyncContext, type Tx } from '../context.ts'
import { openTask } from '../tasks.store.ts'
import { describeHold, toldHold } from './hold-text.ts'
import { type HeldLevel, insertHold } from './holds.store.ts'
import { findShadowLevels } from './shadow.store.ts'
import { isWritten, type ShadowLevel } from './shadow.ts'

/**
 * Going live is a person's word for what is written first: those writes are no stampede, each as far as it stands now.
 * @param first so many levels alone; the rest waits as a hold until it is confirmed
 */
export async function allowFirstWrites(
  context: SyncContext,
  tx: Tx,
  connectionId: string,
  first?: number,
): Promise<void> {
  const { organizationId } = context
  const at = nowOf(context)
  const levels = (await findShadowLevels(tx, organizationId, connectionId)).filter(isWritten)
  const isAllowed = levels.slice(0, first)
  const rest = first === undefined ? [] : levels.slice(first)
  const of = (kind: 'go-live' | 'first-batch', which: readonly (ShadowLevel & { wouldShow: number })[]) => ({
    holdId: context.uuid(),
    connectionId,
    kind,
    state: kind === 'go-live' ? ('confirmed' as const) : ('waiting' as const),
    listings: which.length,
    ofListings: levels.length,
    units: which.reduce((sum, { shows, wouldShow }) => sum + Math.abs((shows ?? 0) - wouldShow), 0),
  })
  if (isAllowed.length > 0) {
    await insertHold(tx, organizationId, of('go-live', isAllowed), { levels: isAllowed.map(toAllowed), at })
  }
  if (rest.length === 0) return
  const hold = of('first-batch', rest)
  await insertHold(tx, organizationId, hold, { levels: rest.map(toWaiting), at })
  await openTask(
    tx,
    organizationId,
    {
      kind: 'hold',
      subject: hold.holdId,
      connectionId,
      sku: null,
      units: hold.units,
      detail: describeHold(hold),
      told: toldHold(hold),
    },
    { at, uuid: context.uuid },
  )
}

function toAllowed({ levelId, shows, wouldShow, version }: ShadowLevel & { wouldShow: number }): HeldLevel {
  const level = { levelId, shown: shows, wanted: wouldShow }
  return wouldShow === 0
    ? { ...level, least: 0, most: 0, version }
    : { ...level, least: 1, most: wouldShow, version: null }
}

function toWaiting({ levelId, shows, wouldShow }: ShadowLevel & { wouldShow: number }): HeldLevel {
  return { levelId, shown: shows, wanted: wouldShow, least: 0, most: null, version: null }
}
