import { inTransaction } from '@plimsoll/database'
import { nowOf, type SyncContext } from '../context.ts'
import { updateAvailability, workOutItems } from './availability.ts'
import { planForThese } from './plain-levels.store.ts'
import { findPlainTerms, workOutPlainItems } from './plain-levels.ts'
import { findDoubtfulItems, findItemRange, findItemsIn, type ItemRange } from './recompute.store.ts'

/**
 * What one statement looks at: nothing that others wait for. The levels of an item lie far apart, so that many items are
 * read faster from end to end than few by an index.
 */
const ITEMS_PER_LOOK = 50_000

/** What one transaction works out: whoever changes one of its levels meanwhile waits for it. */
const ITEMS_PER_TURN = 500

/** Looks, and turns, that go beside each other. */
const AT_ONCE = 2

export type Recomputed = {
  /** Items that were looked at. */
  items: number
  /** Of those, items that were decided one by one: kits, lots, what has a policy or a protection of its own. */
  decidedSingly: number
  /** Levels whose desired quantity was wrong and is right now. */
  changed: number
}

/**
 * Works out anew what every level of an organization should show, and writes where that differs: after a doubt (a restored
 * backup, a change by hand in the database). First it looks where anything may differ; there plain items are decided and
 * written by one statement for each turn, the others as ever.
 */
export async function recomputeAll(
  context: SyncContext,
  onProgress: (done: Recomputed) => void = () => undefined,
): Promise<Recomputed> {
  const done: Recomputed = { items: 0, decidedSingly: 0, changed: 0 }
  const { organizationId, database } = context
  for (let after: string | undefined; ; ) {
    const ranges: ItemRange[] = []
    for (let nth = 0; nth < AT_ONCE; nth += 1) {
      const { items, last } = await findItemRange(database.kysely, organizationId, after, ITEMS_PER_LOOK)
      if (last === null) break
      ranges.push({ after, last })
      done.items += items
      after = last
    }
    if (ranges.length === 0) break
    const doubtful = (await Promise.all(ranges.map((range) => findDoubtful(context, range)))).flat()
    await workOutDoubtful(context, doubtful, done)
    onProgress(done)
  }
  // Kits beyond those that are worked out together with their parts were noted.
  if (done.decidedSingly > 0) await updateAvailability(context)
  return done
}

async function findDoubtful(context: SyncContext, range: ItemRange): Promise<string[]> {
  const { organizationId, database } = context
  return await inTransaction(
    database,
    async (tx) => {
      await planForThese(tx)
      const terms = await findPlainTerms(context, tx)
      if (terms === undefined) return await findItemsIn(tx, organizationId, range)
      return await findDoubtfulItems(tx, organizationId, range, { ...terms, at: nowOf(context) })
    },
    { isolationLevel: 'repeatable read' },
  )
}

/** Policies and pools may have changed since they were looked at: each turn reads its own. */
async function workOutDoubtful(
  context: SyncContext,
  itemIds: readonly string[],
  done: Recomputed,
): Promise<void> {
  const singly: string[] = []
  for (let from = 0; from < itemIds.length; ) {
    const turns: Promise<{ changed: number; special: readonly string[] }>[] = []
    for (let nth = 0; nth < AT_ONCE && from < itemIds.length; nth += 1, from += ITEMS_PER_TURN)
      turns.push(workOutPlainItems(context, itemIds.slice(from, from + ITEMS_PER_TURN)))
    for (const { changed, special } of await Promise.all(turns)) {
      done.changed += changed
      singly.push(...special)
    }
    const isLast = from >= itemIds.length
    while (singly.length >= ITEMS_PER_TURN || (isLast && singly.length > 0)) {
      const turn = singly.splice(0, ITEMS_PER_TURN)
      done.changed += (await workOutItems(context, turn)).changed
      done.decidedSingly += turn.length
    }
  }
}
