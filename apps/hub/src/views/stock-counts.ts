import type { StockCountLines, StockCountShape } from '@plimsoll/client'
import {
  asSeenByCounters,
  findCounters,
  findCountLines,
  findStockCount,
  isHidden,
  isUuid,
  needsRecount,
  refuse,
  zerosOf,
} from '@plimsoll/stock'
import { LedgerRefusal } from '../http/problem.ts'
import type { HubBase } from '../hub.ts'

type Hub = Pick<HubBase, 'context' | 'database'>

/** @throws LedgerRefusal when there is none */
export async function readStockCount({ context, database }: Hub, countId: string): Promise<StockCountShape> {
  const found = isUuid(countId)
    ? await findStockCount(database.kysely, context.organizationId, countId)
    : undefined
  if (found === undefined) {
    throw new LedgerRefusal(refuse('unknown-stock-count', 'id', `There is no stock count ${countId}.`))
  }
  return found
}

export type SheetQuery = {
  /** Who looks. Of a blind count, differences are shown to a named person who has counted none of it. */
  viewer?: string | undefined
  only: 'all' | 'uncounted' | 'different' | 'recount'
  /** Lines after this one. */
  cursor: number
  limit: number
}

/**
 * A page of a count's sheet. Whoever counts a blind one is shown no figure of the ledger, nor anything that follows
 * from one.
 * @throws LedgerRefusal when there is no such count, or a counter asks for the differences of a blind one
 */
export async function readCountSheet(hub: Hub, countId: string, query: SheetQuery): Promise<StockCountLines> {
  const count = await readStockCount(hub, countId)
  const { organizationId } = hub.context
  const { viewer, only, cursor, limit } = query
  const [lines, counters] = await Promise.all([
    findCountLines(hub.database.kysely, organizationId, countId),
    findCounters(hub.database.kysely, organizationId, countId),
  ])
  if (viewer !== undefined && isHidden(count) && counters.includes(viewer)) {
    throw new LedgerRefusal(
      refuse('count-is-blind', 'viewer', `${viewer} has counted lines of this blind count.`),
    )
  }
  const isBlind = isHidden(count) && viewer === undefined
  if (isBlind && (only === 'different' || only === 'recount')) {
    throw new LedgerRefusal(
      refuse(
        'count-is-blind',
        'viewer',
        'This count is blind: name who looks, who must have counted none of it.',
      ),
    )
  }
  const wanted = lines.filter((line) => {
    if (line.line <= cursor) return false
    if (only === 'uncounted') return line.counted === null
    if (only === 'different') return line.difference !== null && line.difference !== 0
    return only === 'all' || needsRecount(count, line)
  })
  const page = wanted.slice(0, limit)
  return {
    isBlind,
    counted: lines.filter(({ counted }) => counted !== null).length,
    total: lines.length,
    zeros: isBlind ? null : zerosOf(lines).length,
    rows: page.map(({ itemId: _, ...line }) => ({
      ...(isBlind ? asSeenByCounters(count, line) : line),
      needsRecount: !isBlind && needsRecount(count, line),
    })),
    next: wanted.length > limit ? (page.at(-1)?.line ?? null) : null,
  }
}
