import { inTransaction } from '@plimsoll/database'
import { findItemsBySku, findLocations, isUuid } from '@plimsoll/stock'
import { lockAvailability } from '../availability/availability.store.ts'
import { updateAvailability, updateAvailabilityOf } from '../availability/availability.ts'
import { refuseOverfull } from '../availability/exclusive-shares.ts'
import { findConnectionId } from '../connections/connections.ts'
import { nowOf, type SyncContext } from '../context.ts'
import { syncProblem } from '../errors.ts'
import {
  deletePolicy,
  findItemsUnder,
  findPolicy,
  listingExists,
  type PolicyScope,
  savePolicy,
} from './policies.store.ts'
import { NOTHING_SET, type PolicyRow } from './policy.ts'

/** Whom a policy is set on: a connection by id or name, an item by SKU, a listing by id; none: the organization. */
export type PolicyTarget = {
  connection?: string | undefined
  item?: string | undefined
  listing?: string | undefined
}

/** What a person sets: locations go by their codes. A field that is left out stays as it is; null takes it back. */
export type PolicyChange = { [Field in keyof Told]?: Told[Field] | undefined }
type Told = Omit<PolicyRow, 'poolLocationIds'> & { pool: readonly string[] | null }

/** What is set, as a person knows it. */
export type PolicyTold = Omit<PolicyRow, 'poolLocationIds'> & { pool: string[] | null }

/**
 * Changes a policy, and works out in the same transaction what every level that it reaches should show now. Where those
 * are of more items than one turn takes, they are noted in it and worked out right after.
 * @returns all of the policy as it is now
 * @throws SyncProblem for a connection, item, listing or location that is not known, for values that contradict each
 *   other, and for exclusive shares of one item that are more than all of it
 */
export async function changePolicy(
  context: SyncContext,
  target: PolicyTarget,
  change: PolicyChange,
): Promise<PolicyTold> {
  const { organizationId } = context
  const scope = await toPolicyScope(context, target)
  const stored = await toStored(context, change)
  const policy = await inTransaction(context.database, async (tx) => {
    // Before the policy is read: two changes of it must not each overwrite what the other set.
    await lockAvailability(tx, organizationId)
    const before = (await findPolicy(tx, organizationId, scope)) ?? NOTHING_SET
    const after = applyChange(before, stored)
    refuseContradictions(scope, after)
    const at = nowOf(context)
    const itemIds = await findItemsUnder(tx, organizationId, scope)
    const save = () =>
      isNothingSet(after)
        ? deletePolicy(tx, organizationId, scope, at)
        : savePolicy(tx, organizationId, scope, { policy: after, at })
    if (after.exclusivePercent !== null && after.exclusivePercent !== before.exclusivePercent) {
      await save()
      await refuseOverfull(tx, organizationId, itemIds, at)
    }
    await updateAvailabilityOf(context, tx, { itemIds, at }, save)
    return after
  })
  await updateAvailability(context)
  return await toTold(context, policy)
}

/** @throws SyncProblem */
export async function toPolicyScope(
  context: SyncContext,
  { connection, item, listing }: PolicyTarget,
): Promise<PolicyScope> {
  const { organizationId, database } = context
  const told = [connection, item, listing].filter((each) => each !== undefined)
  if (told.length > 1) {
    const field = listing !== undefined ? 'listing' : 'item'
    throw syncProblem(
      'policy-contradiction',
      field,
      'A policy is of a connection, of an item or of a listing.',
    )
  }
  if (listing !== undefined) {
    if (!isUuid(listing) || !(await listingExists(database.kysely, organizationId, listing))) {
      throw syncProblem('unknown-listing', 'listing', `There is no listing ${listing}.`)
    }
    return { scope: 'listing', scopeId: listing }
  }
  if (item !== undefined) {
    const [found] = await findItemsBySku(database.kysely, organizationId, [item])
    if (found === undefined)
      throw syncProblem('unknown-item', 'item', `There is no item with the SKU "${item}".`)
    return { scope: 'item', scopeId: found.itemId }
  }
  if (connection === undefined) return { scope: 'organization', scopeId: organizationId }
  return { scope: 'connection', scopeId: await findConnectionId(context, connection) }
}

