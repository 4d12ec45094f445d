import { arrayOf, type Db, type Tx } from '@plimsoll/database'
import { sql } from 'kysely'
import { z } from 'zod'
import {
  findHistoryStart,
  findOrderedUnits,
  findStockSpells,
  type StockSpells,
} from './demand-history.store.ts'
import { type DemandRate, measureRate, stockedShares } from './demand-rate.ts'
import type { ReplenishedPlace } from './place-figures.store.ts'
import type { LeftOutDays } from './replenishment-settings.store.ts'
import type { ResolvedSettings } from './replenishment-settings.ts'

const DAY_MS = 86_400_000
const DAY_SECONDS = 86_400
/** An order that is sent from elsewhere is demand of the day it came: so far before the days that are measured it is looked for. */
const REROUTED_WITHIN_DAYS = 14

const measuredRate = z.object({
  kind: z.enum(['measured', 'expected', 'not-enough']),
  perDay: z.number(),
  variancePerDay: z.number(),
  daysCounted: z.number(),
  unitsCounted: z.number(),
  daysWithoutStock: z.number(),
  daysLeftOut: z.number(),
  outlierDays: z.array(z.number()),
  daysSoldAhead: z.number(),
})

export type ItemDemand = { itemId: string; locationId: string; measured: DemandRate; measuredAt: Date }

/** What of an item was ordered at a place, day by day. */
export type DemandHistory = {
  /** The first day, as 2026-11-27. */
  since: string
  units: number[]
  /** From 0 to 1: how much of the day there was stock. */
  stocked: number[]
  leftOut: number[]
  /** Units among them that left from elsewhere, or wait there, for want of stock here. */
  fromElsewhere: number
}

type Measured = Omit<ItemDemand, 'measuredAt'> & { history: DemandHistory }

/** Demand of places where there was neither stock nor a sale; `measureDemand` keeps no row for them. */
export const NOTHING_MEASURED: DemandRate = {
  kind: 'not-enough',
  perDay: 0,
  variancePerDay: 0,
  daysCounted: 0,
  unitsCounted: 0,
  daysWithoutStock: 0,
  daysLeftOut: 0,
  outlierDays: [],
  daysSoldAhead: 0,
}

/**
 * Measures demand of these items at all places over the whole days before today, and keeps it.
 * @param settingsOf by item and place
 */
export async function measureItemDemand(
  tx: Tx,
  organizationId: string,
  itemIds: readonly string[],
  world: {
    at: Date
    places: readonly ReplenishedPlace[]
    leftOut: readonly LeftOutDays[]
    settingsOf(itemId: string, place: ReplenishedPlace): ResolvedSettings
  },
): Promise<ItemDemand[]> {
  const { at, places, settingsOf } = world
  const asked = itemIds.flatMap((itemId) =>
    places.map((place) => ({ itemId, place, rate: settingsOf(itemId, place).rate })),
  )
  const daysMax = Math.max(0, ...asked.map(({ rate }) => rate.historyDays))
  const since = new Date(at.getTime() - (daysMax + REROUTED_WITHIN_DAYS + 1) * DAY_MS)
  const [kept, ordered, spells] = [
    await findHistoryStart(tx, organizationId),
    await findOrderedUnits(tx, organizationId, itemIds, { places, since }),
    await findStockSpells(tx, organizationId, itemIds, since),
  ]
  const unitsOf = Map.groupBy(ordered, keyOf)
  const spellsOf = new Map(spells.map((each) => [keyOf(each), each]))
  const measured = asked.flatMap(({ itemId, place, rate }): Measured[] => {
    const key = keyOf({ itemId, locationId: place.locationId })
    const [units = [], spell] = [unitsOf.get(key), spellsOf.get(key)]
    const days = daysBefore(place, rate.historyDays, { at, kept })
    const sold = unitsByDay(units, days)
    const stocked = sharesOf(spell, place, days)
    if (rate.expectedPerDay === undefined && !sold.some(isSome) && !stocked.some(isSome)) return []
    const leftOut = leftOutOf(world.leftOut, itemId, place.locationId, days)
    const fromElsewhere = sumOf(
      unitsByDay(
        units.map(({ day, fromElsewhere }) => ({ day, units: fromElsewhere })),
        days,
      ),
    )
    const history = { since: dayText(days.first), units: sold, stocked, leftOut: [...leftOut], fromElsewhere }
    const result = measureRate({ ...history, leftOut }, rate, rate.expectedPerDay)
    return [{ itemId, locationId: place.locationId, measured: result, history }]
  })
  await saveDemand(tx, organizationId, itemIds, measured, at)
  return measured.map(({ history, ...each }) => ({ ...each, measuredAt: at }))
}

/** Demand as it was last measured. */
export async function findItemDemand(
  db: Db,
  organizationId: string,
  itemIds: readonly string[],
): Promise<ItemDemand[]> {
  if (itemIds.length === 0) return []
  const found = await sql<Omit<ItemDemand, 'measured'> & { measured: unknown }>`
    select item_id, location_id, measured, measured_at from item_demand
    where organization_id = ${organizationId} and item_id = any(${arrayOf(itemIds, 'uuid')})`.execute(db)
  return found.rows.map((row) => ({ ...row, measured: measuredRate.parse(row.measured) }))
}

