import { Invalid, Malformed } from '@plimsoll/connector-kit'
import { z } from 'zod'
import { afterKey, type FilterGroup } from './search.ts'

/**
 * Where the reading of a list stands that is in the order of a time and, within a second, of numbers: what was read
 * last. A row that changes while we read moves to the end and is read once more; none is skipped, and pages need no
 * numbers, which Magento answers beyond the end with the last page again. A cursor travels through the hub as text.
 */
const place = z.object({ at: z.string().regex(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/), id: z.int().positive() })
export type Place = z.infer<typeof place>

/** @throws Invalid for a text that this connector never gave out */
export function readPlace(cursor: string): Place {
  try {
    return place.parse(JSON.parse(cursor))
  } catch (cause) {
    throw new Invalid('This cursor is not one that the connector gave out.', 'cursor', { cause })
  }
}

/** The filters of the page that begins here; `since` where nothing was read yet. */
export function filtersFrom(field: string, since: string, cursor: string | undefined): FilterGroup[] {
  if (cursor === undefined) return [[{ field, value: since, condition: 'gteq' }]]
  const { at, id } = readPlace(cursor)
  return afterKey({ field, value: at, idField: 'entity_id', lastId: id })
}

/**
 * The cursor of the next page; undefined after the last.
 * @param rows as the shop answered, in its order; `at` undefined where a row's time cannot be read
 * @throws Malformed where the page does not go on from its cursor: reading would never end
 */
export function nextPlace(
  cursor: string | undefined,
  page: { rows: readonly { at: string | undefined; id: number }[]; total: number; pageSize: number },
): string | undefined {
  if (page.rows.length < page.pageSize && page.total <= page.rows.length) return undefined
  const last = page.rows.findLast((row) => row.at !== undefined)
  const from = cursor === undefined ? undefined : readPlace(cursor)
  const isForward =
    last?.at !== undefined &&
    (from === undefined || last.at > from.at || (last.at === from.at && last.id > from.id))
  if (last?.at === undefined || !isForward) {
    throw new Malformed('The list does not go on: the shop does not sort or filter it as asked.', '')
  }
  return JSON.stringify({ at: last.at, id: last.id } satisfies Place)
}
