import { inTransaction } from '@plimsoll/database'
import { updateAvailability, workOutItems } from './availability.ts'
import { findConnections } from './connections.store.ts'
import { nowOf, type SyncContext } from './context.ts'
import { locationsOf } from './item-stock.ts'
import { findPoliciesOf } from './policies-in-force.store.ts'
import type { Policy } from './policy.ts'
import { createPolicyBook } from './policy-book.ts'
import { findDoubtfulItems, findItemRange, type PlainPool, preferHashing } from './recompute.store.ts'
import { hasSetAside } from './set-aside.store.ts'
import { findPools } from './stock-in-pools.store.ts'

/**
 * What one statement looks at: nothing that others wait for. The levels of an item lie far apart, so that many items are
 * read faster from end to end than few by an index.
 */
const ITEMS_PER_LOOK = 100_000

/** What one transaction works out and writes. */
const ITEMS_PER_TURN = 500

export type Recomputed = {
  /** Items that were looked at. */
  items: number
  /** Items of which some level might differ, and which were worked out again. */
  workedOut: number
  /** Levels whose desired quantity was wrong and is right now. */
  changed: number
}

/**
 * Works out anew what every level of an organization should show, and writes where that differs: after a doubt (a restored
 * backup, a change by hand in the database). A statement over sums finds the items that may differ, and only those are
 * decided as ever; it may take an item too many and never one too few.
 */
export async function recomputeAll(
  context: SyncContext,
  onProgress: (done: Recomputed) => void = () => undefined,
): Promise<Recomputed> {
  const done: Recomputed = { items: 0, workedOut: 0, changed: 0 }
  for (let after: string | undefined; ; ) {
    const range = await findItemRange(context.database.kysely, context.organizationId, after, ITEMS_PER_LOOK)
    const { last } = range
    if (last === null) break
    // Policies and pools may change meanwhile: read afresh each time, and in the transaction that writes anyhow.
    const doubtful = await findDoubtful(context, { after, last })
    for (let from = 0; from < doubtful.length; from += ITEMS_PER_TURN) {
      const turn = doubtful.slice(from, from + ITEMS_PER_TURN)
      done.changed += (await workOutItems(context, turn)).changed
    }
    done.items += range.items
    done.workedOut += doubtful.length
    onProgress(done)
    if (range.items < ITEMS_PER_LOOK) break
    after = last
  }
  // Kits beyond those that are worked out together with their parts were noted.
  if (done.workedOut > 0) await updateAvailability(context)
  return done
}

async function findDoubtful(
  context: SyncContext,
  range: { after: string | undefined; last: string },
): Promise<string[]> {
  const { organizationId } = context
  const at = nowOf(context)
  return await inTransaction(
    context.database,
    async (tx) => {
      await preferHashing(tx)
      const [pools, connections, policies, isAnySetAside] = await Promise.all([
        findPools(tx, organizationId),
        findConnections(tx, organizationId),
        findPoliciesOf(tx, organizationId, [], at),
        hasSetAside(tx, organizationId, at),
      ])
      const book = createPolicyBook(policies)
      const connectorOf = new Map(connections.map((each) => [each.connectionId, each.connector]))
      const plain = pools.flatMap((pool): PlainPool[] => {
        const { policy } = book.of({ connectionId: pool.connectionId, stockUnitId: '', itemId: '' })
        if (!isPlain(policy)) return []
        const connector = context.connectors.get(connectorOf.get(pool.connectionId) ?? '')
        const quantityMax = connector?.manifest.capabilities.quantityMax ?? Number.MAX_SAFE_INTEGER
        return [{ ...pool, locationIds: locationsOf(pool.locationIds, policy), policy, quantityMax }]
      })
      return await findDoubtfulItems(tx, organizationId, { ...range, plain, isAnySetAside, at })
    },
    { isolationLevel: 'repeatable read' },
  )
}

/**
 * Whether levels with this policy show what sums of balances say: nothing is set aside for them, and what is coming counts
 * whenever it comes. Lots, kits, and policies of items and listings are looked for per item.
 */
function isPlain({ exclusivePercent, campaignUnits, incomingWithinDays }: Policy): boolean {
  return exclusivePercent === undefined && campaignUnits === undefined && incomingWithinDays === undefined
}
