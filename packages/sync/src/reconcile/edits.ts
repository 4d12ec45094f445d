import { inTransaction } from '@plimsoll/database'
import {
  type AfterMovements,
  type CommandOutcome,
  runStockCommands,
  type StockCommand,
} from '@plimsoll/stock'
import { updateAvailabilityOf } from '../availability/availability.ts'
import { nowOf, type SyncContext, type Tx, toStockContext } from '../context.ts'
import { syncProblem } from '../errors.ts'
import { queueWhatDiffers } from '../lanes/lane-entries.store.ts'
import { lockLevels } from '../lanes/level-locks.store.ts'
import { notify } from '../notify.ts'
import { closeTasks } from '../tasks.store.ts'
import { assertLease } from '../worker/leases.store.ts'
import type { WorkerContext } from '../worker/worker-context.ts'
import {
  adoptEdited,
  type EditPlace,
  findDrift,
  findEditPlace,
  freeLevel,
  insertDrifts,
  type NewDrift,
  settleDrift,
} from './drifts.store.ts'

/** A number that somebody typed into the platform's own screen, in listing units. */
export type Edit = {
  driftId: string
  levelId: string
  observed: number
  expected: number
  /** As of the reading: what orders had put back, what it could have shown at most, and whether every order up to then is known. */
  givenBack: number
  bound: number | null
  isFenced: boolean
}

export type TakenEdit =
  /** It is a movement now, and every channel is told. */
  | { kind: 'adjusted' }
  /** The level does not stand any more as it was judged: look again. */
  | { kind: 'moved-on' }
  /** The ledger refuses it (less than is reserved, a kit, lots): a person must decide. */
  | { kind: 'refused'; message: string }

/**
 * Takes an edit over: by its difference, once, as an adjusting movement at the location that the level sells from. The
 * movement, what the platform is known to show and what every channel should show then are one transaction, so that
 * no other write can put the old number back in between.
 */
export async function takeEdit(context: WorkerContext, edit: Edit): Promise<TakenEdit> {
  const { organizationId, connection } = context
  const place = await findEditPlace(context.database.kysely, organizationId, edit.levelId)
  if (place === undefined) return { kind: 'refused', message: 'No location of the hub stands behind it.' }
  const at = nowOf(context)
  try {
    const [outcome] = await adjust(context, connection.name, place, edit, async (tx) => {
      await assertLease(tx, organizationId, context.lease)
      await insertDrifts(tx, organizationId, [toDrift(edit, 'adjusted')], {
        connectionId: connection.connectionId,
        at,
      })
      return async () => {
        if (!(await adoptEdited(tx, organizationId, edit, at))) throw new MovedOn()
      }
    })
    return outcome?.kind === 'refused' ? { kind: 'refused', message: outcome.message } : { kind: 'adjusted' }
  } catch (error) {
    if (error instanceof MovedOn) return { kind: 'moved-on' }
    throw error
  }
}

/** The level does not stand any more as it was judged: nothing of the transaction may stay. */
export class MovedOn extends Error {}

/** As it is recorded. */
export function toDrift(
  { driftId, levelId, observed, expected }: Edit,
  healed: 'adjusted' | 'asked',
): NewDrift {
  return { driftId, levelId, observed, expected, cause: 'edited-on-platform', rule: 'platform-wins', healed }
}

/**
 * Answers what a person was asked about: the hub's number goes out again, or the edit is taken over as a movement.
 * Either way the level may be raised again, unless more is asked about it.
 * @throws SyncProblem when there is no such difference, it is settled already, or the ledger refuses it
 */
export async function resolveDrift(
  context: SyncContext,
  driftId: string,
  winner: 'hub' | 'platform',
): Promise<void> {
  const { organizationId, database } = context
  const drift = await findDrift(database.kysely, organizationId, driftId)
  if (drift === undefined) throw syncProblem('unknown-drift', 'drift', `There is no difference "${driftId}".`)
  if (drift.healed !== 'asked') throw isSettled()
  const at = nowOf(context)
  if (winner === 'hub') {
    await inTransaction(database, async (tx) => {
      await lockLevels(tx, organizationId, [drift.levelId])
      await settle(context, tx, drift, 'written')
      await queueWhatDiffers(tx, organizationId, [drift.connectionId], { levelIds: [drift.levelId], at })
      await tellLane(tx, organizationId, drift.connectionId)
    })
    return
  }
  const place = await findEditPlace(database.kysely, organizationId, drift.levelId)
  if (place === undefined) {
    throw syncProblem(
      'wrong-state',
      'with',
      'No location of the hub stands behind the level; let the hub win.',
    )
  }
  const [outcome] = await adjust(context, 'person', place, drift, async (tx) => {
    return async () => {
      await settle(context, tx, drift, 'adjusted')
      await tellLane(tx, organizationId, drift.connectionId)
    }
  })
  if (outcome?.kind === 'refused') throw syncProblem('wrong-state', 'with', outcome.message)
}

function isSettled() {
  return syncProblem('wrong-state', 'drift', 'This difference is settled already.')
}

async function settle(
  context: SyncContext,
  tx: Tx,
  drift: { driftId: string; levelId: string },
  healed: 'written' | 'adjusted',
): Promise<void> {
  const at = nowOf(context)
  if (!(await settleDrift(tx, context.organizationId, drift.driftId, healed, at))) throw isSettled()
  if (await freeLevel(tx, context.organizationId, drift.levelId))
    await closeTasks(tx, context.organizationId, 'drift', [drift.levelId], at)
}

async function tellLane(tx: Tx, organizationId: string, connectionId: string): Promise<void> {
  await notify(
    tx,
    organizationId,
    { kind: 'lane', connectionIds: [connectionId] },
    { kind: 'screen', topics: ['overview', 'items', 'tasks'], itemIds: [] },
  )
}

/** @param within part of the transaction, once it is applied; hands back what is done under the availability lock */
async function adjust(
  context: SyncContext,
  actor: string,
  place: EditPlace,
  edit: Pick<Edit, 'driftId' | 'observed' | 'expected'>,
  within: (tx: Tx) => Promise<() => Promise<void>>,
): Promise<CommandOutcome[]> {
  const command: StockCommand = {
    key: `drift:${edit.driftId}`,
    kind: 'adjust',
    sku: place.sku,
    locationCode: place.locationCode,
    quantity: (edit.observed - edit.expected) * place.unitsPerListing,
    actor,
    reason: null,
    effectiveAt: undefined,
  }
  const afterMovements: AfterMovements = async (tx, outcomes) => {
    const itemIds = outcomes.flatMap((outcome) => (outcome.kind === 'applied' ? outcome.itemIds : []))
    if (itemIds.length === 0) return
    const underLock = await within(tx)
    await updateAvailabilityOf(context, tx, { itemIds, at: nowOf(context) }, underLock)
  }
  return await runStockCommands(context.database, toStockContext(context), [command], { afterMovements })
}
