import { inTransaction, lastly } from '@plimsoll/database'
import { nowOf, type SyncContext, type Tx } from '../context.ts'
import { mostShownOf, needsWrite } from '../lanes/expected.ts'
import { type EntryToQueue, queueEntries } from '../lanes/lane-entries.store.ts'
import { findDealtItems } from '../load-line/load-line.store.ts'
import { drawLines } from '../load-line/protect.ts'
import { notify } from '../notify.ts'
import { findOversold, type ItemStanding, keepOversoldTasks } from '../oversold/oversold.store.ts'
import { orZeroed } from '../safety/zeroing.ts'
import {
  insertChangedItems,
  type LevelToDecide,
  lockAvailability,
  lockLevelsOf,
  saveDesired,
  takeChangedItems,
} from './availability.store.ts'
import { findKitsBeyond, findWidelyUsed } from './kit-levels.store.ts'
import { findSpecialItems } from './plain-levels.store.ts'
import { findPlainTerms, workOutPlain } from './plain-levels.ts'
import { type ProtectedFigures, promisedOf, readProtectedFigures } from './protected-figures.ts'

const ITEMS_PER_TURN = 500

/** From so many items on, to look which of them are plain pays. */
const PLAIN_ITEMS_FROM = 20

/**
 * So many changed items are worked out by the transaction that changed them, which tells the channels soonest. More come
 * only in a storm, where they are noted: worked out together, an item that was sold ten times is looked at once, and
 * those who apply orders do not wait for each other's lock.
 */
const ITEMS_AT_ONCE = 60

/**
 * Works out what each level of the changed items should show, and of the kits that contain them, and queues what
 * differs from what its platform shows. Runs after every commit that noted changed items, in any process.
 * @returns the connections that have something to write
 */
export async function updateAvailability(context: SyncContext): Promise<Set<string>> {
  const woken = new Set<string>()
  for (;;) {
    const turn = await oneTurn(context)
    for (const connectionId of turn.connectionIds) woken.add(connectionId)
    if (!turn.isMoreNoted) return woken
  }
}

async function oneTurn(context: SyncContext): Promise<{ isMoreNoted: boolean; connectionIds: string[] }> {
  const { organizationId } = context
  return await inTransaction(context.database, async (tx) => {
    // Sent together, carried out in order: what is taken after the lock includes all that was committed before.
    const [, taken] = await Promise.all([
      lockAvailability(tx, organizationId),
      takeChangedItems(tx, organizationId, ITEMS_PER_TURN),
    ])
    if (taken.length === 0) return { isMoreNoted: false, connectionIds: [] }
    const causedAt = new Map(taken.map((row) => [row.itemId, row.changedAt]))
    const lastAt = Math.max(...taken.map((row) => row.lastAt.getTime()))
    const { isMoreNoted, connectionIds } = await workOutMany(notBefore(context, lastAt), tx, causedAt)
    return { isMoreNoted: taken.length === ITEMS_PER_TURN || isMoreNoted, connectionIds }
  })
}

/**
 * A clock that is not behind the one by which something was noted: what began by that clock (a window, a day) is not noted
 * again, and for one that is behind it would not have begun.
 */
function notBefore(context: SyncContext, ms: number): SyncContext {
  const { clock } = context
  if (clock.now() >= ms) return context
  return {
    ...context,
    clock: {
      now: () => Math.max(clock.now(), ms),
      monotonic: () => clock.monotonic(),
      sleep: (wait, signal) => clock.sleep(wait, signal),
    },
  }
}

/** Under the availability lock: plain items by one statement where they are many, the others each by itself. */
async function workOutMany(
  context: SyncContext,
  tx: Tx,
  causedAt: ReadonlyMap<string, Date>,
): Promise<{ isMoreNoted: boolean; connectionIds: string[] }> {
  const { organizationId } = context
  const itemIds = [...causedAt.keys()]
  const at = nowOf(context)
  const [terms, found] =
    itemIds.length < PLAIN_ITEMS_FROM
      ? [undefined, itemIds]
      : await Promise.all([
          findPlainTerms(context, tx),
          findSpecialItems(tx, organizationId, itemIds, { at, withParts: true }),
        ])
  const special = new Set(terms === undefined ? itemIds : found)
  const plain = [...causedAt].flatMap(([itemId, changedAt]) =>
    special.has(itemId) ? [] : { itemId, causedAt: changedAt },
  )
  // Where both are done, the levels of both are locked before any is changed.
  const [, ofPlain, figures] = await Promise.all([
    special.size > 0 ? lockLevelsOf(tx, organizationId, itemIds) : undefined,
    terms !== undefined && plain.length > 0 ? workOutPlain(context, tx, terms, plain) : undefined,
    special.size > 0 ? readFigures(context, tx, [...special]) : undefined,
  ])
  const ofSpecial = figures === undefined ? undefined : await workOut(context, tx, causedAt, figures, 'world')
  const outcomes: Outcome[] = [ofPlain, ofSpecial].flatMap((each) => each ?? [])
  conclude(context, tx, itemIds, outcomes)
  return {
    isMoreNoted: outcomes.some((each) => each.isMoreNoted === true),
    connectionIds: [...new Set(outcomes.flatMap((each) => each.connectionIds))],
  }
}

