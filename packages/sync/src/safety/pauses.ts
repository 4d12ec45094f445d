import { inTransaction } from '@plimsoll/database'
import { insertChangedItems } from '../availability/availability.store.ts'
import { decideConnectionStep } from '../connections/connection-state.ts'
import { findConnections, lockStatus, saveProblem, saveStatus } from '../connections/connections.store.ts'
import { settleRegainedAccess } from '../connections/lost-access.ts'
import { nowOf, type SyncContext, type Tx } from '../context.ts'
import { syncProblem } from '../errors.ts'
import { queueWhatDiffers } from '../lanes/lane-entries.store.ts'
import { notify } from '../notify.ts'
import { assertLease } from '../worker/leases.store.ts'
import type { WorkerContext } from '../worker/worker-context.ts'
import {
  deleteHalts,
  type HaltScope,
  insertHalt,
  insertPauseChange,
  type PauseChange,
} from './halts.store.ts'
import { countUnzeroed, findItemsOfConnection, findZeroedFor, saveZeroedFor } from './zeroing.store.ts'

/**
 * Stopping writes, for a set of reasons each of which is taken back by itself: of a connection, of the organization, of
 * the whole hub. Reading and intake go on. Nothing that a platform may still sell is given up by it: a person chooses
 * to freeze what is shown, or to have zeros written first.
 */
export type Pause = { reason: string; actor: string; how: 'freeze' | 'zero' }

/**
 * Stops all writes of the organization or of the hub, from the next call on, in every process.
 * @throws SyncProblem `wrong-state` for zeros of the whole hub: other organizations are beyond the reach of this one
 */
export async function haltWrites(
  context: SyncContext,
  scope: HaltScope,
  { reason, actor, how }: Pause,
): Promise<void> {
  const { organizationId, database } = context
  if (how === 'zero' && scope === 'hub') {
    const message =
      'Zeros are written for one organization at a time: let each show 0 by itself (scope organization, or --all), then stop the hub without zeros.'
    throw syncProblem('wrong-state', 'how', message)
  }
  if (how === 'zero') {
    // A halt would stop the zeros too: each connection is zeroed, and paused by itself once all of it shows nothing.
    for (const { connectionId, state } of await findConnections(database.kysely, organizationId)) {
      if (state === 'live') await pauseConnection(context, connectionId, { reason, actor, how })
    }
    return
  }
  await inTransaction(database, async (tx) => {
    const at = nowOf(context)
    if (!(await insertHalt(tx, organizationId, { scope, reason, actor, at }))) return
    await noteChange(context, tx, { scope, connectionId: null, what: 'paused', reason, actor })
    await tellScreens(context, tx)
  })
}

/** Takes a reason back, or all of them. @returns those that were taken back */
export async function liftHalt(
  context: SyncContext,
  scope: HaltScope,
  { reason, actor }: { reason: string | undefined; actor: string },
): Promise<string[]> {
  const { organizationId, database } = context
  const connections = await findConnections(database.kysely, organizationId)
  return await inTransaction(database, async (tx) => {
    const lifted = await deleteHalts(tx, organizationId, { scope, reason })
    for (const each of lifted) {
      await noteChange(context, tx, { scope, connectionId: null, what: 'resumed', reason: each, actor })
    }
    if (lifted.length > 0) {
      await notify(tx, organizationId, {
        kind: 'lane',
        connectionIds: connections.map(({ connectionId }) => connectionId),
      })
      await tellScreens(context, tx)
    }
    return lifted
  })
}

/**
 * Pauses one connection: at once (what it shows stays), or once all its listings show 0.
 * @throws SyncProblem when there is no such connection, or it cannot be paused so
 */
export async function pauseConnection(
  context: SyncContext,
  connectionId: string,
  { reason, actor, how }: Pause,
): Promise<void> {
  const { organizationId, database } = context
  await inTransaction(database, async (tx) => {
    const status = await lockStatus(tx, organizationId, connectionId)
    if (status === undefined)
      throw syncProblem('unknown-connection', 'connection', 'There is no such connection.')
    if (how === 'zero') {
      if (status.state !== 'live') {
        const message = `Zeros are written to a live connection; this one is ${status.state}.`
        throw syncProblem('wrong-state', 'state', message)
      }
      if ((await findZeroedFor(tx, organizationId, connectionId)) !== null) return
      await saveZeroedFor(tx, organizationId, connectionId, reason)
      await workOutAll(context, tx, connectionId)
      await noteChange(context, tx, { scope: 'connection', connectionId, what: 'zeroing', reason, actor })
    } else {
      const step = decideConnectionStep(status, { kind: 'pause', reason })
      if (step.kind === 'refused') throw syncProblem('wrong-state', 'state', step.message)
      if (step.kind === 'unchanged') return
      await saveStatus(tx, organizationId, connectionId, step.status)
      await noteChange(context, tx, { scope: 'connection', connectionId, what: 'paused', reason, actor })
    }
    await tellWorkers(context, tx, connectionId)
  })
}

