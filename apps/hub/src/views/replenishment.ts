import type {
  ReplenishmentAccepted,
  ReplenishmentExplained,
  ReplenishmentPage,
  ReplenishmentRow,
  ReplenishmentSettings,
} from '@plimsoll/client'
import {
  acceptSuggestions,
  addLeftOutDays,
  changeReplenishmentSetting,
  type DemandHistory,
  findDemandHistory,
  findLeftOutDays,
  findReplenishmentClock,
  findReplenishmentSettings,
  type PlanFigures,
  type SettingChanges,
  type SettingTarget,
  takeBackLeftOutDays,
} from '@plimsoll/orders'
import {
  type ActionHead,
  type DocumentOutcome,
  findLocations,
  isUuid,
  type Refusal,
  refuse,
} from '@plimsoll/stock'
import { type SyncContext, toDocumentStore, toPlanningContext } from '@plimsoll/sync'
import { RefusalProblem } from '../refusal-problem.ts'
import {
  findReplenishmentFigures,
  findReplenishmentPage,
  findReplenishmentTotals,
  findSkus,
  type ReplenishmentQuery,
  type StoredReplenishment,
} from './replenishment.store.ts'

/** A page of items and locations with what is to be ordered for them. */
export async function listReplenishment(
  { database, organizationId }: SyncContext,
  query: ReplenishmentQuery,
): Promise<ReplenishmentPage> {
  const [{ rows, next }, totals, clock] = await Promise.all([
    findReplenishmentPage(database.kysely, organizationId, query),
    findReplenishmentTotals(database.kysely, organizationId),
    findReplenishmentClock(database.kysely, organizationId),
  ])
  return { rows: rows.map(toRow), next, totals, plannedAt: clock?.sweepEndedAt?.toISOString() ?? null }
}

/**
 * One row with every figure that led to it.
 * @throws RefusalProblem for an item or location that there is none of, or of which there is nothing to say
 */
export async function explainReplenishment(
  context: SyncContext,
  { sku, location }: { sku: string; location: string },
): Promise<ReplenishmentExplained> {
  const { database, organizationId } = context
  const db = database.kysely
  const query = { sku, locations: [location], sort: 'urgency', descending: false, limit: 1 } as const
  const [{ rows }, places] = await Promise.all([
    findReplenishmentPage(db, organizationId, query),
    findLocations(db, organizationId),
  ])
  const [row] = rows
  const figures = row === undefined ? undefined : await findReplenishmentFigures(db, organizationId, row)
  if (row === undefined || figures === undefined) {
    throw new RefusalProblem(
      refuse('nothing-to-replenish', 'sku', `Nothing of "${sku}" was ever kept or sold at "${location}".`),
    )
  }
  const measured = await findDemandHistory(db, organizationId, row)
  const kits = figures.kits ?? []
  const skus = await findSkus(
    db,
    organizationId,
    kits.map(({ kitId }) => kitId),
  )
  const codes = new Map(places.map(({ locationId, code }) => [locationId, code]))
  return {
    ...toRow(row),
    ...toFigures(figures, measured, codes),
    kits: kits.map(({ kitId, each, perDay, position, wanted }) => ({
      sku: skus.get(kitId) ?? kitId,
      ...{ each, perDay, position, wanted },
    })),
    history: measured === undefined ? null : historyOf(measured),
    plannedAt: row.plannedAt.toISOString(),
  }
}

/** Turns suggestions into drafts of transfers and announced deliveries, all of them or none. */
export async function acceptReplenishment(
  context: SyncContext,
  head: ActionHead,
  suggestions: readonly { id: string; units?: number | undefined }[],
): Promise<DocumentOutcome<ReplenishmentAccepted>> {
  const accepted = suggestions.map(({ id, units }) => ({ suggestionId: id, units }))
  return await acceptSuggestions(toDocumentStore(context), toPlanningContext(context), head, accepted)
}

/** What is set, and which days are left out. */
export async function getReplenishmentSettings({
  database,
  organizationId,
}: SyncContext): Promise<ReplenishmentSettings> {
  const db = database.kysely
  const [settings, leftOut, places] = await Promise.all([
    findReplenishmentSettings(db, organizationId),
    findLeftOutDays(db, organizationId),
    findLocations(db, organizationId),
  ])
  const itemIds = [...settings, ...leftOut].flatMap(({ itemId }) => (itemId === null ? [] : [itemId]))
  const skus = await findSkus(db, organizationId, [...new Set(itemIds)])
  const codes = new Map(places.map(({ locationId, code }) => [locationId, code]))
  const nameOf = (names: ReadonlyMap<string, string>, id: string | null) =>
    id === null ? null : (names.get(id) ?? id)
  const rows = settings.map(({ itemId, locationId, fields: { source, ...fields }, actor, savedAt }) => ({
    sku: nameOf(skus, itemId),
    location: nameOf(codes, locationId),
    fields: {
      ...fields,
      ...(source !== undefined && {
        source: typeof source === 'string' ? source : (codes.get(source.locationId) ?? source.locationId),
      }),
    },
    actor,
    savedAt: savedAt.toISOString(),
  }))
  return {
    rows,
    leftOut: leftOut.map(({ leftOutId: id, itemId, locationId, since, until, reason, actor }) => ({
      ...{ id, since, until, reason, actor },
      sku: nameOf(skus, itemId),
      location: nameOf(codes, locationId),
    })),
  }
}

