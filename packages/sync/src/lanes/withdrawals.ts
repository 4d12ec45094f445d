import { type ConnectorError, isConnectorError } from '@plimsoll/connector-kit'
import { inTransaction } from '@plimsoll/database'
import { nowOf } from '../context.ts'
import { notify } from '../notify.ts'
import { closeTasks, openTask } from '../tasks.store.ts'
import type { ToldDeed } from '../told-task.ts'
import { assertLease } from '../worker/leases.store.ts'
import type { WorkerContext } from '../worker/worker-context.ts'
import {
  type ExposedListing,
  findExposedListings,
  findListingsToReinstate,
  hasRefusedDecreases,
  type ListingToReinstate,
  savePlacement,
  saveTaskDetail,
  saveWithdrawn,
} from './withdrawals.store.ts'
import { closeNeedless } from './write-cap.store.ts'

/** At one go; the rest at the next turn, after the lane's decreases. */
const AT_ONCE = 20
/** A listing whose call failed is tried again after so long: its connection has other things to do. */
const AGAIN_MS = 30_000
/** One that the platform will not put back, in so many words; a person may have done it by then. */
const REFUSED_AGAIN_MS = 3_600_000

/**
 * What a worker remembers of refused decreases between its turns; the truth is in the database. `mayBeExposed`: a
 * decrease was refused and nothing was done about it yet. `mayBeWithdrawn`: something is off its channel. `mayBeRefused`:
 * a task says that a decrease was.
 */
export type Withdrawals = {
  mayBeExposed: boolean
  mayBeWithdrawn: boolean
  mayBeRefused: boolean
  tried: Set<string>
  /** Listings that failed by themselves, and when they are tried again. */
  notBefore: Map<string, number>
}

export const UNKNOWN_WITHDRAWALS = (): Withdrawals => ({
  mayBeExposed: true,
  mayBeWithdrawn: true,
  mayBeRefused: true,
  tried: new Set(),
  notBefore: new Map(),
})

/**
 * A refused decrease goes on selling what is not there: its listing is taken off the channel where the connector can,
 * those with the most units at risk first, and put back once the decrease is taken or needed no more. The task says what was done, or
 * what a person must do.
 * @throws ConnectorError where the platform is out of reach: tried again
 */
export async function followWithdrawals(context: WorkerContext): Promise<void> {
  const { withdrawals, database, organizationId, connection } = context
  if (withdrawals.mayBeRefused) {
    const needless = { kind: 'refused-decrease' as const, at: nowOf(context) }
    await closeNeedless(database.kysely, organizationId, connection.connectionId, needless)
    withdrawals.mayBeRefused = await hasRefusedDecreases(
      database.kysely,
      organizationId,
      connection.connectionId,
    )
  }
  if (withdrawals.mayBeExposed) await withdrawExposed(context, withdrawals)
  if (withdrawals.mayBeWithdrawn) await reinstateTaken(context, withdrawals)
}

async function withdrawExposed(context: WorkerContext, withdrawals: Withdrawals): Promise<void> {
  const { database, organizationId, connection } = context
  const found = await findExposedListings(
    database.kysely,
    organizationId,
    connection.connectionId,
    AT_ONCE + withdrawals.tried.size,
  )
  const untried = found.filter(({ taskId, listingId }) => !withdrawals.tried.has(`${taskId} ${listingId}`))
  const due = untried.filter(({ listingId }) => isDueAgain(context, listingId)).slice(0, AT_ONCE)
  let done = 0
  for (const listing of due) {
    if (!(await isTried(context, listing.listingId, () => withdraw(context, listing)))) break
    withdrawals.tried.add(`${listing.taskId} ${listing.listingId}`)
    done += 1
  }
  if (done === untried.length) withdrawals.mayBeExposed = false
}

function isDueAgain({ withdrawals, clock }: WorkerContext, listingId: string): boolean {
  return clock.now() >= (withdrawals.notBefore.get(listingId) ?? 0)
}

/** @returns false where the platform did not answer to it, or not in sense: it is tried again later */
async function isTried(
  { withdrawals, clock, log }: WorkerContext,
  listingId: string,
  work: () => Promise<void>,
): Promise<boolean> {
  try {
    withdrawals.notBefore.delete(listingId)
    await work()
    return true
  } catch (error) {
    if (!isConnectorError(error) || (error.kind !== 'unavailable' && error.kind !== 'malformed')) throw error
    withdrawals.notBefore.set(listingId, clock.now() + AGAIN_MS)
    log.warn({ listing: listingId, error }, 'a listing could not be taken off or put back yet')
    return false
  }
}

