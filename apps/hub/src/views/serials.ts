import type { SerialPage } from '@plimsoll/client'
import type { SyncContext } from '@plimsoll/sync'
import { getItemHead } from './item.ts'
import { findSerialPage, type SerialCursor } from './serials.store.ts'

/**
 * Units in order of number.
 * @throws SyncProblem for an unknown SKU
 */
export async function getSerials(
  context: SyncContext,
  query: { search: string; sku?: string | undefined; cursor?: string | undefined; limit: number },
): Promise<SerialPage> {
  const { search, sku, cursor, limit } = query
  const { rows, next } = await findSerialPage(context.database.kysely, context.organizationId, {
    search,
    itemId: sku === undefined ? undefined : (await getItemHead(context, sku)).itemId,
    after: cursor === undefined ? undefined : fromCursor(cursor),
    limit,
  })
  return { rows, next: next === undefined ? null : `${next.itemId}${next.serial}` }
}

/** Items may have units of one number, so it takes both to say where a page ended. */
function fromCursor(cursor: string): SerialCursor {
  return { itemId: cursor.slice(0, ID_LENGTH), serial: cursor.slice(ID_LENGTH) }
}

const ID_LENGTH = 36
