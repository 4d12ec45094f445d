import type { Connector } from '@plimsoll/connector-kit'
import { inTransaction, lastly } from '@plimsoll/database'
import { availableOfKit } from '@plimsoll/stock'
import {
  findLevelsToDecide,
  findListingPolicies,
  findScopedPolicies,
  insertChangedItems,
  type LevelToDecide,
  lockAvailability,
  lockLevelsOf,
  saveDesired,
  takeChangedItems,
} from './availability.store.ts'
import { nowOf, type SyncContext, type Tx } from './context.ts'
import { type Desired, decideDesired, mergePolicies, type Policy } from './desired.ts'
import { mostShownOf, needsWrite } from './expected.ts'
import { findKitLevelParts, findKitsBeyond, type KitLevelPart } from './kit-levels.store.ts'
import { type EntryToQueue, queueEntries } from './lane-entries.store.ts'
import { findLotsInPools, poolText, unusableIn } from './lot-stock.store.ts'
import { notify } from './notify.ts'
import { findOversold, type ItemStanding, keepOversoldTasks } from './oversold.store.ts'
import { findStaleItems, type StaleItem } from './stale-orders.store.ts'
import { staleUnitsOf } from './stale-orders.ts'

const ITEMS_PER_TURN = 500

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
    const itemIds = [...causedAt.keys()]
    const [, figures] = await Promise.all([
      lockLevelsOf(tx, organizationId, itemIds),
      readFigures(context, tx, itemIds),
    ])
    const isMoreNoted = taken.length === ITEMS_PER_TURN || figures.kitsBeyond.length > 0
    return { isMoreNoted, connectionIds: await workOut(context, tx, causedAt, figures) }
  })
}

/**
 * The same for items that the caller's transaction has just changed, as its last part: the channels are
 * told of the change as soon as it is committed. More than a few are noted for the turns instead.
 * @param before what must be written under the availability lock and before the figures are read
 */
export async function updateAvailabilityOf(
  context: SyncContext,
  tx: Tx,
  changed: { itemIds: readonly string[]; at: Date },
  before: () => Promise<void> = async () => undefined,
): Promise<void> {
  const itemIds = [...new Set(changed.itemIds)]
  if (itemIds.length === 0) return await before()
  if (itemIds.length > ITEMS_AT_ONCE) {
    await before()
    await insertChangedItems(tx, context.organizationId, itemIds, { at: changed.at, uuid: context.uuid })
    await notify(tx, context.organizationId, { kind: 'items' })
    return
  }
  // Sent together, carried out in order: the figures are read under the locks and after what was written.
  const [, , , figures] = await Promise.all([
    lockAvailability(tx, context.organizationId),
    lockLevelsOf(tx, context.organizationId, itemIds),
    before(),
    readFigures(context, tx, itemIds),
  ])
  await workOut(context, tx, new Map(itemIds.map((itemId) => [itemId, changed.at])), figures)
}

/** All that decides what the levels of these items should show. */
type Figures = {
  levels: LevelToDecide[]
  policyOf: (level: LevelToDecide) => Policy
  oversold: ItemStanding[]
  /** Of the levels that show a virtual kit: what each of its parts allows. */
  kitParts: ReadonlyMap<string, readonly KitLevelPart[]>
  /** Kits that contain one of the items too, and are left to the turns that follow. */
  kitsBeyond: string[]
}

async function readFigures(context: SyncContext, tx: Tx, itemIds: readonly string[]): Promise<Figures> {
  const { organizationId } = context
  const at = nowOf(context)
  const [found, policyOf, oversold, parts, kitsBeyond, lots, stale] = await Promise.all([
    findLevelsToDecide(tx, organizationId, itemIds),
    readPolicies(context, tx, itemIds),
    findOversold(tx, organizationId, itemIds, at),
    findKitLevelParts(tx, organizationId, itemIds),
    findKitsBeyond(tx, organizationId, itemIds),
    findLotsInPools(tx, organizationId, itemIds, at),
    findStaleItems(tx, organizationId, itemIds),
  ])
  const kitParts = Map.groupBy(parts, ({ levelId }) => levelId)
  const lotsByPool = Map.groupBy(lots, poolText)
  const levels = found.map((level) => {
    const { minShelfLifeDays } = policyOf(level)
    const usable = (itemId: string, available: number) =>
      available - unusableIn(lotsByPool, { ...level, itemId }, minShelfLifeDays)
    const ofKit = kitParts.get(level.levelId)
    if (ofKit === undefined) return { ...level, available: usable(level.itemId, level.available) }
    const usableParts = ofKit.map((part) => ({ ...part, available: usable(part.partItemId, part.available) }))
    const available = availableOfKit(usableParts)
    // A kit is on its way as far as what is there of one part and comes of another make whole ones together.
    const withIncoming = usableParts.map((part) => ({ ...part, available: part.available + part.incoming }))
    return { ...level, available, incoming: availableOfKit(withIncoming) - available }
  })
  for (const level of levels) level.available -= staleUnitsOf(level, staleFor(level, stale))
  return { levels, policyOf, oversold, kitParts, kitsBeyond }
}

