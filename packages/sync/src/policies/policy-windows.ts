import { inTransaction } from '@plimsoll/database'
import { isTimeZone, isUuid } from '@plimsoll/stock'
import { insertChangedItems, lockAvailability } from '../availability/availability.store.ts'
import { updateAvailability, updateAvailabilityOf } from '../availability/availability.ts'
import { refuseOverfull } from '../availability/exclusive-shares.ts'
import { nowOf, type SyncContext, type Tx } from '../context.ts'
import { syncProblem } from '../errors.ts'
import { notify } from '../notify.ts'
import { findItemsUnder, type NamedScope, type PolicyScope } from './policies.store.ts'
import {
  applyChange,
  isNothingSet,
  type PolicyChange,
  type PolicyTarget,
  type PolicyTold,
  refuseContradictions,
  toPolicyScope,
  toStored,
  toTold,
} from './policies.ts'
import { NOTHING_SET, type WindowRow } from './policy.ts'
import {
  closeWindow,
  findItemsComingNearer,
  findOpenWindow,
  findOverlap,
  findPassed,
  findPolicyClock,
  findWindows,
  insertWindow,
  lockPolicyClock,
  savePolicyClock,
  startCampaigns,
  toInstant,
} from './policy-windows.store.ts'

/** A policy for a time, as a person asks for it. */
export type WindowRequest = PolicyTarget & {
  name: string
  /** An instant, or a local time of `timeZone`. */
  startsAt: string
  endsAt: string
  timeZone?: string | undefined
  set: PolicyChange & { campaignUnits?: number | null | undefined }
}

/** A window as a person knows it. */
export type PolicyWindow = NamedScope &
  PolicyTold & {
    windowId: string
    name: string
    startsAt: Date
    endsAt: Date
    timeZone: string
    campaignUnits: number | null
    state: 'planned' | 'open' | 'ended'
    /** Listing units that its campaign has sold, over all listings that it reaches; null without a campaign. */
    campaignSold: number | null
  }

/**
 * Sets a policy for a time. Where that has begun already, what it reaches is worked out in the same transaction; else the
 * engine does it when the time comes, and again when it ends.
 * @throws SyncProblem for whom, what or when it cannot be, and for another window that sets the same meanwhile
 */
export async function scheduleWindow(context: SyncContext, request: WindowRequest): Promise<PolicyWindow> {
  const { organizationId } = context
  const scope = await toPolicyScope(context, request)
  const { campaignUnits = null, ...change } = request.set
  const fields = { ...applyChange(NOTHING_SET, await toStored(context, change)), campaignUnits }
  refuseMeaningless(scope, fields)
  const times = await readTimes(context, request)
  const windowId = context.uuid()
  await inTransaction(context.database, async (tx) => {
    await lockAvailability(tx, organizationId)
    const at = nowOf(context)
    if (times.endsAt <= at)
      throw syncProblem('invalid-window', 'endsAt', 'The window would have ended already.')
    await refuseOverlap(tx, organizationId, { scope, fields, times })
    const window = { windowId, name: request.name.trim(), ...times, timeZone: request.timeZone ?? 'UTC' }
    await insertWindow(tx, organizationId, scope, { window, fields, at })
    const itemIds = await findItemsUnder(tx, organizationId, scope)
    if (fields.exclusivePercent !== null) await refuseOverfull(tx, organizationId, itemIds, at)
    if (times.startsAt > at) return
    await startCampaigns(tx, organizationId, at)
    await updateAvailabilityOf(context, tx, { itemIds, at })
  })
  await updateAvailability(context)
  return await getWindow(context, windowId)
}

/**
 * Ends a window now; one that has not begun is forgotten. What its campaign did not sell, others may sell again.
 * @throws SyncProblem for a window that is not known or has ended
 */
export async function endWindow(context: SyncContext, windowId: string): Promise<void> {
  const { organizationId } = context
  await inTransaction(context.database, async (tx) => {
    await lockAvailability(tx, organizationId)
    const at = nowOf(context)
    const window = isUuid(windowId) ? await findOpenWindow(tx, organizationId, windowId, at) : undefined
    if (window === undefined) {
      throw syncProblem('unknown-window', 'window', `There is no window ${windowId} that has not ended.`)
    }
    const itemIds = await findItemsUnder(tx, organizationId, window)
    await updateAvailabilityOf(context, tx, { itemIds, at }, () =>
      closeWindow(tx, organizationId, windowId, at),
    )
  })
  await updateAvailability(context)
}

