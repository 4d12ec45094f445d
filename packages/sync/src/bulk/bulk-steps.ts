import { inTransaction, isTransient } from '@plimsoll/database'
import { lockAvailability } from '../availability/availability.store.ts'
import { updateAvailabilityOf } from '../availability/availability.ts'
import { refuseOverfull } from '../availability/exclusive-shares.ts'
import { supposeForAll } from '../availability/suppose.ts'
import { compare, isChange } from '../availability/whatif.ts'
import { nowOf, type SyncContext, type Tx } from '../context.ts'
import type { ProtectionRow } from '../load-line/protection.ts'
import { deleteProtection, findProtectionsSetOn, saveProtection } from '../load-line/protections.store.ts'
import { notify } from '../notify.ts'
import { findPoliciesSetOn, findPolicyChangesOfSet, savePoliciesOf } from '../policies/many-policies.store.ts'
import { NOTHING_SET, type PolicyRow } from '../policies/policy.ts'
import { countShown, countWritten } from '../safety/guard.store.ts'
import { readGuard } from '../safety/guard-settings.ts'
import { troubleOf } from '../told-trouble.ts'
import {
  type BulkDecision,
  decideBulkPolicy,
  decideBulkUndo,
  type LevelsOfConnection,
  type Rail,
  railsOf,
} from './bulk-change.ts'
import {
  type BulkEdit,
  findBulkScopes,
  findChangesByConnection,
  findOpenBulkEdit,
  insertBulkLevels,
  lockBulkEdit,
  saveBulkProgress,
  saveBulkRefusals,
} from './bulk-edits.store.ts'
import { asItsAuthor } from './bulk-edits.ts'

/** Items that are looked at in one step, and written in one transaction: a second or so of work. */
const LOOKED_AT_ONCE = 500
const WRITTEN_AT_ONCE = 200

/**
 * One piece of the oldest bulk edit that there is something to do for. Its progress is written with what it did: another
 * process may go on at any time, and none does a piece twice.
 * @returns false where there is nothing to do
 */
export async function stepBulkEdits(context: SyncContext): Promise<boolean> {
  const edit = await findOpenBulkEdit(context.database.kysely, context.organizationId)
  if (edit === undefined) return false
  try {
    await stepOf(context, edit)
  } catch (error) {
    if (isTransient(error)) throw error
    const problem = error instanceof Error ? error.message : String(error)
    await inTransaction(context.database, async (tx) => {
      const locked = await lockBulkEdit(tx, context.organizationId, edit)
      if (locked === undefined) return
      await save(context, tx, edit, { state: 'failed', problem, problemTold: troubleOf(error) })
    })
  }
  return true
}

async function stepOf(context: SyncContext, edit: BulkEdit): Promise<void> {
  switch (edit.state) {
    case 'looking':
      return await look(context, edit)
    case 'applying':
      return await asItsAuthor(context, edit, undefined, () => apply(context, edit))
    case 'undoing':
      return await asItsAuthor(context, edit, `bulk:${edit.bulkId}`, () => undo(context, edit))
    default:
      throw new Error(`nothing is done for a bulk edit that is ${edit.state}`)
  }
}

