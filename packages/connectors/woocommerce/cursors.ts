import { Invalid } from '@plimsoll/connector-kit'
import { z } from 'zod'
import { hasMore } from './pages.ts'

/**
 * Where a reading of a list stands. WooCommerce pages by number, so rows that move while we read would be skipped;
 * each cursor says how that is met. A cursor travels through the hub as text.
 */

const listingCursor = z.object({
  /** `parents`: still on a page of products, reading the variations of those behind `after`. */
  stage: z.enum(['products', 'parents', 'variations']),
  page: z.int().min(1),
  /** Of `parents`: the last product whose variations are read. By its id, since products move up as others are deleted. */
  after: z.int().positive().optional(),
  /** Rows when the page before was read: when it shrinks, the rows behind have moved up. */
  total: z.int().nonnegative().optional(),
})
export type ListingCursor = z.infer<typeof listingCursor>

const orderCursor = z.object({
  /** `trash` comes last: the list of all others does not show it. */
  stage: z.enum(['any', 'trash']),
  /** UTC without zone; orders changed in later seconds are still to come. */
  after: z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/),
  /** Rows of them to pass over. */
  skip: z.int().nonnegative(),
  /** The row read last, if it is to come again as the first. */
  lastId: z.int().optional(),
  /** How often this second was begun again because rows had moved. */
  restarts: z.int().nonnegative().optional(),
  /** `id` where the shop cannot sort by change. */
  orderby: z.enum(['modified', 'id']),
})
export type OrderCursor = z.infer<typeof orderCursor>

const restartsMax = 5

export function readListingCursor(text: string | undefined): ListingCursor {
  return text === undefined ? { stage: 'products', page: 1 } : read(listingCursor, text)
}

/** @param first where to start when there is no cursor yet */
export function readOrderCursor(text: string | undefined, first: OrderCursor): OrderCursor {
  return text === undefined ? first : read(orderCursor, text)
}

/**
 * The page of products or variations to read next; undefined after the last.
 * The list is in the order of ids, so new rows come at the end; only deleted ones move others, and then as many
 * pages are read again as the list has lost.
 */
export function nextListingPage(
  cursor: ListingCursor,
  answer: { rows: number; total: number | undefined },
  pageSize: number,
): ListingCursor | undefined {
  const stage = cursor.stage === 'parents' ? 'products' : cursor.stage
  const lost = Math.max(0, (cursor.total ?? 0) - (answer.total ?? cursor.total ?? 0))
  if (lost > 0) {
    const page = Math.max(1, cursor.page - Math.ceil(lost / pageSize))
    return withTotal({ stage, page }, answer.total)
  }
  if (!hasMore({ ...answer, read: cursor.page * pageSize, pageSize })) return undefined
  return withTotal({ stage, page: cursor.page + 1 }, answer.total)
}

/**
 * Where to read orders next; undefined after the last.
 *
 * An order that changes while we read moves to the end and pulls the ones behind it forward, so counting rows would
 * skip one. Reading on from the second of the last row skips none; the rows of that second come twice, which does no
 * harm. Only when a whole page lies within one second rows are counted, with one row of overlap: if that row is not
 * in the next page, others have moved, and the second is read again from its beginning. Rows that the shop leaves out
 * of a page make the overlap larger, never smaller.
 * @param answer.rows as the shop answered, in its order
 */
export function nextOrderPage(
  cursor: OrderCursor,
  {
    rows,
    total,
  }: {
    rows: readonly { id: number; date_modified_gmt?: string | null | undefined }[]
    total: number | undefined
  },
  pageSize: number,
): OrderCursor | undefined {
  const { stage, after, skip, lastId, orderby, restarts = 0 } = cursor
  if (lastId !== undefined && !rows.some((row) => row.id === lastId)) {
    return { stage, after, skip: 0, orderby, restarts: restarts + 1 }
  }
  if (!hasMore({ rows: rows.length, read: skip + pageSize, total, pageSize })) return undefined
  // By id nothing moves: whatever changes enters the list, nothing leaves it.
  if (orderby === 'id') return { stage, after, skip: skip + pageSize, orderby }
  const last = rows.at(-1)
  const beforeLast = last?.date_modified_gmt ? oneSecondBefore(last.date_modified_gmt) : after
  if (beforeLast > after) return { stage, after: beforeLast, skip: 0, orderby }
  const again = restarts > 0 && { restarts }
  // With one row or none of a whole page shown there is nothing to look out for, and where rows move all the time
  // looking out would never end: half of the page is read again instead, more than will move between two requests.
  if (last === undefined || rows.length < 2 || restarts >= restartsMax) {
    return { stage, after, skip: skip + Math.ceil(pageSize / 2), orderby, ...again }
  }
  return { stage, after, skip: skip + rows.length - 1, lastId: last.id, orderby, ...again }
}

/** The filter leaves its own second out. */
export function oneSecondBefore(gmt: string): string {
  return new Date(Date.parse(`${gmt}Z`) - 1_000).toISOString().slice(0, 19)
}

function withTotal(cursor: ListingCursor, total: number | undefined): ListingCursor {
  return total === undefined ? cursor : { ...cursor, total }
}

function read<T>(schema: z.ZodType<T>, text: string): T {
  try {
    return schema.parse(JSON.parse(text))
  } catch (cause) {
    throw new Invalid('This cursor is not one that the connector gave out.', 'cursor', { cause })
  }
}
