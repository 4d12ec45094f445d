import { type HttpResponse, Malformed } from '@plimsoll/connector-kit'
import type { Paging } from './definition.ts'

/** Where a page begins, and where the next one does. Pure. Our own cursor is the text of what the platform is asked. */

/** @param cursor as `nextCursor` gave it; undefined: the first page */
export function pageQuery(paging: Paging, cursor: string | undefined): Record<string, string> {
  const sized = 'sizeParameter' in paging && paging.sizeParameter !== undefined && paging.size !== undefined
  const size = sized ? { [paging.sizeParameter ?? '']: String(paging.size) } : {}
  switch (paging.kind) {
    case 'none':
      return {}
    case 'page':
      return { ...size, [paging.parameter]: cursor ?? String(paging.first) }
    case 'offset':
      return { ...size, [paging.parameter]: cursor ?? '0' }
    case 'cursor':
      return cursor === undefined ? size : { ...size, [paging.parameter]: cursor }
    case 'link':
      // The next address has it already.
      return cursor === undefined ? size : {}
    default: {
      const never: never = paging
      return never
    }
  }
}

/**
 * @param page.rows how many came
 * @param page.told what `more` or `next` found in the answer
 * @returns undefined after the last page
 * @throws Malformed where the next page would be the same one: reading would never end
 */
export function nextCursor(
  paging: Paging,
  page: { cursor: string | undefined; rows: number; told: unknown; response: HttpResponse; url: string },
): string | undefined {
  const next = findNext(paging, page)
  if (next !== undefined && next === page.cursor)
    throw new Malformed('The next page is the one that was just read.', page.response.text)
  return next
}

function findNext(
  paging: Paging,
  { cursor, rows, told, response, url }: Parameters<typeof nextCursor>[1],
): string | undefined {
  switch (paging.kind) {
    case 'none':
      return undefined
    case 'page':
    case 'offset': {
      const hasMore = paging.more === undefined ? rows >= paging.size : told === true
      // An empty page ends a list, whatever is said of it.
      if (!hasMore || rows === 0) return undefined
      const here = Number(cursor ?? (paging.kind === 'page' ? paging.first : 0))
      return String(here + (paging.kind === 'page' ? 1 : rows))
    }
    case 'cursor':
      if (told === undefined || told === null || told === '' || told === false) return undefined
      if (typeof told !== 'string' && typeof told !== 'number')
        throw new Malformed('The next cursor is neither text nor number.', response.text)
      return String(told)
    case 'link':
      return nextLink(response.headers.link, url)
    default: {
      const never: never = paging
      return never
    }
  }
}

/** The address with `rel="next"` in a `Link` header (RFC 8288), resolved; undefined where there is none. */
export function nextLink(header: string | undefined, base: string): string | undefined {
  if (header === undefined) return undefined
  for (const [, target = '', parameters = ''] of header.matchAll(/<([^>]*)>((?:\s*;[^,<]*)*)/g)) {
    if (!/;\s*rel\s*=\s*("([^"]*\s)?next(\s[^"]*)?"|next\b)/i.test(parameters)) continue
    return URL.parse(target, base)?.href
  }
  return undefined
}
