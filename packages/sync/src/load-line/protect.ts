import { type Db, inTransaction } from '@plimsoll/database'
import { RefusedAfterwards, refuse } from '@plimsoll/stock'
import { insertChangedItems } from '../availability/availability.store.ts'
import { findWidelyUsed } from '../availability/kit-levels.store.ts'
import { addUpUnits } from '../availability/supply.ts'
import { nowOf, type SyncContext, type Tx } from '../context.ts'
import { hasUnreadableOrders } from '../intake/inbox.store.ts'
import { notify } from '../notify.ts'
import type { WorkerContext } from '../worker/worker-context.ts'
import { passFence } from './exposure.store.ts'
import {
  dealtOf,
  type LineBasis,
  NO_BASIS,
  type PlannedLevel,
  type Promised,
  partsOf,
  planLines,
  protectionOf,
  zonesOf,
} from './line-plan.ts'
import {
  findAvailableAt,
  findLineFacts,
  findOtherGrants,
  findUnderWay,
  type LineToSave,
  saveItemProtection,
  saveLine,
} from './load-line.store.ts'
import type { Protections } from './zones.ts'

/** The hub itself would give away units that the channels may sell at any moment: nothing of it is done. */
export class HeldByChannels extends RefusedAfterwards {
  constructor(units: number) {
    super(
      refuse(
        'insufficient-stock',
        'quantity',
        `The channels may still sell ${units} of the units that this would take. Ask for fewer, or let the channels show less first.`,
      ),
    )
    this.name = 'HeldByChannels'
  }
}

/**
 * Draws the load line through the levels whose units are dealt, under the availability lock and with their rows locked,
 * and notes it: what backs each of them, and how far each item is protected.
 * Where a kit joins items of which not all levels are at hand, what those hold is left to them; the rest is done by
 * dealing all together, soon.
 * @param cause `hub`: what changed was the hub's own decision, and is taken back where the channels may sell it already
 * @returns what each of them shows next (the others show what their policies promise), and how each level is protected
 * @throws HeldByChannels
 */
export async function drawLines(
  context: SyncContext,
  tx: Tx,
  promised: readonly Promised[],
  protections: Protections,
  cause: 'hub' | 'world',
): Promise<DrawnLines> {
  const { organizationId } = context
  const at = nowOf(context)
  const zones = zonesOf(promised, protections)
  const dealt = dealtOf(promised, zones)
  const basis =
    dealt.length === 0
      ? NO_BASIS
      : await readLineBasis(tx, organizationId, dealt, {
          at,
          heldBy: dealt.map(({ level }) => level.levelId),
        })
  const beside = [
    ...dealt.flatMap((each) => partsOf(each).map(({ itemId }) => itemId)),
    ...[...protections.depths.values()].flatMap((each) => (each.standing === undefined ? [] : each.itemId)),
  ]
  const uncovered = [...new Set(beside)].filter((itemId) => !protections.covered.has(itemId)).sort()
  const apart = new Set(uncovered.length === 0 ? [] : await findWidelyUsed(tx, organizationId, uncovered))
  const plan = planLines(context, promised, protections, { zones, basis, now: at, apart })
  if (cause === 'hub' && plan.shortOfHeld > 0) throw new HeldByChannels(plan.shortOfHeld)
  await Promise.all([
    saveLine(tx, organizationId, plan.lines, plan.grants),
    saveItemProtection(tx, organizationId, plan.standings, at),
  ])
  return {
    dealt: plan.dealt,
    protectionOf: (levelId) => protectionOf(levelId, zones, plan.dealt),
    dealAgain: plan.dealAgain,
  }
}

/** What dealt levels show next, and how each level is protected. */
type DrawnLines = {
  dealt: ReadonlyMap<string, PlannedLevel>
  protectionOf(levelId: string): LineToSave['protection']
  /** Items that are to be worked out together. */
  dealAgain: string[]
}

/**
 * What a line through these levels is drawn from.
 * @param about.heldBy the levels whose own grants are dealt anew; what others hold of the items is not there for these
 */
export async function readLineBasis(
  db: Db,
  organizationId: string,
  dealt: readonly Promised[],
  { at, heldBy }: { at: Date; heldBy: readonly string[] },
): Promise<LineBasis> {
  const levelIds = dealt.map(({ level }) => level.levelId)
  const itemIds = [...new Set(dealt.flatMap((each) => partsOf(each).map(({ itemId }) => itemId)))].sort()
  const minShelfLifeDays = Math.max(0, ...dealt.map(({ level }) => level.policy.minShelfLifeDays ?? 0))
  const [facts, available, others, underWay] = await Promise.all([
    findLineFacts(db, organizationId, levelIds),
    findAvailableAt(db, organizationId, itemIds, { at, minShelfLifeDays }),
    findOtherGrants(db, organizationId, itemIds, heldBy),
    findUnderWay(db, organizationId, levelIds),
  ])
  return {
    factsOf: new Map(facts.map((each) => [each.levelId, each])),
    underWayOf: Map.groupBy(underWay, ({ levelId }) => levelId),
    free: addUpUnits([...available, ...others.map((each) => ({ ...each, units: -each.units }))]),
  }
}

/**
 * What is known since all orders up to the fence are: units that the channels gave up are dealt again. An order that cannot be
 * read is parked and holds up nothing else; but what it sold is not known, and what may have been sold is not dealt again (I5).
 * @returns false where such an order keeps it
 */
export async function tellOfFence(context: WorkerContext, fenceAt: Date): Promise<boolean> {
  const { organizationId, connection, uuid, database } = context
  if (await hasUnreadableOrders(database.kysely, organizationId, connection.connectionId)) return false
  await inTransaction(context.database, async (tx) => {
    const itemIds = await passFence(tx, organizationId, connection.connectionId, fenceAt)
    await dealSoon(tx, { organizationId, uuid, at: nowOf(context) }, itemIds)
  })
  return true
}

/** Notes items whose levels' exposure changed though nothing else did. */
export async function dealSoon(
  tx: Tx,
  stamp: { organizationId: string; at: Date; uuid(): string },
  itemIds: readonly string[],
): Promise<void> {
  if (itemIds.length === 0) return
  await insertChangedItems(tx, stamp.organizationId, itemIds, stamp)
  await notify(tx, stamp.organizationId, { kind: 'items' })
}
