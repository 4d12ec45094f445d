import { type Db, inTransaction } from '@plimsoll/database'
import { BY_HAND } from '../by-hand/by-hand-connection.store.ts'
import { nowOf, type SyncContext } from '../context.ts'
import { type Beyond, findBeyond } from './beyond.ts'
import {
  findEditedUp,
  findItemsToJudge,
  findOtherEvents,
  findOwnSales,
  findShownNumbers,
  findSoldLevels,
  findStop,
  findTakes,
  findTold,
  type Take,
} from './facts.store.ts'
import { findFault, type OversoldFacts, type UntoldUnits } from './fault.ts'
import { closeVerdicts, type JudgedLine, lockJudging, saveVerdicts } from './oversells.store.ts'
import { findStandings } from './oversold.store.ts'
import { shownBefore } from './shown.ts'

/** Facts may come in late: until so long after it was found, a verdict is worked out anew. */
export const FINAL_AFTER_MS = 3_600_000
/** Of an item that has been oversold for longer only this is looked at again. */
const LOOKED_BACK_MS = 24 * 3_600_000
const BEFORE_TASK_MS = 3_600_000
const ITEMS_PER_TURN = 50
const SHOWN_BEFORE_MS = 30 * 24 * 3_600_000
const EDIT_FOUND_LATER_MS = 3_600_000
const UNTOLD_MAX = 200

type OtherEvent = Awaited<ReturnType<typeof findOtherEvents>>['events'][number]

/**
 * Works out whose fault every unit is that was sold beyond what was there, of the items with a task about it. Apart from
 * taking orders in, which must not wait for it. One process at a time.
 */
export async function judgeOversold(context: SyncContext): Promise<void> {
  const { organizationId, database } = context
  const at = nowOf(context)
  const finalBefore = new Date(at.getTime() - FINAL_AFTER_MS)
  const items = await findItemsToJudge(database.kysely, organizationId, {
    since: finalBefore,
    limit: ITEMS_PER_TURN,
  })
  if (items.length === 0) return
  await inTransaction(database, async (tx) => {
    if (!(await lockJudging(tx, organizationId))) return
    for (const { itemId, openedAt } of items) {
      const since = new Date(Math.max(openedAt.getTime() - BEFORE_TASK_MS, at.getTime() - LOOKED_BACK_MS))
      const lines = await judgeItem(context, tx, { itemId, since, at })
      await saveVerdicts(tx, organizationId, itemId, lines, at)
    }
    await closeVerdicts(tx, organizationId, finalBefore)
  })
}

async function judgeItem(
  context: SyncContext,
  db: Db,
  { itemId, since, at }: { itemId: string; since: Date; at: Date },
): Promise<JudgedLine[]> {
  const { organizationId } = context
  const [standing] = await findStandings(db, organizationId, [itemId], at)
  const [takes, other] = await Promise.all([
    findTakes(db, organizationId, itemId, since),
    findOtherEvents(db, organizationId, itemId, since),
  ])
  const byId = new Map(takes.map((take) => [take.takeId, take]))
  if (standing === undefined) return []
  const beyond = findBeyond(standing.available - other.moved, [
    ...takes.map(
      ({ takeId, at, appliedAt, units }) =>
        ({ kind: 'take', takeId, at, knownAt: appliedAt, units: -units }) as const,
    ),
    ...other.events,
  ])
  const lines: JudgedLine[] = []
  for (const case_ of beyond) {
    const take = byId.get(case_.takeId)
    if (take === undefined || take.orderId === null || take.connectionId === null) continue
    const facts = await readFacts(context, db, { case_, take, takes, other: other.events })
    lines.push({
      lineId: take.takeId,
      orderId: take.orderId,
      connectionId: take.connectionId,
      placedAt: take.at,
      faults: findFault(facts),
    })
  }
  return lines
}

