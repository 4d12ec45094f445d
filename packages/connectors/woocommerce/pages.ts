import { Malformed } from '@plimsoll/connector-kit'
import { pageSize } from './api.ts'
import type { Answer } from './transport.ts'

/** No shop has lists this long that are read in one go; without an end a broken plugin would be read for ever. */
const pagesMax = 1_000

/**
 * Every row of a list that is paged by number.
 * @throws Malformed when it does not end
 */
export async function readAllPages<Row>(
  ask: (page: number) => Promise<Pick<Answer<Row[]>, 'data' | 'total'>>,
): Promise<Row[]> {
  const rows: Row[] = []
  for (let page = 1; page <= pagesMax; page += 1) {
    const { data, total } = await ask(page)
    rows.push(...data)
    if (!hasMore({ rows: data.length, read: page * pageSize, total, pageSize })) return rows
  }
  throw new Malformed(`A list of more than ${pagesMax} pages`, '')
}

/**
 * Whether a page is followed by another. A short page alone says nothing: the shop counts the rows that the key's user
 * may not see, and those that it cannot load any more, and then leaves them out of the page
 * (rest-api/Controllers/Version3/class-wc-rest-crud-controller.php, `get_items`).
 * @param page.rows that came
 * @param page.read rows of the whole list up to this page's end, those left out included
 * @param page.total rows of the whole list; undefined where a proxy drops the header
 */
export function hasMore(page: {
  rows: number
  read: number
  total: number | undefined
  pageSize: number
}): boolean {
  return page.rows >= page.pageSize || (page.total !== undefined && page.read < page.total)
}
