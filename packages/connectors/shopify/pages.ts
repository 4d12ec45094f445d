import { Malformed } from '@plimsoll/connector-kit'
import { z } from 'zod'

/** Lists that are read to their end in one go: their parts are few, and half of them would be wrong. */
export const pageInfoSchema = z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() })
export type PageInfo = z.infer<typeof pageInfoSchema>

/** No list is paged deeper than 25,000 objects, and the smallest page read to the end holds 50. */
const PAGES_MAX = 500

/**
 * Every node of a list, page by page.
 * @throws Malformed where the list never ends: a cursor that is missing or was handed out before
 */
export async function readAllPages<Node>(
  read: (after: string | undefined) => Promise<{ nodes: readonly Node[]; pageInfo: PageInfo }>,
): Promise<Node[]> {
  const all: Node[] = []
  let after: string | undefined
  for (let pages = 1; ; pages += 1) {
    const { nodes, pageInfo } = await read(after)
    all.push(...nodes)
    after = cursorAfter(pageInfo, after)
    if (after === undefined) return all
    if (pages >= PAGES_MAX) throw new Malformed(`A list of more than ${PAGES_MAX} pages`, after)
  }
}

/** A part that was there a moment ago: left out, its units would pass for ones that are not there, or were never shipped. */
export function failVanished(id: string): never {
  throw new Malformed(`Shopify no longer shows ${id}, which it just named`, id)
}

/**
 * Where the next page begins; undefined after the last. The schema lets `endCursor` be null while more is to come,
 * and from null a list would be read from its beginning again, for ever.
 * @param after where this page began
 * @throws Malformed when more is to come and the answer does not say where
 */
export function cursorAfter(
  { hasNextPage, endCursor }: PageInfo,
  after: string | null | undefined,
): string | undefined {
  if (!hasNextPage) return undefined
  if (endCursor === null || endCursor === '' || endCursor === after) {
    throw new Malformed('Shopify says that a list goes on, but not where', JSON.stringify(endCursor))
  }
  return endCursor
}
