import { inTransaction } from '@plimsoll/database'
import { nowOf, type SyncContext, type Tx } from '../context.ts'
import { syncProblem } from '../errors.ts'
import { notify } from '../notify.ts'
import { readGuard } from '../safety/guard-settings.ts'
import type { SuddenKind } from '../safety/stampede.ts'
import { closeTasks, openTask } from '../tasks.store.ts'
import type { Trouble } from '../told-trouble.ts'
import type { WorkerContext } from '../worker/worker-context.ts'
import { acceptHeld, type TiedPlace } from './counted-places.store.ts'
import type { Decided } from './decided.ts'
import { findImplausible } from './implausible.ts'

/** Why the count of an item waits for a person. */
export type HeldBack = {
  kind: SuddenKind
  /** Base units that nothing reserves or holds: known, and counted. */
  before: number
  after: number
  /** Of so many items that had any. */
  ofItems: number
  trouble: Trouble
}

/**
 * What of a count waits for a person (I8), by item. The first count of a place never does: whoever ties it looks at what the
 * platform says there.
 */
export async function findHeldBack(
  context: WorkerContext,
  place: TiedPlace,
  decided: readonly Decided[],
): Promise<Map<string, HeldBack>> {
  if (place.reads === 0) return new Map()
  const changes = decided
    .filter(({ item }) => !item.isKit && item.tracking === 'plain')
    .map((each) => ({ ...changeOf(each), sku: each.item.sku }))
  const { database, organizationId, connection } = context
  const settings = await readGuard(database.kysely, organizationId, connection.connectionId)
  const ofItems = changes.filter(({ before }) => before > 0).length
  const held = new Map<string, HeldBack>()
  const implausible = findImplausible(changes, settings)
  for (const { itemId, sku, before, after } of changes) {
    const kind = implausible.get(itemId)
    if (kind === undefined) continue
    const counted = Math.max(0, after)
    const message = `The platform counts ${counted} free units of "${sku}", and ${before} are known. So many items changed so at once that it waits for a person.`
    const told = { code: 'count-held' as const, facts: { sku, counted, known: before } }
    held.set(itemId, { kind, before, after, ofItems, trouble: { message, told } })
  }
  return held
}

/** Free units before and after, as decided: what is reserved there is so either way. */
function changeOf({ item, decision, movedSince, own }: Decided) {
  const before = item.onHand - item.held - item.reserved
  const moved = decision.onHand === undefined ? 0 : decision.onHand - (item.onHand - movedSince)
  return {
    itemId: item.itemId,
    before,
    after: before + moved - decision.heldDelta,
    accepted: own.find(({ acceptedKind }) => acceptedKind !== null)?.acceptedKind ?? undefined,
  }
}

/** Tells a person of what is held back, or that nothing is any more. */
export async function noteHeldBack(
  context: WorkerContext,
  tx: Tx,
  place: TiedPlace,
  heldBack: ReadonlyMap<string, HeldBack>,
): Promise<void> {
  const { organizationId, connection } = context
  const { connectionId, name } = connection
  const subject = subjectOf(connectionId, place.externalId)
  const at = nowOf(context)
  const all = [...heldBack.values()]
  const zeros = all.filter(({ kind }) => kind === 'zero')
  const kind: SuddenKind = zeros.length > 0 ? 'zero' : 'raise'
  const some = kind === 'zero' ? zeros : all
  const [first] = some
  if (first === undefined) return await closeTasks(tx, organizationId, 'count-held', [subject], at)
  const units = some.reduce((sum, { before, after }) => sum + Math.abs(Math.max(0, after) - before), 0)
  const facts = {
    ...{ connection: name, location: place.locationCode },
    ...{ items: some.length, ofItems: first.ofItems, units },
  }
  await openTask(
    tx,
    organizationId,
    {
      ...{ kind: 'count-held' as const, subject, connectionId, sku: null, units },
      detail: `${name} counts ${some.length} of ${first.ofItems} items at ${place.locationCode} ${kind === 'zero' ? 'as gone' : 'many times as high'} all at once, ${units} units in all. Their counts are held back, the others are booked. Look there; accept them on the connection's screen if they are right. Counted right again, this ends by itself.`,
      told: kind === 'zero' ? { code: 'count-held-zero', facts } : { code: 'count-held-raise', facts },
    },
    { at, uuid: () => context.uuid() },
  )
}

/**
 * A person has looked, and what is held back at a place is right: the next count that says the same of it is booked, and it is
 * read at once.
 * @throws SyncProblem where nothing is held back
 */
export async function acceptHeldCounts(
  context: SyncContext,
  connectionId: string,
  externalId: string,
): Promise<void> {
  const { database, organizationId } = context
  await inTransaction(database, async (tx) => {
    const accepted = await acceptHeld(tx, organizationId, { connectionId, externalId })
    if (accepted === 0)
      throw syncProblem(
        'wrong-state',
        'place',
        'No count of this place is held back; there is nothing to accept.',
      )
    // Whoever works the connection starts anew, and reads at once.
    await notify(tx, organizationId, { kind: 'connection', connectionIds: [connectionId] })
    await notify(tx, organizationId, { kind: 'screen', topics: ['connections'], itemIds: [] })
  })
}

/** A place that is tied no more has nothing that waits. */
export async function forgetHeldBack(
  context: SyncContext,
  tx: Tx,
  place: { connectionId: string; externalId: string },
): Promise<void> {
  const subject = subjectOf(place.connectionId, place.externalId)
  await closeTasks(tx, context.organizationId, 'count-held', [subject], nowOf(context))
}

const subjectOf = (connectionId: string, externalId: string) => `${connectionId}:${externalId}`