/**
 * The same for items of which somebody doubts what they show. Under the locks, as one transaction.
 * @returns how many levels were to show another quantity, or the same for another reason
 */
export async function workOutItems(
  context: SyncContext,
  itemIds: readonly string[],
): Promise<{ changed: number }> {
  const { organizationId } = context
  return await inTransaction(context.database, async (tx) => {
    const [, , figures] = await Promise.all([
      lockAvailability(tx, organizationId),
      lockLevelsOf(tx, organizationId, itemIds),
      readFigures(context, tx, itemIds),
    ])
    const at = nowOf(context)
    const causedAt = new Map(itemIds.map((itemId) => [itemId, at]))
    const outcome = await workOut(context, tx, causedAt, figures, 'world')
    conclude(context, tx, itemIds, [outcome])
    return { changed: outcome.changed }
  })
}

/**
 * The same for items that the caller's transaction has just changed, as its last part: the channels are
 * told of the change as soon as it is committed. More than a few are noted for the turns instead.
 * @param changed.cause `hub`: the hub's own decision, which may take nothing that the channels may sell already
 * @param before what must be written under the availability lock and before the figures are read
 */
export async function updateAvailabilityOf(
  context: SyncContext,
  tx: Tx,
  changed: { itemIds: readonly string[]; at: Date; cause?: 'hub' | 'world' },
  before: () => Promise<void> = async () => undefined,
): Promise<void> {
  const itemIds = [...new Set(changed.itemIds)]
  if (itemIds.length === 0) return await before()
  if (itemIds.length > ITEMS_AT_ONCE) {
    await before()
    await insertChangedItems(tx, context.organizationId, itemIds, { at: changed.at, uuid: context.uuid })
    await notify(tx, context.organizationId, { kind: 'items' })
    // What the hub decides must be free of the channels' claims before it is done.
    const dealt = changed.cause === 'hub' ? await findDealtItems(tx, context.organizationId, itemIds) : []
    if (dealt.length > 0) await workOutNow(context, tx, { ...changed, itemIds: dealt }, async () => undefined)
    return
  }
  await workOutNow(context, tx, { ...changed, itemIds }, before)
}

/** @throws HeldByChannels where the hub itself would take what they may sell already */
async function workOutNow(
  context: SyncContext,
  tx: Tx,
  { itemIds, at, cause = 'world' }: { itemIds: readonly string[]; at: Date; cause?: 'hub' | 'world' },
  before: () => Promise<void>,
): Promise<void> {
  // Sent together, carried out in order: the figures are read under the locks and after what was written.
  const [, , , figures] = await Promise.all([
    lockAvailability(tx, context.organizationId),
    lockLevelsOf(tx, context.organizationId, itemIds),
    before(),
    readFigures(context, tx, itemIds),
  ])
  const outcome = await workOut(context, tx, new Map(itemIds.map((itemId) => [itemId, at])), figures, cause)
  conclude(context, tx, itemIds, [outcome])
}

/** All that decides what the levels of these items should show, and what follows beside. */
type Figures = ProtectedFigures & {
  oversold: ItemStanding[]
  /** Kits that contain one of the items too, and are left to the turns that follow. */
  kitsBeyond: string[]
}

async function readFigures(context: SyncContext, tx: Tx, itemIds: readonly string[]): Promise<Figures> {
  const { organizationId } = context
  const at = nowOf(context)
  const [figures, oversold, kitsBeyond] = await Promise.all([
    readProtectedFigures(tx, organizationId, itemIds, { at }),
    findOversold(tx, organizationId, itemIds, at),
    findKitsBeyond(tx, organizationId, itemIds),
  ])
  const widelyUsed = new Set(kitsBeyond.length === 0 ? [] : await findWidelyUsed(tx, organizationId, itemIds))
  const covered = new Set(itemIds.filter((itemId) => !widelyUsed.has(itemId)))
  return { ...figures, oversold, kitsBeyond, protections: { ...figures.protections, covered } }
}

/** What was worked out, as far as it is still to be written and told by the last statements of its transaction. */
type Outcome = {
  /** Levels that were to show another quantity, or the same for another reason. */
  changed: number
  /** The connections to wake. */
  connectionIds: readonly string[]
  /** Items that a screen may show, beside those that changed. */
  itemIds?: readonly string[]
  /** Kits and items that this leaves to the turns that follow. */
  isMoreNoted?: boolean
  write(): Promise<unknown>
}