/** What a piece of the items would show, with the change and without. */
async function look(context: SyncContext, edit: BulkEdit): Promise<void> {
  const { organizationId, database } = context
  const { bulkId, scope, change, positions } = edit
  const until = Math.min(positions, edit.looked + LOOKED_AT_ONCE)
  const scopes = await findBulkScopes(database.kysely, organizationId, edit, { after: edit.looked, until })
  const ids = scopes.map(({ scopeId }) => scopeId)
  const stored = await findPoliciesSetOn(database.kysely, organizationId, scope, ids)
  const refusals = scopes.flatMap(({ scopeId }) => {
    const decided = decideBulkPolicy(scope, stored.get(scopeId), change.set)
    return decided.kind === 'refused' ? [{ scopeId, because: decided.because }] : []
  })
  const isRefused = new Set(refusals.map(({ scopeId }) => scopeId))
  const rows = scopes
    .filter(({ scopeId }) => !isRefused.has(scopeId))
    .map(({ scopeId, itemId, ...listing }) => ({
      scope,
      scopeId,
      ...listing,
      itemId: scope === 'listing' ? itemId : null,
      ...NOTHING_SET,
      campaignUnits: null,
      windowId: null,
    }))
  const itemIds = [...new Set(scopes.map(({ itemId }) => itemId))]
  const at = nowOf(context)
  const supposed = supposeForAll(rows, change.set, change.protection)
  const looked = rows.length === 0 ? [] : await compare(context, itemIds, { now: at, at, supposed })
  // Kits come along with what they contain, and change with it.
  const changed = looked.filter(isChange).map(({ level, before, after }) => ({
    levelId: level.levelId,
    before: before.units,
    beforeBecause: before.because,
    after: after.units,
    afterBecause: after.because,
    estimated: after.estimate !== null,
  }))
  await inTransaction(database, async (tx) => {
    const locked = await lockBulkEdit(tx, organizationId, edit)
    if (locked === undefined) return
    // Counted as they come: counting all at each piece would be work that grows with the square of them.
    const isNew = await insertBulkLevels(tx, organizationId, bulkId, changed)
    await saveBulkRefusals(tx, organizationId, bulkId, refusals)
    const isWhole = until === positions
    const rails = isWhole ? await findRails(context, tx, bulkId) : []
    await save(context, tx, edit, {
      looked: until,
      levels: locked.levels + isNew,
      refused: locked.refused + refusals.length,
      ...(isWhole && { state: 'previewed', previewedAt: at, rails }),
    })
  })
}

async function findRails(context: SyncContext, tx: Tx, bulkId: string): Promise<Rail[]> {
  const { organizationId } = context
  const rows = await findChangesByConnection(tx, organizationId, bulkId)
  const connections = new Map<string, LevelsOfConnection & { changes: { before: number; after: number }[] }>()
  for (const { connectionId, name, isLive, before, after, levels } of rows) {
    const known = connections.get(connectionId) ?? {
      connectionId,
      name,
      isLive,
      shown: await countShown(tx, organizationId, connectionId),
      written: await countWritten(tx, organizationId, connectionId),
      guard: await readGuard(tx, organizationId, connectionId),
      changes: [],
    }
    for (let nth = 0; nth < levels; nth += 1) known.changes.push({ before, after })
    connections.set(connectionId, known)
  }
  return railsOf([...connections.values()])
}

/** Writes a piece of it, and what every level that it reaches should show now. */
async function apply(context: SyncContext, edit: BulkEdit): Promise<void> {
  const { organizationId, database } = context
  const { scope, change, actor } = edit
  const until = Math.min(edit.positions, edit.done + WRITTEN_AT_ONCE)
  await inTransaction(database, async (tx) => {
    await lockAvailability(tx, organizationId)
    if ((await lockBulkEdit(tx, organizationId, edit)) === undefined) return
    const scopes = await findBulkScopes(tx, organizationId, edit, { after: edit.done, until })
    const ids = scopes.map(({ scopeId }) => scopeId)
    const itemIds = [...new Set(scopes.map(({ itemId }) => itemId))]
    const stored = await findPoliciesSetOn(tx, organizationId, scope, ids)
    const decided = ids.map((scopeId) => ({
      scopeId,
      ...decideBulkPolicy(scope, stored.get(scopeId), change.set),
    }))
    const at = nowOf(context)
    const { protection } = change
    const set = protection === undefined ? undefined : toSetting(protection)
    const protectedIds =
      set === undefined ? [] : decided.flatMap(({ scopeId, kind }) => (kind === 'refused' ? [] : [scopeId]))
    // Sent at once: what levels show is read right behind it.
    await updateAvailabilityOf(context, tx, { itemIds, at }, async () => {
      await Promise.all([
        write(context, tx, edit, decided, at),
        ...protectedIds.map((itemId) =>
          setProtection(tx, organizationId, itemId, set ?? null, { at, actor }),
        ),
      ])
    })
    if ((change.set.exclusivePercent ?? null) !== null) await refuseOverfull(tx, organizationId, itemIds, at)
    await save(context, tx, edit, { done: until, ...(until === edit.positions && { state: 'applied' }) })
  })
}