/** @throws RefusalProblem for an item or location that there is none of */
export async function setReplenishment(
  context: SyncContext,
  change: { target: SettingTarget; changes: SettingChanges; actor: string },
): Promise<ReplenishmentSettings> {
  done(await changeReplenishmentSetting(context.database, toPlanningContext(context), change))
  return await getReplenishmentSettings(context)
}

/** @throws RefusalProblem as `setReplenishment`, and for days that are none */
export async function leaveDaysOut(
  context: SyncContext,
  days: { target: SettingTarget; since: string; until: string; reason: string; actor: string },
): Promise<ReplenishmentSettings> {
  done(await addLeftOutDays(context.database, toPlanningContext(context), days))
  return await getReplenishmentSettings(context)
}

/** @throws RefusalProblem where no days are left out under this id */
export async function countDaysAgain(context: SyncContext, id: string): Promise<ReplenishmentSettings> {
  done(
    isUuid(id)
      ? await takeBackLeftOutDays(context.database, toPlanningContext(context), id)
      : refuse('unknown-left-out-days', 'id', `No days are left out under the id "${id}".`),
  )
  return await getReplenishmentSettings(context)
}

function done(outcome: { kind: 'saved' } | Refusal): void {
  if (outcome.kind === 'refused') throw new RefusalProblem(outcome)
}

function toRow(row: StoredReplenishment): ReplenishmentRow {
  const { sku, name, location, urgency, available, incoming, perDay, coverDays, runsOutOn, leadDays } = row
  const { reorderPoint, orderUpTo, wanted, because, suggestion, suggestionId, suggestedUnits } = row
  return {
    ...{ sku, name, location, urgency, available, incoming, perDay, coverDays, runsOutOn, leadDays },
    ...{ reorderPoint, orderUpTo, wanted, because },
    suggestion:
      suggestion === null || suggestionId === null
        ? null
        : {
            id: suggestionId,
            kind: suggestion,
            from: row.fromCode,
            supplier: row.supplier,
            units: suggestedUnits,
          },
  }
}

const DAY_MS = 86_400_000

function historyOf({ since, units, stocked, leftOut, fromElsewhere }: DemandHistory) {
  return { since, units, stocked, leftOut, fromElsewhere }
}

function toFigures(
  figures: PlanFigures,
  measured: (DemandHistory & { measuredAt: Date }) | undefined,
  codes: ReadonlyMap<string, string>,
) {
  const { onHand, reserved, held, blocked, granted, leaving, position, spare } = figures
  const { variancePerDay, outlierDays, ...demand } = figures.demand
  const codeOf = (locationId: string) => codes.get(locationId) ?? locationId
  return {
    stock: { onHand, reserved, held, blocked, granted, leaving, position, spare },
    incomingUnits: figures.incoming.map(({ documentId: id, ...each }) => ({ id, ...each })),
    demand: {
      ...demand,
      deviationPerDay: Math.sqrt(variancePerDay),
      outlierDays: measured === undefined ? [] : outlierDays.map((nth) => dayAfter(measured.since, nth)),
      measuredAt: measured?.measuredAt.toISOString() ?? null,
      historyDays: figures.rate.historyDays,
      minimumDays: figures.rate.minimumDays,
    },
    levels: figures.levels ?? null,
    network: figures.network === undefined ? null : toNetwork(figures.network, codeOf),
    settings: toSettings(figures, codeOf),
  }
}

function toNetwork(
  { perDay, position, levels, places }: NonNullable<PlanFigures['network']>,
  codeOf: (locationId: string) => string,
) {
  return { perDay, position, levels, places: places.map(codeOf) }
}

/** The value that holds of each setting, and where it is from. */
function toSettings({ rule, rate, from }: PlanFigures, codeOf: (locationId: string) => string) {
  const { source } = rule
  const values = {
    replenish: rule.replenish,
    source: source.kind === 'location' ? codeOf(source.locationId) : source.kind,
    ...(source.kind === 'supplier' && { supplier: source.name }),
    ...leadOf(rule),
    servicePercent: Math.round(rule.serviceLevel * 10_000) / 100,
    reviewDays: rule.reviewDays,
    packUnits: rule.packUnits,
    minimumUnits: rule.minimumUnits,
    historyDays: rate.historyDays,
    minimumHistoryDays: rate.minimumDays,
    outliers: rate.outliers,
    ...(rate.expectedPerDay !== undefined && { expectedPerDay: rate.expectedPerDay }),
  }
  return Object.entries(values).map(([field, value]) => {
    // The fields of `values` are fields of settings.
    return { field, value, from: from[field as keyof PlanFigures['from']] ?? 'default' }
  })
}

function leadOf({ source, leadDays, deviationDays }: PlanFigures['rule']) {
  if (source.kind === 'assembly') return { assemblyDays: leadDays }
  return source.kind === 'location'
    ? { transferLeadDays: leadDays, transferDeviationDays: deviationDays }
    : { supplierLeadDays: leadDays, supplierDeviationDays: deviationDays }
}

function dayAfter(since: string, days: number): string {
  return new Date(Date.parse(since) + days * DAY_MS).toISOString().slice(0, 10)
}
