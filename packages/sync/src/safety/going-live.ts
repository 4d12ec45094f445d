import { inTransaction } from '@plimsoll/database'
import { digestOf, isUuid } from '@plimsoll/stock'
import { decideConnectionStep } from '../connections/connection-state.ts'
import { lockStatus, saveStatus } from '../connections/connections.store.ts'
import { connectionExists } from '../connections/connections.ts'
import { nowOf, type SyncContext } from '../context.ts'
import { syncProblem } from '../errors.ts'
import { queueWhatDiffers } from '../lanes/lane-entries.store.ts'
import { notify } from '../notify.ts'
import { allowFirstWrites } from './first-writes.ts'
import { noteChange } from './pauses.ts'
import {
  findPreviewLevels,
  findShadowLevels,
  insertPreview,
  lockPreview,
  noteUsed,
  type Preview,
} from './shadow.store.ts'
import {
  findMaterialDifferences,
  isWritten,
  type ShadowLevel,
  type ShadowTotals,
  totalsOf,
} from './shadow.ts'

export type ShadowReport = { totals: ShadowTotals; levels: ShadowLevel[] }

/**
 * What the connection would write, and how that differs from what its platform shows; for a live one what is under way.
 * @throws SyncProblem when there is no such connection
 */
export async function reportShadow(context: SyncContext, connectionId: string): Promise<ShadowReport> {
  if (!(await connectionExists(context, connectionId))) {
    throw syncProblem('unknown-connection', 'connection', 'There is no such connection.')
  }
  const levels = await findShadowLevels(context.database.kysely, context.organizationId, connectionId)
  return { totals: totalsOf(levels), levels }
}

/** The same, kept under an id, so that going live can name what a person saw. */
export async function makePreview(
  context: SyncContext,
  connectionId: string,
): Promise<ShadowReport & { preview: Preview }> {
  const report = await reportShadow(context, connectionId)
  const written = report.levels.filter(isWritten)
  const preview: Preview = {
    previewId: context.uuid(),
    connectionId,
    digest: digestOf(written.map(({ levelId, shows, wouldShow }) => [levelId, shows, wouldShow])),
    levels: written.length,
    madeAt: nowOf(context),
    usedAt: null,
  }
  await inTransaction(context.database, (tx) => insertPreview(tx, context.organizationId, preview, written))
  return { ...report, preview }
}

/**
 * From shadow mode to live, by a preview that a person saw: refused with the differences where what would be written is
 * another thing by now. Done twice with one preview it changes nothing.
 * @param wish `first`: so many levels are written, and the rest once the hold that says so is confirmed
 * @throws SyncProblem
 */
export async function goLive(
  context: SyncContext,
  connectionId: string,
  wish: { previewId: string; actor: string; first?: number | undefined },
): Promise<void> {
  const { organizationId, database } = context
  const { previewId, actor, first } = wish
  const at = nowOf(context)
  await inTransaction(database, async (tx) => {
    const status = await lockStatus(tx, organizationId, connectionId)
    if (status === undefined)
      throw syncProblem('unknown-connection', 'connection', 'There is no such connection.')
    const preview = isUuid(previewId) ? await lockPreview(tx, organizationId, previewId) : undefined
    if (preview === undefined || preview.connectionId !== connectionId) {
      throw syncProblem('unknown-preview', 'preview', `There is no preview ${previewId} of this connection.`)
    }
    if (preview.usedAt !== null && status.state === 'live') return
    const step = decideConnectionStep(status, { kind: 'go-live' })
    if (step.kind === 'refused') throw syncProblem('wrong-state', 'state', step.message)
    if (step.kind === 'unchanged') return
    const differences = findMaterialDifferences(
      await findPreviewLevels(tx, organizationId, previewId),
      await findShadowLevels(tx, organizationId, connectionId),
    )
    if (differences.length > 0) {
      const named = differences
        .slice(0, 10)
        .map(({ listing, previewed, now }) => `${listing}: ${previewed ?? 'not written'} → ${now}`)
      const more = differences.length > named.length ? `, and ${differences.length - named.length} more` : ''
      const message = `What would be written has changed since the preview: ${named.join(', ')}${more}.`
      throw syncProblem('preview-outdated', 'preview', message)
    }
    await saveStatus(tx, organizationId, connectionId, step.status)
    await noteUsed(tx, organizationId, previewId, at)
    await allowFirstWrites(context, tx, connectionId, first)
    await queueWhatDiffers(tx, organizationId, [connectionId], { levelIds: undefined, at })
    const reason = `preview ${preview.digest.slice(0, 12)}`
    await noteChange(context, tx, { scope: 'connection', connectionId, what: 'went-live', reason, actor })
    await notify(tx, organizationId, { kind: 'connection', connectionIds: [connectionId] })
    await notify(tx, organizationId, { kind: 'screen', topics: ['connections', 'overview'], itemIds: [] })
  })
}