/** What an item's demand at a place was measured from; undefined: there was nothing to measure. */
export async function findDemandHistory(
  db: Db,
  organizationId: string,
  { itemId, locationId }: { itemId: string; locationId: string },
): Promise<(DemandHistory & { measuredAt: Date }) | undefined> {
  type Kept = Omit<DemandHistory, 'fromElsewhere'> & Partial<Pick<DemandHistory, 'fromElsewhere'>>
  const found = await sql<{ history: Kept; measuredAt: Date }>`
    select history, measured_at from item_demand
    where organization_id = ${organizationId} and item_id = ${itemId} and location_id = ${locationId}`.execute(
    db,
  )
  const [row] = found.rows
  // Measured by a version that did not tell them apart: none.
  return row && { ...row.history, fromElsewhere: row.history.fromElsewhere ?? 0, measuredAt: row.measuredAt }
}

async function saveDemand(
  tx: Tx,
  organizationId: string,
  itemIds: readonly string[],
  measured: readonly Measured[],
  at: Date,
): Promise<void> {
  const rows = JSON.stringify(
    measured.map(({ itemId, locationId, ...each }) => ({
      item_id: itemId,
      location_id: locationId,
      ...each,
    })),
  )
  await sql`
    with told as materialized (
      select * from jsonb_to_recordset(${rows}::jsonb)
        as told (item_id uuid, location_id uuid, measured jsonb, history jsonb)
    ), gone as (
      delete from item_demand
      where organization_id = ${organizationId} and item_id = any(${arrayOf(itemIds, 'uuid')})
        and (item_id, location_id) not in (select item_id, location_id from told)
    )
    insert into item_demand (organization_id, item_id, location_id, measured, history, measured_at)
    select ${organizationId}, item_id, location_id, measured, history, ${at} from told
    on conflict (organization_id, item_id, location_id)
    do update set measured = excluded.measured, history = excluded.history, measured_at = excluded.measured_at`.execute(
    tx,
  )
}

type Days = { first: number; count: number }

/** Whole days before today by the clock of the place, none of which begins before what is kept. Days since 1970. */
function daysBefore(
  { offsetSeconds }: ReplenishedPlace,
  count: number,
  { at, kept }: { at: Date; kept: Date | null },
): Days {
  const today = Math.floor((at.getTime() / 1_000 + offsetSeconds) / DAY_SECONDS)
  const earliest = kept === null ? 0 : Math.ceil((kept.getTime() / 1_000 + offsetSeconds) / DAY_SECONDS)
  const first = Math.min(today, Math.max(today - count, earliest))
  return { first, count: today - first }
}

function unitsByDay(ordered: readonly { day: number; units: number }[], { first, count }: Days): number[] {
  const units = Array.from({ length: count }, () => 0)
  for (const { day, units: each } of ordered) {
    const nth = day - first
    if (nth >= 0 && nth < count) units[nth] = (units[nth] ?? 0) + each
  }
  return units
}

/** To two digits: a quarter of an hour more or less says nothing. */
function sharesOf(spell: StockSpells | undefined, { offsetSeconds }: ReplenishedPlace, days: Days): number[] {
  const opening = spell?.opening ?? false
  const changes = (spell?.changes ?? []).map((atSeconds, nth) => ({
    atMs: atSeconds * 1_000,
    isStocked: opening === (nth % 2 === 1),
  }))
  // The stock before the first day follows from the changes before it.
  const startMs = days.first * DAY_MS - offsetSeconds * 1_000
  const before = changes.filter(({ atMs }) => atMs < startMs)
  const shares = stockedShares(changes.slice(before.length), {
    opening: before.at(-1)?.isStocked ?? opening,
    startMs,
    days: days.count,
  })
  return shares.map((share) => (share > 0 ? Math.max(0.01, Math.round(share * 100) / 100) : 0))
}

function leftOutOf(
  leftOut: readonly LeftOutDays[],
  itemId: string,
  locationId: string,
  { first, count }: Days,
): Set<number> {
  const here = leftOut.filter(
    (each) =>
      (each.itemId === null || each.itemId === itemId) &&
      (each.locationId === null || each.locationId === locationId),
  )
  if (here.length === 0) return new Set()
  const days = Array.from({ length: count }, (_, nth) => nth)
  return new Set(
    days.filter((nth) => {
      const day = dayText(first + nth)
      return here.some(({ since, until }) => since <= day && day <= until)
    }),
  )
}

/** A day since 1970, or a moment of it, as 2026-11-27. */
export function dayText(day: number): string {
  return new Date(Math.floor(day) * DAY_MS).toISOString().slice(0, 10)
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0)
}

function isSome(value: number): boolean {
  return value > 0
}

function keyOf({ itemId, locationId }: { itemId: string; locationId: string }): string {
  return `${itemId} ${locationId}`
}
