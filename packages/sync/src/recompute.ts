import { updateAvailability, workOutItems } from './availability.ts'
import type { SyncContext } from './context.ts'
import { workOutPlainItems } from './plain-levels.ts'
import { findItemsAfter } from './recompute.store.ts'

/** What one transaction looks at: whoever changes one of their levels meanwhile waits for it. */
const ITEMS_PER_TURN = 500

/** Turns that are worked out beside each other. */
const TURNS_AT_ONCE = 2

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
 * backup, a change by hand in the database). Plain items are decided and written where they are, by one statement for each
 * turn; the others as ever.
 */
export async function recomputeAll(
  context: SyncContext,
  onProgress: (done: Recomputed) => void = () => undefined,
): Promise<Recomputed> {
  const done: Recomputed = { items: 0, decidedSingly: 0, changed: 0 }
  const { organizationId, database } = context
  const singly: string[] = []
  const decideSingly = async (least: number) => {
    while (singly.length >= least && singly.length > 0) {
      const turn = singly.splice(0, ITEMS_PER_TURN)
      done.changed += (await workOutItems(context, turn)).changed
      done.decidedSingly += turn.length
    }
  }
  const perRound = ITEMS_PER_TURN * TURNS_AT_ONCE
  for (let after: string | undefined; ; ) {
    const itemIds = await findItemsAfter(database.kysely, organizationId, after, perRound)
    const turns = Array.from({ length: Math.ceil(itemIds.length / ITEMS_PER_TURN) }, (_, nth) =>
      itemIds.slice(nth * ITEMS_PER_TURN, (nth + 1) * ITEMS_PER_TURN),
    )
    for (const { changed, special } of await Promise.all(
      turns.map((turn) => workOutPlainItems(context, turn)),
    )) {
      done.changed += changed
      singly.push(...special)
    }
    await decideSingly(ITEMS_PER_TURN)
    done.items += itemIds.length
    onProgress(done)
    after = itemIds.at(-1)
    if (itemIds.length < perRound) break
  }
  await decideSingly(1)
  // Kits beyond those that are worked out together with their parts were noted.
  if (done.decidedSingly > 0) await updateAvailability(context)
  return done
}
