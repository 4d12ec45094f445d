import { isConnectorError } from '@plimsoll/connector-kit'
import { inTransaction } from '@plimsoll/database'
import { nowOf } from '../context.ts'
import { notify } from '../notify.ts'
import type { ToldDeed } from '../told-task.ts'
import { assertLease } from '../worker/leases.store.ts'
import type { WorkerContext } from '../worker/worker-context.ts'
import {
  type ExposedListing,
  findExposedListings,
  findListingsToReinstate,
  hasRefusedDecreases,
  savePlacement,
  saveTaskDetail,
  saveWithdrawn,
} from './withdrawals.store.ts'
import { closeNeedless } from './write-cap.store.ts'

/** At one go; the rest at the next turn, after the lane's decreases. */
const AT_ONCE = 20

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
}

export const UNKNOWN_WITHDRAWALS = (): Withdrawals => ({
  mayBeExposed: true,
  mayBeWithdrawn: true,
  mayBeRefused: true,
  tried: new Set(),
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
  for (const listing of untried.slice(0, AT_ONCE)) {
    await withdraw(context, listing)
    withdrawals.tried.add(`${listing.taskId} ${listing.listingId}`)
  }
  if (untried.length <= AT_ONCE) withdrawals.mayBeExposed = false
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
  const { database, organizationId, connection, operations, signal, log } = context
  const found = await findListingsToReinstate(database.kysely, organizationId, connection.connectionId)
  withdrawals.mayBeWithdrawn = found.some(({ isDue }) => !isDue)
  for (const { listingId, externalId, placement } of found.filter(({ isDue }) => isDue)) {
    try {
      await operations.reinstate?.(externalId, { signal, placement })
    } catch (error) {
      withdrawals.mayBeWithdrawn = true
      // One that is gone meanwhile cannot be put back.
      if (!isConnectorError(error) || error.kind !== 'not-found') throw error
      log.warn({ listing: externalId }, 'a withdrawn listing is gone')
    }
    await inTransaction(database, async (tx) => {
      await assertLease(tx, organizationId, context.lease)
      await saveWithdrawn(tx, organizationId, listingId, null)
    })
  }
}