async function readFacts(
  context: SyncContext,
  db: Db,
  of: { case_: Beyond; take: Take; takes: readonly Take[]; other: readonly OtherEvent[] },
): Promise<OversoldFacts> {
  const { organizationId } = context
  const { case_, take } = of
  const { connectionId, stockUnitId, at: placedAt, unitsEach } = take
  const isByHand = take.connector === BY_HAND
  const known = { units: case_.units, ordered: take.units, placedAt, takenLater: case_.takenLater, isByHand }
  if (connectionId === null || stockUnitId === null || take.orderId === null)
    return { ...known, ...NOTHING_KNOWN }
  const sold = { connectionId, stockUnitId, placedAt }
  const levels = await findSoldLevels(db, organizationId, sold)
  const levelIds = levels.map(({ levelId }) => levelId)
  const numbers = await findShownNumbers(db, organizationId, levelIds, placedAt)
  const numbersFrom = numbers.map(({ from }) => from.getTime())
  const lastFrom = new Date(Math.max(placedAt.getTime() - SHOWN_BEFORE_MS, ...numbersFrom))
  const firstFrom = new Date(Math.min(placedAt.getTime(), ...numbersFrom))
  const [ownSales, editedUp, stopped, untold] = await Promise.all([
    findOwnSales(db, organizationId, sold, { since: firstFrom, orderId: take.orderId }),
    findEditedUp(db, organizationId, levelIds, {
      since: lastFrom,
      until: new Date(placedAt.getTime() + EDIT_FOUND_LATER_MS),
    }),
    findStop(db, organizationId, sold),
    readUntold(context, db, { ...of, levelIds }),
  ])
  const shown = shownBefore(placedAt, levelIds, numbers, ownSales)
  return {
    ...known,
    shown: shown === undefined ? undefined : shown * unitsEach,
    editedUp: editedUp * unitsEach,
    stopped,
    untold,
    sellsBeyondZero: levels.some(({ sellsBeyondZero }) => sellsBeyondZero),
    isFixed: levels.some(({ because }) => because === 'fixed'),
    isGuaranteed: levels.length > 0 && levels.every(({ isGuaranteed }) => isGuaranteed),
  }
}

const NOTHING_KNOWN = {
  shown: undefined,
  editedUp: 0,
  stopped: undefined,
  untold: [],
  sellsBeyondZero: false,
  isFixed: false,
  isGuaranteed: false,
} as const

/** What had gone elsewhere when the order was placed and its listing did not show yet. */
async function readUntold(
  { organizationId, connectors }: SyncContext,
  db: Db,
  of: { take: Take; takes: readonly Take[]; other: readonly OtherEvent[]; levelIds: readonly string[] },
): Promise<UntoldUnits[]> {
  const { take } = of
  const isBefore = ({ at }: { at: Date }) => at.getTime() < take.at.getTime()
  const sales = of.takes
    .filter(
      (each) =>
        (isBefore(each) || (each.at.getTime() === take.at.getTime() && each.takeId < take.takeId)) &&
        (each.connectionId !== take.connectionId || each.stockUnitId !== take.stockUnitId),
    )
    .map((each) => ({
      what: 'sale' as const,
      by: each.orderNumber === null ? 'API' : `${each.connectionName} ${each.orderNumber}`,
      visibilityLagMs: connectors.get(each.connector ?? '')?.manifest.capabilities.visibilityLagMs ?? 0,
      units: each.units,
      at: each.at,
      seenAt: each.seenAt,
      appliedAt: each.appliedAt,
    }))
  const taken = of.other
    .filter((event) => event.units < 0 && isBefore(event))
    .map(({ at, units, by }) => ({
      what: 'stock-change' as const,
      by,
      visibilityLagMs: 0,
      units: -units,
      at,
      seenAt: at,
      appliedAt: at,
    }))
  const gone = [...sales, ...taken].sort((a, b) => a.at.getTime() - b.at.getTime()).slice(-UNTOLD_MAX)
  const moments = gone.map(({ appliedAt }) => appliedAt)
  const told = await findTold(db, organizationId, of.levelIds, moments)
  const placed = take.at.getTime()
  return gone.flatMap((each): UntoldUnits[] => {
    const { sentAt = null, shownAt = null, isWanted = false } = told.get(each.appliedAt.getTime()) ?? {}
    const isKnown = each.appliedAt.getTime() <= placed
    // Known in time, and its listing wanted no other number for it: it was none of its business.
    if (isKnown && !isWanted) return []
    if (shownAt !== null && shownAt.getTime() <= placed) return []
    return [{ ...each, sentAt: sentAt ?? undefined, shownAt: shownAt ?? undefined }]
  })
}
