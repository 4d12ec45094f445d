import type { BulkEditView, BulkLevelPage } from '@plimsoll/client'
import type { WrittenCell } from '@plimsoll/files'
import { type BulkEdit, findBulkLevels, getBulkEdit, type SyncContext } from '@plimsoll/sync'
import { ApiProblem } from '../http/problem.ts'

/** A bulk edit as people and programs read it. */
export function toBulkEdit(edit: BulkEdit): BulkEditView {
  const { scope, positions, undoneTo, change: _, madeAt, previewedAt, changedAt, ...rest } = edit
  return {
    ...rest,
    of: scope === 'item' ? 'items' : 'listings',
    items: positions,
    undone: undoneTo,
    madeAt: madeAt.toISOString(),
    previewedAt: previewedAt?.toISOString() ?? null,
    changedAt: changedAt.toISOString(),
  }
}

/** A page of what a bulk edit would change, in order of SKU. @throws SyncProblem; ApiProblem for a cursor that is none */
export async function listBulkLevels(
  context: SyncContext,
  bulkId: string,
  { cursor, limit }: { cursor?: string | undefined; limit: number },
): Promise<BulkLevelPage> {
  await getBulkEdit(context, bulkId)
  const after = cursor === undefined ? undefined : readCursor(cursor)
  const found = await findBulkLevels(context.database.kysely, context.organizationId, bulkId, {
    after,
    limit: limit + 1,
  })
  const rows = found.slice(0, limit)
  const last = rows.at(-1)
  return {
    rows,
    next:
      found.length > limit && last !== undefined
        ? Buffer.from(JSON.stringify([last.sku, last.levelId])).toString('base64url')
        : null,
  }
}

/** @throws ApiProblem */
function readCursor(text: string): { sku: string; levelId: string } {
  const [, sku, levelId] =
    /^\["((?:[^"\\]|\\.)*)","([0-9a-f-]{36})"\]$/.exec(Buffer.from(text, 'base64url').toString()) ?? []
  if (sku === undefined || levelId === undefined)
    throw new ApiProblem('invalid-request', 'Give the cursor of the page before.', 'cursor')
  return { sku: JSON.parse(`"${sku}"`) as string, levelId }
}

export const BULK_LEVEL_HEADER = [
  'sku',
  'name',
  'connection',
  'location',
  'shows',
  'because',
  'would show',
  'would be because',
  'estimated',
] as const

const PAGE_ROWS = 2_000

/** All of it, page by page, for a file. */
export async function* bulkLevelRows(
  { database, organizationId }: SyncContext,
  bulkId: string,
): AsyncGenerator<readonly WrittenCell[]> {
  let after: { sku: string; levelId: string } | undefined
  do {
    const rows = await findBulkLevels(database.kysely, organizationId, bulkId, { after, limit: PAGE_ROWS })
    for (const row of rows)
      yield [
        row.sku,
        row.name,
        row.connectionName,
        row.externalLocation,
        row.before,
        row.beforeBecause,
        row.after,
        row.afterBecause,
        row.estimated,
      ]
    const last = rows.at(-1)
    after = rows.length < PAGE_ROWS ? undefined : last
  } while (after !== undefined)
}