/** With the ids of locations for their codes. @throws SyncProblem */
export async function toStored(
  context: SyncContext,
  { pool, ...change }: PolicyChange,
): Promise<StoredChange> {
  if (pool === undefined) return change
  if (pool === null) return { ...change, poolLocationIds: null }
  if (pool.length === 0) {
    const message = 'A pool without a location shows nothing: pause the listing, or name one.'
    throw syncProblem('policy-contradiction', 'pool', message)
  }
  const locations = await findLocations(context.database.kysely, context.organizationId)
  const poolLocationIds = [...new Set(pool)].map((code) => {
    const found = locations.find((location) => location.code === code)
    if (found === undefined) throw syncProblem('unknown-location', 'pool', `There is no location ${code}.`)
    return found.locationId
  })
  return { ...change, poolLocationIds: poolLocationIds.sort() }
}

/** With the codes of locations for their ids. */
export async function toTold<Row extends PolicyRow>(
  context: SyncContext,
  { poolLocationIds, ...policy }: Row,
): Promise<Omit<Row, 'poolLocationIds'> & { pool: string[] | null }> {
  if (poolLocationIds === null) return { ...policy, pool: null }
  const locations = await findLocations(context.database.kysely, context.organizationId)
  const pool = locations
    .filter(({ locationId }) => poolLocationIds.includes(locationId))
    .map(({ code }) => code)
  return { ...policy, pool: pool.sort() }
}

export type StoredChange = { [Field in keyof PolicyRow]?: PolicyRow[Field] | undefined }

/** @returns what is set once the change is made to it */
export function applyChange(before: PolicyRow, change: StoredChange): PolicyRow {
  const of = <Field extends keyof PolicyRow>(field: Field): PolicyRow[Field] => {
    const said: PolicyRow[Field] | undefined = change[field]
    return said === undefined ? before[field] : said
  }
  return {
    poolLocationIds: of('poolLocationIds'),
    sharePercent: of('sharePercent'),
    exclusivePercent: of('exclusivePercent'),
    bufferUnits: of('bufferUnits'),
    bufferPercent: of('bufferPercent'),
    cap: of('cap'),
    floor: of('floor'),
    fixed: of('fixed'),
    paused: of('paused'),
    minShelfLifeDays: of('minShelfLifeDays'),
    promiseIncoming: of('promiseIncoming'),
    incomingPercent: of('incomingPercent'),
    incomingWithinDays: of('incomingWithinDays'),
  }
}

/** Within one policy: what is set farther away is overruled, not contradicted. @throws SyncProblem */
export function refuseContradictions(
  { scope }: Pick<PolicyScope, 'scope'>,
  { cap, floor, fixed, exclusivePercent }: PolicyRow,
): void {
  if (exclusivePercent !== null && (scope === 'organization' || scope === 'item')) {
    const message = 'An exclusive share is of one connection or of one listing.'
    throw syncProblem('policy-contradiction', 'exclusivePercent', message)
  }
  if (cap !== null && floor !== null && floor > cap) {
    const message = `A floor of ${floor} above the cap of ${cap} leaves nothing between them to show.`
    throw syncProblem('policy-contradiction', 'floor', message)
  }
  if (fixed === null) return
  if (cap !== null && fixed > cap) {
    throw syncProblem('policy-contradiction', 'fixed', `It cannot be fixed at ${fixed} and capped at ${cap}.`)
  }
  if (floor !== null && fixed < floor) {
    const message = `It cannot be fixed at ${fixed} and show nothing below ${floor}.`
    throw syncProblem('policy-contradiction', 'fixed', message)
  }
}

/** Whether a policy may as well not be there. */
export function isNothingSet(policy: PolicyRow): boolean {
  return Object.values(policy).every((value) => value === null)
}