/** Takes a piece of it back, but for what somebody has changed since. */
async function undo(context: SyncContext, edit: BulkEdit): Promise<void> {
  const { organizationId, database } = context
  const { scope, bulkId, actor } = edit
  const until = Math.min(edit.done, edit.undoneTo + WRITTEN_AT_ONCE)
  await inTransaction(database, async (tx) => {
    await lockAvailability(tx, organizationId)
    const locked = await lockBulkEdit(tx, organizationId, edit)
    if (locked === undefined) return
    const scopes = await findBulkScopes(tx, organizationId, edit, { after: edit.undoneTo, until })
    const ids = scopes.map(({ scopeId }) => scopeId)
    const itemIds = [...new Set(scopes.map(({ itemId }) => itemId))]
    const [stored, changes, protections] = await Promise.all([
      findPoliciesSetOn(tx, organizationId, scope, ids),
      findPolicyChangesOfSet(tx, organizationId, bulkId, ids),
      findProtectionsSetOn(tx, organizationId, bulkId, ids),
    ])
    const decided = changes.map((change) => ({
      scopeId: change.scopeId,
      ...decideBulkUndo(scope, stored.get(change.scopeId), change),
    }))
    const left = protections.filter(({ isAsLeft }) => isAsLeft)
    const at = nowOf(context)
    await updateAvailabilityOf(context, tx, { itemIds, at }, async () => {
      await Promise.all([
        write(context, tx, edit, decided, at),
        ...left.map(({ scopeId, before }) =>
          setProtection(tx, organizationId, scopeId, before, { at, actor }),
        ),
      ])
    })
    const kept =
      decided.filter(({ kind }) => kind === 'kept' || kind === 'refused').length +
      protections.length -
      left.length
    await save(context, tx, edit, {
      undoneTo: until,
      kept: locked.kept + kept,
      ...(until === edit.done && { state: 'undone' }),
    })
  })
}

type Decided = { scopeId: string } & (BulkDecision | { kind: 'kept' })

async function write(
  { organizationId }: SyncContext,
  tx: Tx,
  { scope }: BulkEdit,
  decided: readonly Decided[],
  at: Date,
): Promise<void> {
  const written = decided.flatMap((each): { scopeId: string; policy: PolicyRow | null }[] =>
    each.kind === 'saved'
      ? [{ scopeId: each.scopeId, policy: each.policy }]
      : each.kind === 'deleted'
        ? [{ scopeId: each.scopeId, policy: null }]
        : [],
  )
  if (written.length > 0) await savePoliciesOf(tx, organizationId, scope, written, at)
}

function toSetting({
  mode,
  oversellsPerMillion,
}: NonNullable<BulkEdit['change']['protection']>): Pick<
  ProtectionRow,
  'mode' | 'oversellsPerMillion'
> | null {
  return mode === null ? null : { mode, oversellsPerMillion }
}

async function setProtection(
  tx: Tx,
  organizationId: string,
  itemId: string,
  setting: Pick<ProtectionRow, 'mode' | 'oversellsPerMillion'> | null,
  stamp: { at: Date; actor: string },
): Promise<void> {
  const scope = { scope: 'item', scopeId: itemId } as const
  if (setting === null) return await deleteProtection(tx, organizationId, scope, stamp)
  await saveProtection(tx, organizationId, { ...scope, ...setting }, stamp)
}

async function save(
  context: SyncContext,
  tx: Tx,
  { bulkId }: BulkEdit,
  progress: Parameters<typeof saveBulkProgress>[3],
): Promise<void> {
  const { organizationId } = context
  await saveBulkProgress(tx, organizationId, bulkId, progress, nowOf(context))
  await notify(tx, organizationId, { kind: 'screen', topics: ['overview'], itemIds: [] })
}
