import { inTransaction } from '@plimsoll/database'
import { isUuid } from '@plimsoll/stock'
import { lockAvailability } from './availability.store.ts'
import { updateAvailability, updateAvailabilityOf } from './availability.ts'
import { findConnectionId } from './connections.ts'
import { nowOf, type SyncContext } from './context.ts'
import type { PolicyRow } from './desired.ts'
import { syncProblem } from './errors.ts'
import {
  deletePolicy,
  findItemsUnder,
  findPolicy,
  listingExists,
  type PolicyScope,
  savePolicy,
} from './policies.store.ts'

/** Whom a policy is set on: a connection by id or name, a listing by id; neither: the organization. */
export type PolicyTarget = { connection?: string | undefined; listing?: string | undefined }

/** A field that is left out stays as it is; null takes it back. */
export type PolicyChange = { [Field in keyof PolicyRow]?: PolicyRow[Field] | undefined }

const NOTHING_SET: PolicyRow = {
  bufferUnits: null,
  bufferPercent: null,
  cap: null,
  floor: null,
  fixed: null,
  paused: null,
  minShelfLifeDays: null,
  promiseIncoming: null,
}

/**
 * Changes a policy, and works out in the same transaction what every level that it reaches should show now. Where those
 * are of more items than one turn takes, they are noted in it and worked out right after.
 * @returns all of the policy as it is now
 * @throws SyncProblem for a connection or listing that is not known, and for values that contradict each other
 */
export async function changePolicy(
  context: SyncContext,
  target: PolicyTarget,
  change: PolicyChange,
): Promise<PolicyRow> {
  const { organizationId } = context
  const scope = await toScope(context, target)
  const policy = await inTransaction(context.database, async (tx) => {
    // Before the policy is read: two changes of it must not each overwrite what the other set.
    await lockAvailability(tx, organizationId)
    const before = (await findPolicy(tx, organizationId, scope)) ?? NOTHING_SET
    const after = applyChange(before, change)
    refuseContradictions(after)
    const at = nowOf(context)
    const itemIds = await findItemsUnder(tx, organizationId, scope)
    await updateAvailabilityOf(context, tx, { itemIds, at }, () =>
      isNothingSet(after)
        ? deletePolicy(tx, organizationId, scope)
        : savePolicy(tx, organizationId, scope, { policy: after, at }),
    )
    return after
  })
  await updateAvailability(context)
  return policy
}

async function toScope(context: SyncContext, { connection, listing }: PolicyTarget): Promise<PolicyScope> {
  const { organizationId } = context
  if (listing !== undefined) {
    if (connection !== undefined) {
      throw syncProblem('policy-contradiction', 'listing', 'A policy is of a connection or of a listing.')
    }
    if (!isUuid(listing) || !(await listingExists(context.database.kysely, organizationId, listing))) {
      throw syncProblem('unknown-listing', 'listing', `There is no listing ${listing}.`)
    }
    return { scope: 'listing', scopeId: listing }
  }
  if (connection === undefined) return { scope: 'organization', scopeId: organizationId }
  return { scope: 'connection', scopeId: await findConnectionId(context, connection) }
}

/** @returns what is set once the change is made to it */
export function applyChange(before: PolicyRow, change: PolicyChange): PolicyRow {
  const of = <Field extends keyof PolicyRow>(field: Field): PolicyRow[Field] => {
    const said: PolicyRow[Field] | undefined = change[field]
    return said === undefined ? before[field] : said
  }
  return {
    bufferUnits: of('bufferUnits'),
    bufferPercent: of('bufferPercent'),
    cap: of('cap'),
    floor: of('floor'),
    fixed: of('fixed'),
    paused: of('paused'),
    minShelfLifeDays: of('minShelfLifeDays'),
    promiseIncoming: of('promiseIncoming'),
  }
}

/** Within one policy: what is set farther away is overruled, not contradicted. @throws SyncProblem */
export function refuseContradictions({ cap, floor, fixed }: PolicyRow): void {
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

function isNothingSet(policy: PolicyRow): boolean {
  return Object.values(policy).every((value) => value === null)
}
