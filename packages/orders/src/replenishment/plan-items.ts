import type { Db, Tx } from '@plimsoll/database'
import type { Arrival } from './cover.ts'
import {
  dayText,
  findItemDemand,
  type ItemDemand,
  measureItemDemand,
  NOTHING_MEASURED,
} from './item-demand.ts'
import { findKitRelations, findStandingNeeds } from './kit-relations.store.ts'
import {
  type ComingUnits,
  findComingUnits,
  findReplenishedItems,
  findReplenishedPlaces,
  findStockOfItems,
  type ReplenishedPlace,
  type StockOfItem,
} from './place-figures.store.ts'
import type { PlanFigures, PlanningContext } from './plan-figures.ts'
import type { PlaceFigures, PlacePlan } from './plan-item.ts'
import { planTogether } from './plan-together.ts'
import { lockPlans, type PlanRow, savePlans } from './plans.store.ts'
import { findLeftOutDays, findReplenishmentSettings } from './replenishment-settings.store.ts'
import { type ResolvedSettings, resolveSettings, toSettingBook } from './replenishment-settings.ts'

const DAY_MS = 86_400_000
const LEFT_OUT_READ_DAYS = 366

/**
 * Plans these items anew, with kits that are put together of them and with what they are put together of, and keeps what
 * changed. Plans follow each other: the clock of the organization is locked first.
 * @param options.measure whether their demand is measured too; else it is as it was last measured
 */
export async function planItems(
  tx: Tx,
  context: PlanningContext,
  askedIds: readonly string[],
  { measure }: { measure: boolean },
): Promise<void> {
  const { organizationId } = context
  const at = context.now()
  const partsOf = await findKitRelations(tx, organizationId, askedIds)
  const relatedIds = [...partsOf].flatMap(([kitId, parts]) => [kitId, ...parts.map(({ itemId }) => itemId)])
  const itemIds = [...new Set([...askedIds, ...relatedIds])]
  const items = await findReplenishedItems(tx, organizationId, itemIds)
  const places = await findReplenishedPlaces(tx, organizationId, at)
  const settingsOf = await readSettings(tx, organizationId, { itemIds: items, partsOf }, places)
  const asked = new Set(askedIds)
  const [measured, known] = measure
    ? [items.filter((itemId) => asked.has(itemId)), items.filter((itemId) => !asked.has(itemId))]
    : [[], items]
  const demand = [
    ...(await measureItemDemand(tx, organizationId, measured, {
      at,
      places,
      settingsOf,
      leftOut: await findLeftOutDays(tx, organizationId, dayText(at.getTime() / DAY_MS - LEFT_OUT_READ_DAYS)),
    })),
    ...(await findItemDemand(tx, organizationId, known)),
  ]
  const before = await lockPlans(tx, organizationId, itemIds)
  const stock = await findStockOfItems(tx, organizationId, items, at)
  const coming = await findComingUnits(tx, organizationId, items)
  const granted = await context.findGranted(tx, items)
  const found = { demand: byItem(demand), stock: byItem(stock), coming: byItem(coming) }
  const told = items.map((itemId) => {
    const given = {
      demand: found.demand.get(itemId) ?? [],
      stock: found.stock.get(itemId) ?? [],
      coming: found.coming.get(itemId) ?? [],
      granted,
    }
    return { itemId, parts: partsOf.get(itemId) ?? [], places: figuresOf(itemId, places, given, settingsOf) }
  })
  const plans = planTogether(
    told.map((each) => ({ ...each, places: each.places.map(({ figures }) => figures) })),
    await findStandingNeeds(tx, organizationId, items),
  )
  const rows = told.flatMap((each) => toRows(each.itemId, each.places, plans.get(each.itemId) ?? []))
  await savePlans(tx, context, { itemIds, rows, known: before, at })
}

type Given = {
  demand: readonly ItemDemand[]
  stock: readonly StockOfItem[]
  coming: readonly ComingUnits[]
  granted: ReadonlyMap<string, number>
}
type SettingsOf = (itemId: string, place: ReplenishedPlace) => ResolvedSettings