async function withdraw(context: WorkerContext, listing: ExposedListing): Promise<void> {
  const { operations, connector, signal, log, withdrawals } = context
  const { name, capabilities } = connector.manifest
  if (operations.withdraw === undefined || capabilities.withdraw === undefined) {
    const cure = `The hub cannot take a single listing off ${name}: lower it or take it off there by hand.`
    return await tell(context, listing, {
      say: cure,
      told: { code: 'decrease-refused-by-hand', facts: { platform: name } },
    })
  }
  try {
    if (listing.placement === null) await keepPlacement(context, listing)
    withdrawals.mayBeWithdrawn = true
    await operations.withdraw(listing.externalId, { signal })
  } catch (error) {
    if (!isConnectorError(error) || isPassing(error.kind)) throw error
    log.error({ listing: listing.externalId, error }, 'a listing could not be withdrawn')
    const cure = `It could not be taken off ${name} either (${error.message}): do it there by hand.`
    const told: ToldDeed = { code: 'decrease-refused-on-sale', facts: { platform: name, why: error.message } }
    return await tell(context, listing, { say: cure, told, withdrawnAt: null })
  }
  const done = `The listing was taken off ${name} (${capabilities.withdraw}); it is put back once the number is taken.`
  const told: ToldDeed = { code: 'decrease-refused-off-sale', facts: { platform: name } }
  await tell(context, listing, { say: done, told, withdrawnAt: nowOf(context) })
}

/**
 * Before anything is taken off: whoever finds it half done, or done without an answer, knows how it was on sale, and that
 * it may be off.
 */
async function keepPlacement(
  context: WorkerContext,
  { listingId, externalId }: ExposedListing,
): Promise<void> {
  const { operations, signal, organizationId } = context
  const placement = (await operations.placement?.(externalId, { signal })) ?? ''
  await inTransaction(context.database, async (tx) => {
    await assertLease(tx, organizationId, context.lease)
    await savePlacement(tx, organizationId, listingId, placement)
  })
}

/** Stands in the way of any call; the refusal itself has been told already. */
function isPassing(kind: string): boolean {
  return kind === 'unavailable' || kind === 'rate-limited' || kind === 'malformed' || kind === 'unauthorized'
}

/** @param withdrawnAt since when it is off; null: it was refused, and is on sale as it was */
async function tell(
  context: WorkerContext,
  { taskId, listingId, detail }: ExposedListing,
  { say, told, withdrawnAt }: { say: string; told: ToldDeed; withdrawnAt?: Date | null },
): Promise<void> {
  const { organizationId } = context
  await inTransaction(context.database, async (tx) => {
    await assertLease(tx, organizationId, context.lease)
    if (withdrawnAt !== undefined) await saveWithdrawn(tx, organizationId, listingId, withdrawnAt)
    if (!detail.includes(say))
      await saveTaskDetail(tx, organizationId, taskId, { detail: `${sentence(detail)} ${say}`, told })
    await notify(tx, organizationId, { kind: 'screen', topics: ['tasks', 'overview'], itemIds: [] })
  })
}

function sentence(text: string): string {
  return /[.!?。]$/.test(text) ? text : `${text}.`
}

async function reinstateTaken(context: WorkerContext, withdrawals: Withdrawals): Promise<void> {
  const { database, organizationId, connection } = context
  const found = await findListingsToReinstate(database.kysely, organizationId, connection.connectionId)
  const due = found.filter(({ listingId, isDue }) => isDue && isDueAgain(context, listingId))
  withdrawals.mayBeWithdrawn = found.length > due.length
  for (const listing of due) {
    const isDone = await isTried(context, listing.listingId, () => reinstate(context, listing))
    if (!isDone || withdrawals.notBefore.has(listing.listingId)) withdrawals.mayBeWithdrawn = true
    if (!isDone) return
  }
}

async function reinstate(context: WorkerContext, listing: ListingToReinstate): Promise<void> {
  const { database, organizationId, operations, signal, log, withdrawals, clock } = context
  const { listingId, externalId, placement } = listing
  try {
    await operations.reinstate?.(externalId, { signal, placement })
  } catch (error) {
    if (!isConnectorError(error) || isPassing(error.kind)) throw error
    if (error.kind !== 'not-found') {
      await tellNotBack(context, listing, error)
      withdrawals.notBefore.set(listingId, clock.now() + REFUSED_AGAIN_MS)
      return
    }
    // One that is gone meanwhile cannot be put back.
    log.warn({ listing: externalId }, 'a withdrawn listing is gone')
  }
  await inTransaction(database, async (tx) => {
    await assertLease(tx, organizationId, context.lease)
    await saveWithdrawn(tx, organizationId, listingId, null)
    await closeTasks(tx, organizationId, ['listing-not-back'], [listingId], nowOf(context))
  })
}

/** It sells nothing, though it may: a person must know. */
async function tellNotBack(
  context: WorkerContext,
  { listingId, externalId }: ListingToReinstate,
  { message }: ConnectorError,
): Promise<void> {
  const { organizationId, connection, connector, uuid } = context
  const { name: platform } = connector.manifest
  await inTransaction(context.database, async (tx) => {
    await assertLease(tx, organizationId, context.lease)
    await openTask(
      tx,
      organizationId,
      {
        kind: 'listing-not-back',
        subject: listingId,
        connectionId: connection.connectionId,
        sku: null,
        units: null,
        detail: `The listing ${externalId} was taken off ${platform} while its number was refused, and cannot be put back: ${message} Put it on sale there by hand.`,
        told: { code: 'listing-not-back', facts: { platform, listing: externalId, message } },
      },
      { at: nowOf(context), uuid },
    )
    await notify(tx, organizationId, { kind: 'screen', topics: ['tasks', 'overview'], itemIds: [] })
  })
}
