import { Malformed } from '@plimsoll/connector-kit'
import type { List } from './definition.ts'
import { nextCursor, pageQuery } from './paging.ts'
import type { Call, Client } from './requests.ts'

/** Reading lists, page by page or to the end. */

export type RowPage = {
  rows: unknown[]
  next: string | undefined
  platformTime: Date | undefined
}

type Reading = Pick<Call, 'operation' | 'field' | 'signal'> & Partial<Pick<Call, 'values' | 'input'>>

/** One page. @throws Malformed where the answer has no list at the place that `rows` names */
export async function readPage(
  client: Client,
  list: List,
  cursor: string | undefined,
  reading: Reading,
): Promise<RowPage> {
  const { field } = reading
  const { paging } = list
  const isLink = paging.kind === 'link' && cursor !== undefined
  const { content, response } = await client.call({
    ...reading,
    request: list,
    query: pageQuery(paging, cursor),
    ...(isLink && { url: cursor }),
  })
  const rows = await client.evaluateOne(`${field}.rows`, list.rows, content)
  if (!Array.isArray(rows))
    throw new Malformed(`${field}.rows: the answer has no list there.`, response.text, true, {
      status: response.status,
    })
  const told =
    paging.kind === 'cursor'
      ? await client.evaluateOne(`${field}.paging.next`, paging.next, content)
      : 'more' in paging && paging.more !== undefined
        ? await client.evaluateOne(`${field}.paging.more`, paging.more, content)
        : undefined
  const page = { cursor, rows: rows.length, told, response, url: client.address(list.path) }
  return { rows, next: nextCursor(paging, page), platformTime: earlier(response) }
}

/** Without an end a broken platform would be read for ever. */
const PAGES_MAX = 1_000

/** Every row. @throws Malformed when the list does not end */
export async function readToEnd(client: Client, list: List, reading: Reading): Promise<unknown[]> {
  const rows: unknown[] = []
  let cursor: string | undefined
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const read = await readPage(client, list, cursor, reading)
    rows.push(...read.rows)
    if (read.next === undefined) return rows
    cursor = read.next
  }
  throw new Malformed(`${reading.field}: a list of more than ${PAGES_MAX} pages.`, '')
}

/**
 * The moment that an answer is true for. A file says when it was written: orders since then are not in it, and the fence
 * must not go past that.
 */
function earlier({
  date,
  headers,
}: {
  date: Date | undefined
  headers: Record<string, string>
}): Date | undefined {
  const written = new Date(headers['last-modified'] ?? '')
  if (Number.isNaN(written.getTime())) return date
  return date === undefined || written < date ? written : date
}
