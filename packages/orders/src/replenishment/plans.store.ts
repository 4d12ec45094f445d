import { arrayOf, type Tx } from '@plimsoll/database'
import { sql } from 'kysely'
import type { PlanFigures, PlanningContext } from './plan-figures.ts'
import type { PlacePlan } from './plan-item.ts'
import { URGENCIES } from './plan-item.ts'

/** A plan to keep. `today`: the day at the place, as 2026-11-27. */
export type PlanRow = { itemId: string; today: string; plan: PlacePlan; figures: PlanFigures }

/** A suggestion as it stands. */
export type KnownPlan = {
  itemId: string
  locationId: string
  suggestion: 'transfer' | 'purchase' | 'assembly' | null
  suggestedUnits: number
  sourceLocationId: string | null
  supplier: string | null
  suggestionId: string | null
}

const DAY_MS = 86_400_000
/** Days do not reach from one urgency into the next. */
const ORDER_STEP = 100_000

/** Locks the organization's clock, so that whoever plans after reads what was planned before; made at first. */
export async function lockReplenishment(tx: Tx, organizationId: string): Promise<void> {
  await sql`
    insert into replenishment_clock (organization_id) values (${organizationId}) on conflict do nothing`.execute(
    tx,
  )
  await sql`
    select from replenishment_clock where organization_id = ${organizationId} for update`.execute(tx)
}

/** What is suggested for these items, under the lock of the clock. */
export async function lockPlans(
  tx: Tx,
  organizationId: string,
  itemIds: readonly string[],
): Promise<KnownPlan[]> {
  await lockReplenishment(tx, organizationId)
  const found = await sql<KnownPlan>`
    select item_id, location_id, suggestion, suggested_units, source_location_id, supplier, suggestion_id
    from replenishment
    where organization_id = ${organizationId} and item_id = any(${arrayOf(itemIds, 'uuid')})`.execute(tx)
  return found.rows
}

/** Writes what changed of the plans of these items, and takes away those that are no more. */
export async function savePlans(
  tx: Tx,
  { organizationId, uuid }: Pick<PlanningContext, 'organizationId' | 'uuid'>,
  {
    itemIds,
    rows,
    known,
    at,
  }: {
    itemIds: readonly string[]
    rows: readonly PlanRow[]
    known: readonly KnownPlan[]
    at: Date
  },
): Promise<void> {
  const before = new Map(known.map((each) => [keyOf(each.itemId, each.locationId), each]))
  const saved = rows.map(({ itemId, today, plan, figures }) => {
    const last = before.get(keyOf(itemId, plan.locationId))
    return {
      item_id: itemId,
      location_id: plan.locationId,
      urgency: plan.urgency,
      urgency_order: orderOf(plan),
      available: plan.available,
      incoming: figures.incoming.reduce((sum, { units }) => sum + units, 0),
      per_day: plan.levels === undefined ? null : figures.demand.perDay,
      cover_days: plan.coverDays,
      runs_out_on: plan.runsOutInDays === null ? null : dayAfter(today, plan.runsOutInDays),
      ...suggestionOf(plan, last, uuid),
      figures,
    }
  })
  await sql`
    with told as materialized (
      select * from jsonb_to_recordset(${JSON.stringify(saved)}::jsonb) as told (
        item_id uuid, location_id uuid, urgency text, urgency_order float8, available bigint, incoming bigint,
        per_day float8, cover_days float8, runs_out_on date, suggestion text, suggested_units bigint,
        source_location_id uuid, supplier text, suggestion_id uuid, figures jsonb
      )
    ), gone as (
      delete from replenishment
      where organization_id = ${organizationId} and item_id = any(${arrayOf(itemIds, 'uuid')})
        and (item_id, location_id) not in (select item_id, location_id from told)
    )
    insert into replenishment (organization_id, item_id, location_id, urgency, urgency_order, available, incoming, per_day,
      cover_days, runs_out_on, suggestion, suggested_units, source_location_id, supplier, suggestion_id, figures,
      planned_at)
    select ${organizationId}, item_id, location_id, urgency, urgency_order, available, incoming, per_day, cover_days,
      runs_out_on, suggestion, suggested_units, source_location_id, supplier, suggestion_id, figures, ${at}
    from told
    on conflict (organization_id, item_id, location_id) do update set
      urgency = excluded.urgency, urgency_order = excluded.urgency_order, available = excluded.available,
      incoming = excluded.incoming, per_day = excluded.per_day, cover_days = excluded.cover_days,
      runs_out_on = excluded.runs_out_on, suggestion = excluded.suggestion,
      suggested_units = excluded.suggested_units, source_location_id = excluded.source_location_id,
      supplier = excluded.supplier, suggestion_id = excluded.suggestion_id,
      figures = excluded.figures, planned_at = excluded.planned_at
    -- Whatever else differs follows from the figures, but for days that pass.
    where (replenishment.figures, replenishment.suggestion_id, replenishment.runs_out_on, replenishment.urgency_order)
      is distinct from (excluded.figures, excluded.suggestion_id, excluded.runs_out_on, excluded.urgency_order)`.execute(
    tx,
  )
}

type KeptSuggestion = {
  suggestion: 'transfer' | 'purchase' | 'assembly' | null
  suggested_units: number
  source_location_id: string | null
  supplier: string | null
  suggestion_id: string | null
}

/** The same suggestion keeps its id, so that what somebody saw a while ago can still be accepted. */
function suggestionOf(
  { suggestion }: PlacePlan,
  last: KnownPlan | undefined,
  uuid: () => string,
): KeptSuggestion {
  const wanted = {
    suggestion: suggestion?.kind ?? null,
    suggested_units: suggestion?.units ?? 0,
    source_location_id: suggestion?.kind === 'transfer' ? suggestion.fromLocationId : null,
    supplier: suggestion?.kind === 'purchase' ? suggestion.supplier : null,
  }
  const isSame =
    last !== undefined &&
    last.suggestion === wanted.suggestion &&
    last.suggestedUnits === wanted.suggested_units &&
    last.sourceLocationId === wanted.source_location_id &&
    last.supplier === wanted.supplier
  const id = suggestion === undefined ? null : isSame ? last.suggestionId : uuid()
  return { ...wanted, suggestion_id: id }
}

function orderOf({ urgency, runsOutInDays, coverDays }: PlacePlan): number {
  const days = runsOutInDays ?? coverDays ?? ORDER_STEP - 1
  return URGENCIES.indexOf(urgency) * ORDER_STEP + Math.min(days, ORDER_STEP - 1)
}

function dayAfter(today: string, days: number): string {
  return new Date(Date.parse(today) + days * DAY_MS).toISOString().slice(0, 10)
}

function keyOf(itemId: string, locationId: string): string {
  return `${itemId} ${locationId}`
}
