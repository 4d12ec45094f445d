import type { ItemDetail } from '@plimsoll/client'
import { type Db, inTransaction } from '@plimsoll/database'
import { findNamedParts } from '@plimsoll/stock'
import {
  findStaleItems,
  type LevelWithStock,
  NO_POLICY,
  readLevelFigures,
  type SyncContext,
  syncProblem,
} from '@plimsoll/sync'
import { explainLevel } from './explain.ts'
import { availableOfParts, type ExplainedPart } from './explain-kit.ts'
import {
  findItem,
  findItemBalances,
  findItemLevels,
  findMovementSums,
  findOpenReservations,
  findUnsubtractedOrders,
  type ItemHead,
  type LevelView,
  type LocationBalance,
} from './item.store.ts'
import { findItemLots } from './item-lots.store.ts'
import { sumFigures } from './items.store.ts'
import { findPartBalances, findPartMovementSums, findPartReservations } from './kit-parts.store.ts'
import { findItemProtection, toItemProtection } from './protections.ts'

/** The orders named beneath "reserved"; the rest is one row. */
const RESERVATIONS_LISTED = 20

/** The same of each part of a kit. */
const PART_RESERVATIONS_LISTED = 5

/** @throws SyncProblem for an unknown SKU */
export async function getItemHead(context: SyncContext, sku: string): Promise<ItemHead> {
  const item = await findItem(context.database.kysely, context.organizationId, sku)
  if (item === undefined) throw syncProblem('unknown-item', 'sku', `There is no item with the SKU "${sku}".`)
  return item
}

/**
 * One item with its balances, its listings and the reason of every number, all as of one moment: read one
 * after the other, a sale in between would make rows that do not add up.
 * @throws SyncProblem for an unknown SKU
 */
export async function getItem(hub: { context: SyncContext }, sku: string): Promise<ItemDetail> {
  const { context } = hub
  const item = await getItemHead(context, sku)
  const rows = await inTransaction(
    context.database,
    (tx) => findAll(context, tx, item, new Date(context.clock.now())),
    { isolationLevel: 'repeatable read' },
  )
  return toDetail(context, item, rows)
}

async function findAll(context: SyncContext, db: Db, { itemId }: ItemHead, at: Date) {
  const { organizationId } = context
  const [balances, levels, reservations, movements, unsubtracted, figures, lots, kitParts, stale] =
    await Promise.all([
      findItemBalances(db, organizationId, itemId),
      findItemLevels(db, organizationId, itemId),
      findOpenReservations(db, organizationId, itemId, RESERVATIONS_LISTED),
      findMovementSums(db, organizationId, itemId),
      findUnsubtractedOrders(db, organizationId, itemId, RESERVATIONS_LISTED),
      readLevelFigures(db, organizationId, [itemId], { at }),
      findItemLots(db, organizationId, [itemId], at),
      findPartsToExplain(db, organizationId, itemId, at),
      findStaleItems(db, organizationId, [itemId]),
    ])
  const ofItem = stale.filter((each) => each.itemId === itemId)
  const sellers = new Map(
    levels.map(({ connectionId, connectionName: name, connector }) => [
      connectionId,
      { connectionId, name, connector },
    ]),
  )
  const protection = kitParts.length > 0 ? null : await findItemProtection(db, organizationId, itemId)
  return {
    sellers: [...sellers.values()],
    balances,
    levels,
    reservations,
    movements,
    unsubtracted,
    figures,
    lots,
    kitParts,
    stale: ofItem,
    protection,
  }
}