async function readSettings(
  db: Db,
  organizationId: string,
  { itemIds, partsOf }: { itemIds: readonly string[]; partsOf: ReadonlyMap<string, unknown> },
  places: readonly ReplenishedPlace[],
): Promise<SettingsOf> {
  const book = toSettingBook(await findReplenishmentSettings(db, organizationId, itemIds))
  const [first] = places
  const main = first?.kind === 'warehouse' ? first : undefined
  const known = new Map<string, ResolvedSettings>()
  return (itemId, place) => {
    const key = `${itemId} ${place.locationId}`
    const settings =
      known.get(key) ??
      resolveSettings(book, { ...place, main }, { itemId, isAssembled: partsOf.has(itemId) })
    known.set(key, settings)
    return settings
  }
}

/** An item at a place: all that its plan is decided by, and what is told beside it. */
type Told = {
  place: ReplenishedPlace
  settings: ResolvedSettings
  isMeasured: boolean
  stock: StockOfItem | undefined
  incoming: ReturnType<typeof toIncoming>[]
  figures: PlaceFigures
}

function figuresOf(
  itemId: string,
  places: readonly ReplenishedPlace[],
  given: Given,
  settingsOf: SettingsOf,
): Told[] {
  return places.map((place) => {
    const at = ({ locationId }: { locationId: string }) => locationId === place.locationId
    const settings = settingsOf(itemId, place)
    const demand = given.demand.find(at)
    const stock = given.stock.find(at)
    const incoming = given.coming.filter(at).map((each) => toIncoming(each, place, settings))
    const figures: PlaceFigures = {
      locationId: place.locationId,
      country: place.country,
      onHand: stock?.onHand ?? 0,
      reserved: stock?.reserved ?? 0,
      held: stock?.held ?? 0,
      blocked: stock?.blocked ?? 0,
      granted: given.granted.get(`${itemId} ${place.locationId}`) ?? 0,
      incoming: incoming.map(({ arrival }) => arrival),
      leaving: sumOf(given.coming.filter((each) => each.isDraft && each.fromLocationId === place.locationId)),
      demand: demand?.measured ?? NOTHING_MEASURED,
      rule: settings.rule,
    }
    return { place, settings, isMeasured: demand !== undefined, stock, incoming, figures }
  })
}

function toRows(itemId: string, told: readonly Told[], planned: readonly PlacePlan[]): PlanRow[] {
  const plans = new Map(planned.map((plan) => [plan.locationId, plan]))
  return told.flatMap(({ place, settings, isMeasured, stock, incoming, figures }) => {
    const plan = plans.get(place.locationId)
    // Nothing was ever sold there, nothing lies there and nothing is to come: there is nothing to say.
    const isNothing = !isMeasured && incoming.length === 0 && isEmpty(stock)
    if (plan === undefined || (isNothing && plan.wanted === 0)) return []
    const { locationId: _, demand: rate, incoming: _arrivals, ...kept } = figures
    const { position, levels, network, spare, wanted, because, kits } = plan
    const all: PlanFigures = {
      ...kept,
      ...{ position, levels, network, spare, wanted, because },
      ...(kits.length > 0 && { kits }),
      incoming: incoming.map(({ told: each }) => each),
      demand: rate,
      rate: settings.rate,
      from: Object.fromEntries(Object.entries(settings.from).filter(([, scope]) => scope !== 'default')),
    }
    return [{ itemId, today: place.today, plan, figures: all }]
  })
}

/** A transfer is there so long after it left as its way takes; what a supplier brings, on the day he said. */
function toIncoming(coming: ComingUnits, { today }: ReplenishedPlace, { transferDays }: ResolvedSettings) {
  const { document, documentId, isDraft, units, since, on: said } = coming
  const on = said ?? (since === null ? null : dayText(since.getTime() / DAY_MS + transferDays))
  const inDays = on === null ? null : Math.round((Date.parse(on) - Date.parse(today)) / DAY_MS)
  const isLate = inDays !== null && inDays < 0
  const arrival: Arrival = { units, inDays: isLate ? null : inDays }
  return { arrival, told: { document, documentId, isDraft, units, on, isLate } }
}

function isEmpty(stock: StockOfItem | undefined): boolean {
  return stock === undefined || (stock.onHand === 0 && stock.reserved === 0 && stock.held === 0)
}

function sumOf(coming: readonly ComingUnits[]): number {
  return coming.reduce((sum, { units }) => sum + units, 0)
}

function byItem<Row extends { itemId: string }>(rows: readonly Row[]): Map<string, Row[]> {
  return Map.groupBy(rows, ({ itemId }) => itemId)
}
