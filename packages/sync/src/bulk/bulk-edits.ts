import { inTheNameOf, inTransaction, type ProtectionMode } from '@plimsoll/database'
import { findItemsBySku, isUuid } from '@plimsoll/stock'
import { findConnectionId } from '../connections/connections.ts'
import { nowOf, type SyncContext } from '../context.ts'
import { syncProblem } from '../errors.ts'
import { OVERSELLS_PER_MILLION } from '../load-line/protection.ts'
import { notify } from '../notify.ts'
import { applyChange, type PolicyChange, refuseContradictions, toStored } from '../policies/policies.ts'
import { NOTHING_SET } from '../policies/policy.ts'
import {
  type BulkEdit,
  type BulkProgress,
  findBulkEdit,
  findBulkEdits,
  insertBulkEdit,
  saveBulkProgress,
} from './bulk-edits.store.ts'

/** A change for many, as a person asks for it. Without any of `skus`, `search` and `connection` it is for all items. */
export type BulkRequest = {
  of: 'items' | 'listings'
  skus?: readonly string[] | undefined
  search?: string | undefined
  connection?: string | undefined
  set: PolicyChange
  /** Of items; null takes it back. */
  protection?: ProtectionMode | null | undefined
  oversellsPerMillion?: number | undefined
  why?: string | undefined
  actor: string
}

/** A preview older than this says nothing of what would happen now. */
const PREVIEW_HOLDS_MS = 60 * 60_000

/**
 * Notes a bulk edit; what it would change is worked out in the background. Nothing is changed by it yet.
 * @throws SyncProblem for whom or what is not known, for values that contradict each other, and where it is for nobody
 */
export async function proposeBulkEdit(context: SyncContext, asked: BulkRequest): Promise<BulkEdit> {
  const { organizationId, database } = context
  const { of, skus, search, connection, protection, actor, why = null } = asked
  const scope = of === 'items' ? 'item' : 'listing'
  if (protection !== undefined && scope === 'listing')
    throw syncProblem('policy-contradiction', 'protection', 'Items are protected, not listings.')
  if (protection === undefined && Object.values(asked.set).every((value) => value === undefined))
    throw syncProblem('policy-contradiction', 'set', 'Nothing is set: name a field, such as bufferUnits.')
  const set = await toStored(context, asked.set)
  refuseContradictions({ scope }, applyChange(NOTHING_SET, set))
  await assertKnown(context, skus)
  const connectionId = connection === undefined ? undefined : await findConnectionId(context, connection)
  const { oversellsPerMillion = OVERSELLS_PER_MILLION } = asked
  const change = {
    set,
    ...(protection !== undefined && { protection: { mode: protection, oversellsPerMillion } }),
  }
  const bulkId = context.uuid()
  const { actor: _, why: __, ...request } = asked
  await inTransaction(database, async (tx) => {
    const selection = { skus, search, connectionId }
    const edit = { bulkId, scope, request, change, actor, why, selection, at: nowOf(context) } as const
    const { scopes } = await insertBulkEdit(tx, organizationId, edit)
    if (scopes === 0)
      throw syncProblem('unknown-item', 'search', `It is for no ${scope}: nothing that is there fits.`)
  })
  return await getBulkEdit(context, bulkId)
}

/** @throws SyncProblem */
async function assertKnown(context: SyncContext, skus: readonly string[] | undefined): Promise<void> {
  if (skus === undefined) return
  const known = await findItemsBySku(context.database.kysely, context.organizationId, skus)
  const there = new Set(known.map(({ sku }) => sku))
  const unknown = skus.find((sku) => !there.has(sku))
  if (unknown !== undefined)
    throw syncProblem('unknown-item', 'skus', `There is no item with the SKU "${unknown}".`)
}

/** @throws SyncProblem */
export async function getBulkEdit(context: SyncContext, bulkId: string): Promise<BulkEdit> {
  const found = isUuid(bulkId)
    ? await findBulkEdit(context.database.kysely, context.organizationId, bulkId)
    : undefined
  if (found === undefined) throw syncProblem('unknown-bulk-edit', 'id', `There is no bulk edit ${bulkId}.`)
  return found
}

const LISTED_MAX = 100

export async function listBulkEdits(context: SyncContext): Promise<BulkEdit[]> {
  return await findBulkEdits(context.database.kysely, context.organizationId, LISTED_MAX)
}

/**
 * Has it applied, as it was looked at, in the background.
 * @throws SyncProblem before it was looked at whole, or where that is too long ago
 */
export async function applyBulkEdit(context: SyncContext, bulkId: string): Promise<BulkEdit> {
  return await move(context, bulkId, ({ state, previewedAt }) => {
    if (state !== 'previewed') return `It is ${state}; one that was looked at whole is applied.`
    if (previewedAt === null || nowOf(context).getTime() - previewedAt.getTime() > PREVIEW_HOLDS_MS)
      return 'It was looked at more than an hour ago: ask for it anew, and see what it would change now.'
    return { state: 'applying' }
  })
}

/** Stops looking, applying or undoing; what was applied by then stays, and can be undone. @throws SyncProblem */
export async function stopBulkEdit(context: SyncContext, bulkId: string): Promise<BulkEdit> {
  return await move(context, bulkId, ({ state }) =>
    ['looking', 'previewed', 'applying', 'undoing'].includes(state)
      ? { state: 'stopped' }
      : `It is ${state}: there is nothing to stop.`,
  )
}

/** Takes back all that it changed, in the background, but for what somebody has changed since. @throws SyncProblem */
export async function undoBulkEdit(context: SyncContext, bulkId: string): Promise<BulkEdit> {
  return await move(context, bulkId, ({ state, done }) =>
    ['applied', 'stopped', 'failed'].includes(state) && done > 0
      ? { state: 'undoing', problem: null, problemTold: null }
      : `It is ${state}, and nothing of it can be undone.`,
  )
}

async function move(
  context: SyncContext,
  bulkId: string,
  decide: (edit: BulkEdit) => BulkProgress | string,
): Promise<BulkEdit> {
  const { organizationId, database } = context
  await getBulkEdit(context, bulkId)
  await inTransaction(database, async (tx) => {
    await tx
      .selectFrom('bulkEdit')
      .select('bulkId')
      .where('organizationId', '=', organizationId)
      .where('bulkId', '=', bulkId)
      .forUpdate()
      .execute()
    const edit = await findBulkEdit(tx, organizationId, bulkId)
    if (edit === undefined) throw syncProblem('unknown-bulk-edit', 'id', `There is no bulk edit ${bulkId}.`)
    const decided = decide(edit)
    if (typeof decided === 'string') throw syncProblem('wrong-state', 'state', decided)
    await saveBulkProgress(tx, organizationId, bulkId, decided, nowOf(context))
    await notify(tx, organizationId, { kind: 'screen', topics: ['overview'], itemIds: [] })
  })
  return await getBulkEdit(context, bulkId)
}

/** Does something in the name of whoever asked for it, so that it is one change set, whichever process does it. */
export async function asItsAuthor<T>(
  context: SyncContext,
  { bulkId, actor, why }: Pick<BulkEdit, 'bulkId' | 'actor' | 'why'>,
  undoes: string | undefined,
  work: () => Promise<T>,
): Promise<T> {
  const author = { actor, why: why ?? undefined, at: nowOf(context), changeSet: bulkId, undoes }
  return await inTheNameOf(author, work)
}