/**
 * Takes a reason of a connection's pause back, or all; zeros that were written for it are raised again, behind the fence.
 * @throws SyncProblem when there is no such connection
 */
export async function resumeConnection(
  context: SyncContext,
  connectionId: string,
  { reason, actor }: { reason: string | undefined; actor: string },
): Promise<void> {
  const { organizationId, database } = context
  await inTransaction(database, async (tx) => {
    const at = nowOf(context)
    const status = await lockStatus(tx, organizationId, connectionId)
    if (status === undefined)
      throw syncProblem('unknown-connection', 'connection', 'There is no such connection.')
    const zeroedFor = await findZeroedFor(tx, organizationId, connectionId)
    const isZeroLifted = zeroedFor !== null && (reason === undefined || reason === zeroedFor)
    const step = decideConnectionStep(status, { kind: 'resume', reason: reason ?? 'all' })
    if (step.kind === 'refused') throw syncProblem('wrong-state', 'state', step.message)
    if (step.kind === 'unchanged' && !isZeroLifted) return
    if (step.kind === 'moved') {
      await saveStatus(tx, organizationId, connectionId, step.status)
      await settleRegainedAccess(context, tx, connectionId, { before: status, after: step.status })
      if (step.status.state !== 'paused') await saveProblem(tx, organizationId, connectionId, undefined, at)
    }
    if (isZeroLifted) {
      await saveZeroedFor(tx, organizationId, connectionId, null)
      await workOutAll(context, tx, connectionId)
    } else {
      await queueWhatDiffers(tx, organizationId, [connectionId], { levelIds: undefined, at })
    }
    const said = reason ?? ([...status.pauseReasons, zeroedFor ?? []].flat().join(', ') || 'all')
    await noteChange(context, tx, { scope: 'connection', connectionId, what: 'resumed', reason: said, actor })
    await tellWorkers(context, tx, connectionId)
  })
}

/** Pauses a connection that was to show nothing first, once it does. Called by whoever works it, between its writes. */
export async function finishZeroing(context: WorkerContext): Promise<void> {
  const { organizationId, database, connection } = context
  const { connectionId, zeroedFor, state } = connection
  if (zeroedFor === null || state !== 'live') return
  const { left } = await countUnzeroed(database.kysely, organizationId, connectionId)
  if (left > 0) return
  await inTransaction(database, async (tx) => {
    await assertLease(tx, organizationId, context.lease)
    const status = await lockStatus(tx, organizationId, connectionId)
    const reason = await findZeroedFor(tx, organizationId, connectionId)
    // Somebody may have taken it back meanwhile.
    if (status === undefined || reason === null) return
    const { stuck, ...again } = await countUnzeroed(tx, organizationId, connectionId)
    if (again.left > 0) return
    const step = decideConnectionStep(status, { kind: 'pause', reason })
    if (step.kind !== 'moved') return
    await saveStatus(tx, organizationId, connectionId, step.status)
    const rest = stuck === 0 ? '' : ` (${stuck} levels refused their zero)`
    await noteChange(context, tx, {
      scope: 'connection',
      connectionId,
      what: 'zeroed',
      reason: `${reason}${rest}`,
      actor: 'hub',
    })
    await tellWorkers(context, tx, connectionId)
  })
}

/** Whatever the connection's levels show is worked out anew, by the turns. */
async function workOutAll(context: SyncContext, tx: Tx, connectionId: string): Promise<void> {
  const { organizationId } = context
  const itemIds = await findItemsOfConnection(tx, organizationId, connectionId)
  await insertChangedItems(tx, organizationId, itemIds, { at: nowOf(context), uuid: context.uuid })
  await notify(tx, organizationId, { kind: 'items' })
}

/** Notes who stopped or started what. */
export async function noteChange(
  context: SyncContext,
  tx: Tx,
  change: Omit<PauseChange, 'changeId' | 'changedAt'>,
): Promise<void> {
  const stamped = { ...change, changeId: context.uuid(), changedAt: nowOf(context) }
  await insertPauseChange(tx, context.organizationId, stamped)
}

async function tellWorkers(context: SyncContext, tx: Tx, connectionId: string): Promise<void> {
  await notify(tx, context.organizationId, { kind: 'connection', connectionIds: [connectionId] })
  await tellScreens(context, tx)
}

async function tellScreens(context: SyncContext, tx: Tx): Promise<void> {
  const topics = ['connections' as const, 'overview' as const]
  await notify(tx, context.organizationId, { kind: 'screen', topics, itemIds: [] })
}