/** Every window, those that end last first. */
export async function listWindows(context: SyncContext): Promise<PolicyWindow[]> {
  const at = nowOf(context)
  const found = await findWindows(context.database.kysely, context.organizationId, at)
  return await Promise.all(
    found.map(async (window) => ({
      ...(await toTold(context, window)),
      state:
        window.startsAt > at
          ? ('planned' as const)
          : window.endsAt > at
            ? ('open' as const)
            : ('ended' as const),
    })),
  )
}

async function getWindow(context: SyncContext, windowId: string): Promise<PolicyWindow> {
  const found = (await listWindows(context)).find((window) => window.windowId === windowId)
  if (found === undefined) throw syncProblem('unknown-window', 'window', `There is no window ${windowId}.`)
  return found
}

/** How long the clock may stand while nothing begins or ends. */
const CLOCK_STANDS_MS = 60_000

/**
 * Notes the items of windows that have begun or ended, and of incoming stock that a new day brings near enough, since this
 * was last looked at: what may be promised changes then by time alone. Any process may do it; two at once do it once.
 * @returns how many items were noted
 */
export async function notePassedWindows(context: SyncContext): Promise<number> {
  const { organizationId, database } = context
  const until = nowOf(context)
  const known = await findPolicyClock(database.kysely, organizationId)
  const isFresh = known !== undefined && until.getTime() - known.getTime() < CLOCK_STANDS_MS
  if (isFresh && (await findPassed(database.kysely, organizationId, { since: known, until })).length === 0) {
    return 0
  }
  return await inTransaction(database, async (tx) => {
    const since = await lockPolicyClock(tx, organizationId)
    if (since === undefined || (since !== null && since >= until)) return 0
    const passed = await findPassed(tx, organizationId, { since, until })
    await startCampaigns(tx, organizationId, until)
    const itemIds = new Set(await findItemsComingNearer(tx, organizationId, { since, until }))
    for (const scope of passed) {
      for (const itemId of await findItemsUnder(tx, organizationId, scope)) itemIds.add(itemId)
    }
    await savePolicyClock(tx, organizationId, until)
    if (itemIds.size === 0) return 0
    await insertChangedItems(tx, organizationId, [...itemIds], { at: until, uuid: context.uuid })
    await notify(tx, organizationId, { kind: 'items' })
    return itemIds.size
  })
}

function refuseMeaningless(scope: PolicyScope, { campaignUnits, ...fields }: WindowRow): void {
  if (campaignUnits === null && isNothingSet(fields)) {
    throw syncProblem('invalid-window', 'set', 'A window that sets nothing changes nothing: name a field.')
  }
  if (campaignUnits !== null && (scope.scope === 'organization' || scope.scope === 'item')) {
    const message = 'A campaign is of one connection or of one listing.'
    throw syncProblem('policy-contradiction', 'campaignUnits', message)
  }
  refuseContradictions(scope, fields)
}

type Times = { startsAt: Date; endsAt: Date }

async function readTimes(context: SyncContext, request: WindowRequest): Promise<Times> {
  const { timeZone } = request
  if (timeZone !== undefined && !isTimeZone(timeZone)) {
    const message = `"${timeZone}" is no time zone: a name such as Europe/Berlin or Asia/Shanghai.`
    throw syncProblem('invalid-window', 'timeZone', message)
  }
  const read = async (field: 'startsAt' | 'endsAt') => {
    const instant = await toInstant(context.database.kysely, request[field], timeZone)
    if (instant !== undefined) return instant
    const message = `"${request[field]}" is no moment: give 2026-11-11T00:00 and a time zone, or 2026-11-10T16:00:00Z.`
    throw syncProblem('invalid-window', field, message)
  }
  const times = { startsAt: await read('startsAt'), endsAt: await read('endsAt') }
  if (times.endsAt <= times.startsAt) {
    throw syncProblem('invalid-window', 'endsAt', 'A window ends after it starts.')
  }
  return times
}

async function refuseOverlap(
  tx: Tx,
  organizationId: string,
  { scope, fields, times }: { scope: PolicyScope; fields: WindowRow; times: Times },
): Promise<void> {
  const set = new Set(Object.entries(fields).flatMap(([field, value]) => (value === null ? [] : [field])))
  for (const other of await findOverlap(tx, organizationId, scope, times)) {
    const both = Object.entries(other.fields).find(([field, value]) => value !== null && set.has(field))
    if (both === undefined) continue
    const until = `${other.startsAt.toISOString()} to ${other.endsAt.toISOString()}`
    const message = `The window "${other.name}" sets ${both[0]} too, from ${until}.`
    throw syncProblem('window-overlap', both[0], message)
  }
}
