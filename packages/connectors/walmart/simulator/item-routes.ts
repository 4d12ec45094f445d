import { notFound } from './api-error.ts'
import type { Marketplace } from './marketplace.ts'
import type { Route, RouteCall } from './server.ts'
import { type Shapes, toItemShape } from './shapes.ts'

const LIMIT_MAX = 50
const LIMIT_DEFAULT = 20

/** The catalogue. A cursor stays the same for all pages: how far it was read is remembered here. */
export function itemRoutes(
  marketplace: Marketplace,
  shapes: Shapes,
  { withoutCursors }: { withoutCursors: boolean },
): Route[] {
  const cursors = new Map<string, { skus: string[]; read: number }>()

  const list = ({ query }: RouteCall) => {
    const { sku, lifecycleStatus, publishedStatus, nextCursor } = query
    const limit = Math.min(LIMIT_MAX, Math.max(1, Number(query.limit ?? LIMIT_DEFAULT) || LIMIT_DEFAULT))
    const isWanted = (item: { sku: string; lifecycleStatus: string; publishedStatus: string }) =>
      (sku === undefined || item.sku === sku) &&
      (lifecycleStatus === undefined || item.lifecycleStatus === lifecycleStatus) &&
      (publishedStatus === undefined || item.publishedStatus === publishedStatus)
    const toRows = (skus: readonly string[]) =>
      skus.flatMap((each) => {
        const item = marketplace.items.get(each)
        return item === undefined ? [] : [toItemShape(item, shapes)]
      })

    if (nextCursor === undefined || nextCursor === '*') {
      const skus = [...marketplace.items.values()].filter(isWanted).map((item) => item.sku)
      const from = Number(query.offset ?? 0) || 0
      const first = skus.slice(from, from + limit)
      if (nextCursor === undefined || withoutCursors)
        return { ItemResponse: toRows(first), totalItems: skus.length }
      // With the letters that base64 has and a query must escape.
      const cursor = `${Buffer.from(`cursor ${marketplace.nextId()}`).toString('base64')}/+==`
      cursors.set(cursor, { skus, read: first.length })
      return { ItemResponse: toRows(first), totalItems: skus.length, nextCursor: cursor }
    }
    const known = cursors.get(nextCursor)
    if (known === undefined) throw notFound('GMP_ITEM_QUERY_API', 'The cursor has ended.')
    const next = known.skus.slice(known.read, known.read + limit)
    known.read += next.length
    return { ItemResponse: toRows(next), totalItems: known.skus.length, nextCursor }
  }

  return [
    { method: 'GET', path: '/v3/items', limit: 'items-get', handle: list },
    {
      method: 'GET',
      path: '/v3/items/:id',
      limit: 'items-get',
      handle({ params }) {
        const item = marketplace.items.get(params.id ?? '')
        if (item === undefined) throw notFound('GMP_ITEM_QUERY_API', `No item ${params.id}.`)
        return { ItemResponse: [toItemShape(item, shapes)], totalItems: 1 }
      },
    },
  ]
}
