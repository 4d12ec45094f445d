import { Invalid } from '@plimsoll/connector-kit'
import { z } from 'zod'
import { cursorAfter, type PageInfo } from './pages.ts'

/**
 * Paging past Shopify's limit: a list can be paged no deeper than 25,000 objects
 * (shopify.dev/docs/api/usage/pagination-graphql), so before that a new window begins at the last row seen,
 * and paging starts afresh inside it. The caller gets one opaque string.
 */
const cursorSchema = z.object({
  /** Where the window begins: a number id or an instant; null in the first one. */
  window: z.string().nullable(),
  /** Rows read in this window. */
  read: z.number().int(),
  after: z.string().nullable(),
  /** Of listings: where each is stocked is read too. */
  placed: z.boolean().optional(),
})
export type Cursor = z.infer<typeof cursorSchema>

const WINDOW_ROWS = 24_500

export function readCursor(text: string | undefined): Cursor {
  if (text === undefined) return { window: null, read: 0, after: null }
  try {
    return cursorSchema.parse(JSON.parse(text))
  } catch (cause) {
    throw new Invalid('Not a cursor of this connector', 'cursor', { cause })
  }
}

/**
 * The cursor after a page, undefined at the end.
 * @throws Malformed when more is to come and the answer does not say where
 * @param page.last what a window would begin with after this page's last row
 */
export function nextCursor(
  cursor: Cursor,
  page: PageInfo & { read: number; last: string | undefined },
): string | undefined {
  const after = cursorAfter(page, cursor.after)
  if (after === undefined) return undefined
  const read = cursor.read + page.read
  const same = cursor.placed === undefined ? {} : { placed: cursor.placed }
  // A window that begins where this one did would never end.
  if (read >= WINDOW_ROWS && page.last !== undefined && page.last !== cursor.window) {
    return JSON.stringify({ window: page.last, read: 0, after: null, ...same } satisfies Cursor)
  }
  return JSON.stringify({ window: cursor.window, read, after, ...same } satisfies Cursor)
}
