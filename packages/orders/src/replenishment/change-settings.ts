import { type Database, inTransaction, type Tx } from '@plimsoll/database'
import { isDay, type Refusal, refuse } from '@plimsoll/stock'
import { sql } from 'kysely'
import { wantSweep } from './keep-plans.ts'
import type { PlanningContext } from './plan-figures.ts'
import { planItems } from './plan-items.ts'
import { lockReplenishment } from './plans.store.ts'
import {
  deleteLeftOutDays,
  findReplenishmentSettings,
  insertLeftOutDays,
  type LeftOutDays,
  saveReplenishmentSetting,
} from './replenishment-settings.store.ts'
import { changeFields, type ReplenishmentFields, type StoredSetting } from './replenishment-settings.ts'

type Store = Pick<Database, 'runTransaction' | 'counters' | 'timing'>

/** What a setting holds for: an item, a location, an item at a location; neither: the organization. */
export type SettingTarget = { sku: string | null; locationCode: string | null }

/** Null takes a field away, so that it comes from further out again. */
export type SettingChanges = { [Field in keyof ReplenishmentFields]?: ReplenishmentFields[Field] | null }

/**
 * Changes how something is replenished. Of an item it is planned anew at once; what holds for more is looked at by the next
 * sweep, which begins soon.
 */
export async function changeReplenishmentSetting(
  database: Store,
  context: PlanningContext,
  { target, changes, actor }: { target: SettingTarget; changes: SettingChanges; actor: string },
): Promise<{ kind: 'saved'; fields: StoredSetting['fields'] } | Refusal> {
  const { organizationId } = context
  return await inTransaction(database, async (tx) => {
    await lockReplenishment(tx, organizationId)
    const found = await findTarget(tx, organizationId, target)
    if (found.kind === 'refused') return found
    const source = await findSource(tx, organizationId, changes.source, found.locationId)
    if (source.kind === 'refused') return source
    const { itemId, locationId } = found
    const known = await findReplenishmentSettings(tx, organizationId, itemId === null ? [] : [itemId])
    const before = known.find((each) => each.itemId === itemId && each.locationId === locationId)?.fields
    const { source: _, ...others } = changes
    const fields = changeFields<StoredSetting['fields']>(before ?? {}, {
      ...others,
      ...(changes.source !== undefined && { source: source.value }),
    })
    await saveReplenishmentSetting(tx, context, { itemId, locationId, fields }, actor)
    await planAgain(tx, context, itemId)
    return { kind: 'saved', fields }
  })
}

/** Leaves days out of what demand is measured from: of all items and locations, unless some are named. */
export async function addLeftOutDays(
  database: Store,
  context: PlanningContext,
  {
    target,
    since,
    until,
    reason,
    actor,
  }: { target: SettingTarget; since: string; until: string; reason: string; actor: string },
): Promise<{ kind: 'saved'; days: LeftOutDays } | Refusal> {
  const { organizationId } = context
  const bad = (field: string, message: string) => refuse('invalid-replenishment', field, message)
  if (!isDay(since)) return bad('since', `"${since}" is no day: write it as 2026-11-27.`)
  if (!isDay(until)) return bad('until', `"${until}" is no day: write it as 2026-11-27.`)
  if (until < since) return bad('until', `The days end on ${until}, before they begin on ${since}.`)
  return await inTransaction(database, async (tx) => {
    await lockReplenishment(tx, organizationId)
    const found = await findTarget(tx, organizationId, target)
    if (found.kind === 'refused') return found
    const { itemId, locationId } = found
    const days = { leftOutId: context.uuid(), itemId, locationId, since, until, reason, actor }
    await insertLeftOutDays(tx, organizationId, days, context.now())
    await planAgain(tx, context, itemId)
    return { kind: 'saved', days }
  })
}

/** The days count again. */
export async function takeBackLeftOutDays(
  database: Store,
  context: PlanningContext,
  leftOutId: string,
): Promise<{ kind: 'saved' } | Refusal> {
  const { organizationId } = context
  return await inTransaction(database, async (tx) => {
    await lockReplenishment(tx, organizationId)
    if (!(await deleteLeftOutDays(tx, organizationId, leftOutId))) {
      return refuse('unknown-left-out-days', 'id', `No days are left out under the id "${leftOutId}".`)
    }
    await wantSweep(tx, organizationId)
    return { kind: 'saved' }
  })
}

async function planAgain(tx: Tx, context: PlanningContext, itemId: string | null): Promise<void> {
  if (itemId === null) await wantSweep(tx, context.organizationId)
  else await planItems(tx, context, [itemId], { measure: true })
}

async function findTarget(
  tx: Tx,
  organizationId: string,
  { sku, locationCode }: SettingTarget,
): Promise<{ kind: 'found'; itemId: string | null; locationId: string | null } | Refusal> {
  const found = await sql<{ itemId: string | null; locationId: string | null; locationKind: string | null }>`
    select
      (select item_id from item where organization_id = ${organizationId} and sku = ${sku}) as item_id,
      (select location_id from location where organization_id = ${organizationId} and code = ${locationCode})
        as location_id,
      (select kind from location where organization_id = ${organizationId} and code = ${locationCode})
        as location_kind`.execute(tx)
  const { itemId = null, locationId = null, locationKind = null } = found.rows[0] ?? {}
  if (sku !== null && itemId === null) {
    return refuse('unknown-sku', 'sku', `There is no item with the SKU "${sku}".`)
  }
  if (locationCode !== null && locationId === null) {
    return refuse('unknown-location', 'location', `There is no location with the code "${locationCode}".`)
  }
  if (locationKind === 'transit') {
    return refuse(
      'invalid-location',
      'location',
      `"${locationCode}" is where goods travel; nothing is kept there.`,
    )
  }
  return { kind: 'found', itemId, locationId }
}

type FoundSource = { kind: 'found'; value: StoredSetting['fields']['source'] | null }

/** The source by its id. A place cannot be its own. */
async function findSource(
  tx: Tx,
  organizationId: string,
  source: string | null | undefined,
  locationId: string | null,
): Promise<FoundSource | Refusal> {
  if (source === undefined || source === null) return { kind: 'found', value: null }
  if (source === 'supplier' || source === 'assembly') return { kind: 'found', value: source }
  const found = await sql<{ locationId: string; kind: string }>`
    select location_id, kind from location
    where organization_id = ${organizationId} and code = ${source} and archived_at is null`.execute(tx)
  const [location] = found.rows
  if (location === undefined) {
    return refuse('unknown-location', 'source', `There is no location with the code "${source}" in use.`)
  }
  if (location.kind === 'transit' || location.locationId === locationId) {
    const why = location.kind === 'transit' ? 'is where goods travel' : 'cannot be its own source'
    return refuse('invalid-replenishment', 'source', `"${source}" ${why}.`)
  }
  return { kind: 'found', value: { locationId: location.locationId } }
}