/** None for an item that is no virtual kit. */
async function findPartsToExplain(db: Db, organizationId: string, itemId: string, at: Date) {
  const [parts, balances, reservations, movements] = await Promise.all([
    findNamedParts(db, organizationId, itemId),
    findPartBalances(db, organizationId, itemId),
    findPartReservations(db, organizationId, itemId, PART_RESERVATIONS_LISTED),
    findPartMovementSums(db, organizationId, itemId),
  ])
  const ofPart = <Row extends { itemId: string }>(rows: readonly Row[]) => {
    const byPart = Map.groupBy(rows, (row) => row.itemId)
    return (partId: string) => byPart.get(partId) ?? []
  }
  const lots = await findItemLots(
    db,
    organizationId,
    parts.map((part) => part.itemId),
    at,
  )
  const [balancesOf, reservationsOf, movementsOf, lotsOf] = [
    ofPart(balances),
    ofPart(reservations),
    ofPart(movements),
    ofPart(lots),
  ]
  return parts.map((part) => ({
    ...part,
    balances: balancesOf(part.itemId),
    reservations: reservationsOf(part.itemId),
    movements: movementsOf(part.itemId),
    lots: lotsOf(part.itemId),
  }))
}

function toKit(parts: readonly (ExplainedPart & { name: string })[]): ItemDetail['kit'] {
  if (parts.length === 0) return null
  return {
    available: availableOfParts(parts),
    parts: parts.map(({ sku, name, quantity, balances }) => ({
      sku,
      name,
      quantity,
      available: sumFigures(balances).available,
    })),
  }
}

function toDetail(
  context: SyncContext,
  item: ItemHead,
  rows: Awaited<ReturnType<typeof findAll>>,
): ItemDetail {
  const { sellers, balances, levels, figures, protection, ...others } = rows
  const figureOf = new Map(figures.levels.map((level) => [level.levelId, level]))
  const explainOf = (level: LevelView) =>
    explainLevel({
      level,
      ...policyOf(figureOf.get(level.levelId)),
      quantityMax:
        context.connectors.get(level.connector)?.manifest.capabilities.quantityMax ?? Number.MAX_SAFE_INTEGER,
      balances,
      ...others,
    })
  return {
    ...item,
    ...sumFigures(balances),
    // Places made for a virtual kit keep others from giving it stock; there is nothing at them.
    balances: others.kitParts.length === 0 ? balances : balances.filter(hasAny),
    kit: toKit(others.kitParts),
    protection:
      protection === null
        ? null
        : toItemProtection(
            context,
            protection,
            sellers,
            levels.map((level) => ({ ...level, explain: explainOf(level) })),
          ),
    listings: groupByListing(levels).map((group) => ({
      listingId: group.head.listingId,
      connectionId: group.head.connectionId,
      connectionName: group.head.connectionName,
      connector: group.head.connector,
      externalId: group.head.listingExternalId,
      title: group.head.title,
      unitsPerListing: group.head.unitsPerListing,
      tracked: group.head.listingTracked,
      levels: group.levels.map((level) => ({
        levelId: level.levelId,
        externalLocation: level.externalLocationName,
        desired: level.desired,
        acknowledged: level.acknowledged,
        acknowledgedAt: level.acknowledgedAt?.toISOString() ?? null,
        observed: level.observed,
        observedAt: level.observedAt?.toISOString() ?? null,
        expected: level.expected,
        status: level.status,
        problem: level.problem,
        problemTold: level.problemTold,
        explain: explainOf(level),
      })),
    })),
  }
}

function hasAny({ onHand, reserved, held, incoming }: LocationBalance): boolean {
  return [onHand, reserved, held, incoming].some((figure) => figure !== 0)
}

/** As availability decides it; of a level that follows another item only that is said. */
function policyOf(figure: LevelWithStock | undefined) {
  if (figure === undefined) return { policy: NO_POLICY, stock: NO_STOCK }
  return { policy: figure.policy, stock: figure }
}

const NO_STOCK = { available: 0, incoming: 0, partOf: undefined, parts: [] }

function groupByListing(levels: readonly LevelView[]): { head: LevelView; levels: LevelView[] }[] {
  const groups = new Map<string, { head: LevelView; levels: LevelView[] }>()
  for (const level of levels) {
    const group = groups.get(level.listingId)
    if (group === undefined) groups.set(level.listingId, { head: level, levels: [level] })
    else group.levels.push(level)
  }
  return [...groups.values()]
}