function conclude(
  { organizationId }: SyncContext,
  tx: Tx,
  changedItemIds: readonly string[],
  outcomes: readonly Outcome[],
): void {
  const connectionIds = [...new Set(outcomes.flatMap((each) => each.connectionIds))]
  const itemIds = [...new Set([...changedItemIds, ...outcomes.flatMap((each) => each.itemIds ?? [])])]
  lastly(
    tx,
    Promise.all([
      ...outcomes.map((each) => each.write()),
      notify(
        tx,
        organizationId,
        ...(connectionIds.length > 0 ? [{ kind: 'lane' as const, connectionIds }] : []),
        { kind: 'screen', topics: ['items', 'overview', 'activity'], itemIds },
        ...(outcomes.some((each) => each.isMoreNoted === true) ? [{ kind: 'items' as const }] : []),
      ),
    ]),
  )
}

/** Under the lock: what each level of these items should show. */
async function workOut(
  context: SyncContext,
  tx: Tx,
  causedAt: ReadonlyMap<string, Date>,
  { levels, oversold, partsOfKit, protections, kitsBeyond }: Figures,
  cause: 'hub' | 'world',
): Promise<Outcome> {
  const { organizationId } = context
  const at = nowOf(context)
  const promised = promisedOf({ levels, partsOfKit, protections }, context.connectors)
  const { dealt: lines, dealAgain, protectionOf } = await drawLines(context, tx, promised, protections, cause)
  const later = [...kitsBeyond, ...dealAgain]
  const decided = promised.map(({ level, desired, unprotectedUnits }) => {
    const dealt = lines.get(level.levelId)
    const shown = dealt === undefined ? desired : { ...desired, units: dealt.units, because: dealt.because }
    return { level, desired: orZeroed(level, shown), keptBack: Math.max(0, unprotectedUnits - shown.units) }
  })
  const changes = decided.filter(isDifferent).map(({ level, desired, keptBack }) => ({
    levelId: level.levelId,
    before: level.desired,
    desired: desired.units,
    because: desired.because,
    causedAt: causeOf(level, causedAt, partsOfKit) ?? at,
    protection: protectionOf(level.levelId),
    keptBack,
  }))
  const entries = decided
    .filter(isToWrite)
    .map((each) => toEntry(each, causeOf(each.level, causedAt, partsOfKit) ?? at))
  return {
    changed: changes.length,
    connectionIds: [...new Set(entries.map((entry) => entry.connectionId))],
    itemIds: levels.map((level) => level.itemId),
    isMoreNoted: later.length > 0,
    write: () =>
      Promise.all([
        saveDesired(tx, organizationId, changes, at),
        queueEntries(tx, organizationId, entries),
        keepOversoldTasks(tx, organizationId, oversold, { at, uuid: context.uuid }),
        insertChangedItems(tx, organizationId, later, { at, uuid: context.uuid }),
      ]),
  }
}

/** When the first change came about that this level follows from: of its item, or of a part of its kit. */
function causeOf(
  level: LevelToDecide,
  causedAt: ReadonlyMap<string, Date>,
  partsOfKit: Figures['partsOfKit'],
): Date | undefined {
  const itemIds = [level.itemId, ...(partsOfKit.get(level.itemId) ?? [])]
  const causes = itemIds.flatMap((itemId) => causedAt.get(itemId) ?? [])
  return causes.reduce<Date | undefined>(
    (first, each) => (first === undefined || each < first ? each : first),
    undefined,
  )
}

type Decided = { level: LevelToDecide; desired: ReturnType<typeof orZeroed> }

function isDifferent({ level, desired }: Decided): boolean {
  return level.desired !== desired.units || level.desiredBecause !== desired.because
}

/** Shadow writes nothing; untracked levels have no number to write (I12). Paused ones queue and wait. */
function isToWrite({ level, desired }: Decided): boolean {
  if (level.connectionState !== 'live' && level.connectionState !== 'paused') return false
  if (!level.tracked || !level.writable) return false
  return needsWrite(level, desired.units)
}

function toEntry({ level, desired }: Decided, causedAt: Date): EntryToQueue {
  const version = isDifferent({ level, desired }) ? level.desiredVersion + 1 : level.desiredVersion
  return {
    levelId: level.levelId,
    connectionId: level.connectionId,
    priority: priorityOf(desired.units, mostShownOf(level)),
    desiredVersion: version,
    causedAt,
  }
}

/** 0 for zeros and decreases, 1 for the rest (I7). */
export function priorityOf(desired: number, mostShown: number | undefined): number {
  return desired === 0 || (mostShown !== undefined && desired < mostShown) ? 0 : 1
}