/** Of other connections: what one sells itself is in its own number. */
function staleFor(level: LevelToDecide, stale: readonly StaleItem[]): StaleItem[] {
  return stale.filter(
    ({ itemId, connectionId }) => itemId === level.itemId && connectionId !== level.connectionId,
  )
}

/**
 * Under the lock: what each level of these items should show, written and queued as the transaction's last part.
 * @returns the connections to wake
 */
async function workOut(
  context: SyncContext,
  tx: Tx,
  causedAt: ReadonlyMap<string, Date>,
  { levels, policyOf, oversold, kitParts, kitsBeyond }: Figures,
): Promise<string[]> {
  const { organizationId } = context
  const at = nowOf(context)
  const decided = levels.map((level) => ({
    level,
    desired: decideDesired(toInput(level, context.connectors), policyOf(level)),
  }))
  const changes = decided.filter(isDifferent).map(({ level, desired }) => ({
    levelId: level.levelId,
    desired: desired.units,
    because: desired.because,
  }))
  const entries = decided
    .filter(isToWrite)
    .map((each) => toEntry(each, causeOf(each.level, causedAt, kitParts) ?? at))
  const connectionIds = [...new Set(entries.map((entry) => entry.connectionId))]
  const written = Promise.all([
    saveDesired(tx, organizationId, changes, at),
    queueEntries(tx, organizationId, entries),
    keepOversoldTasks(tx, organizationId, oversold, { at, uuid: context.uuid }),
    notify(
      tx,
      organizationId,
      ...(connectionIds.length > 0 ? [{ kind: 'lane' as const, connectionIds }] : []),
      {
        kind: 'screen',
        topics: ['items', 'overview', 'activity'],
        itemIds: [...new Set([...causedAt.keys(), ...levels.map((level) => level.itemId)])],
      },
      ...(kitsBeyond.length > 0 ? [{ kind: 'items' as const }] : []),
    ),
    insertChangedItems(tx, organizationId, kitsBeyond, { at, uuid: context.uuid }),
  ])
  lastly(tx, written)
  return connectionIds
}

/** When the first change came about that this level follows from: of its item, or of a part of its kit. */
function causeOf(
  level: LevelToDecide,
  causedAt: ReadonlyMap<string, Date>,
  kitParts: Figures['kitParts'],
): Date | undefined {
  const itemIds = [level.itemId, ...(kitParts.get(level.levelId) ?? []).map((part) => part.partItemId)]
  const causes = itemIds.flatMap((itemId) => causedAt.get(itemId) ?? [])
  return causes.reduce<Date | undefined>(
    (first, each) => (first === undefined || each < first ? each : first),
    undefined,
  )
}

type Decided = { level: LevelToDecide; desired: Desired }

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

function toInput(level: LevelToDecide, connectors: ReadonlyMap<string, Connector>) {
  const quantityMax = connectors.get(level.connector)?.manifest.capabilities.quantityMax
  return { ...level, quantityMax: quantityMax ?? Number.MAX_SAFE_INTEGER }
}

/** The nearest policy per level. Listings that share a level share the strictest reading: the last one wins. */
async function readPolicies(
  context: SyncContext,
  tx: Parameters<typeof findScopedPolicies>[0],
  itemIds: readonly string[],
): Promise<(level: Pick<LevelToDecide, 'connectionId' | 'stockUnitId'>) => Policy> {
  const [scoped, listings] = await Promise.all([
    findScopedPolicies(tx, context.organizationId),
    findListingPolicies(tx, context.organizationId, itemIds),
  ])
  const ofOrganization = scoped.find((policy) => policy.scope === 'organization')
  const ofConnection = new Map(
    scoped.filter((policy) => policy.scope === 'connection').map((policy) => [policy.scopeId, policy]),
  )
  const ofListing = new Map(
    listings.map((policy) => [`${policy.connectionId} ${policy.stockUnitId}`, policy]),
  )
  return (level) =>
    mergePolicies([
      ofOrganization,
      ofConnection.get(level.connectionId),
      ofListing.get(`${level.connectionId} ${level.stockUnitId}`),
    ])
}
