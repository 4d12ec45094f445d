import { GraphQLError } from 'graphql'

/** Relay paging as Shopify does it: forward by `first` ≤ 250 and `after`, no deeper than 25,000 objects. */
export type PageArguments = { first?: number | null; after?: string | null }

const FIRST_MAX = 250
const DEPTH_MAX = 25_000

/**
 * One page of `rows`, which are in order.
 * @param keyOf  a row's place in that order: a cursor holds it, so rows added meanwhile shift nothing
 */
export function toConnection<T, View>(
  rows: readonly T[],
  { first, after }: PageArguments,
  keyOf: (row: T) => string,
  toView: (row: T) => View,
) {
  if (first === null || first === undefined) throw badRequest('you must provide one of first or last')
  if (first < 0 || first > FIRST_MAX) throw badRequest(`first must be from 0 to ${FIRST_MAX}`)
  const from = after ? readCursor(after) : { key: undefined, depth: 0 }
  if (from.depth + first > DEPTH_MAX) throw badRequest(`Pagination is limited to ${DEPTH_MAX} objects.`)
  const start = from.key === undefined ? 0 : firstAfter(rows, keyOf, from.key)
  const page = rows.slice(start, start + first)
  const cursorOf = (row: T, at: number) => writeCursor({ key: keyOf(row), depth: from.depth + at + 1 })
  const last = page.at(-1)
  return {
    nodes: () => page.map(toView),
    edges: () => page.map((row, at) => ({ cursor: cursorOf(row, at), node: toView(row) })),
    pageInfo: {
      hasNextPage: rows.length > start + page.length,
      hasPreviousPage: start > 0,
      startCursor: page[0] === undefined ? null : cursorOf(page[0], 0),
      endCursor: last === undefined ? null : cursorOf(last, page.length - 1),
    },
  }
}

function firstAfter<T>(rows: readonly T[], keyOf: (row: T) => string, key: string): number {
  let low = 0
  let high = rows.length
  while (low < high) {
    const middle = (low + high) >> 1
    const row = rows[middle]
    if (row !== undefined && keyOf(row) <= key) low = middle + 1
    else high = middle
  }
  return low
}

/** Numbers as text that sorts like them. */
export function sortable(...numbers: number[]): string {
  return numbers.map((number) => String(number).padStart(16, '0')).join('-')
}

function writeCursor(cursor: { key: string; depth: number }): string {
  return Buffer.from(`${cursor.depth}:${cursor.key}`).toString('base64')
}

function readCursor(text: string): { key: string; depth: number } {
  const match = /^(\d+):(.+)$/.exec(Buffer.from(text, 'base64').toString('utf8'))
  if (match?.[1] === undefined || match[2] === undefined)
    throw badRequest('Invalid cursor for current pagination sort.')
  return { depth: Number(match[1]), key: match[2] }
}

export function badRequest(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'BAD_REQUEST' } })
}
