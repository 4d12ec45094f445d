import type { StockCountLines, StockCountShape } from '@plimsoll/client'
import {
  asSeenByCounters,
  findCounters,
  findCountLines,
  findLocations,
  findStockCount,
  isHidden,
  isUuid,
  needsRecount,
  refuse,
  type StoredCountLine,
  type ValuationMethod,
  valueVariances,
  varianceOf,
  zerosOf,
} from '@plimsoll/stock'
import { LedgerRefusal } from '../http/problem.ts'
import type { HubBase } from '../hub-base.ts'
import { toAmount } from './valuation.ts'

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
  /** How differences are valued. */
  method: ValuationMethod
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
  const { viewer, only, method, cursor, limit } = query
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
    if (only === 'different') return varianceOf(line) > 0
    return only === 'all' || needsRecount(count, line)
  })
  const page = wanted.slice(0, limit)
  const valued = isBlind ? undefined : await valueLines(hub, count, lines, method)
  return {
    isBlind,
    counted: lines.filter(({ counted }) => counted !== null).length,
    total: lines.length,
    zeros: isBlind ? null : zerosOf(lines).length,
    currency: valued?.currency ?? null,
    value: valued?.total ?? null,
    rows: page.map(({ itemId: _, lotId: __, toldLot: ___, ...line }) => ({
      ...(isBlind ? asSeenByCounters(count, line) : line),
      value: valued?.byLine.get(line.line) ?? null,
      needsRecount: !isBlind && needsRecount(count, line),
    })),
    next: wanted.length > limit ? (page.at(-1)?.line ?? null) : null,
  }
}

/** What the differences of a sheet come to, each and together. A posted one keeps the value of its posting. */
async function valueLines(
  { context, database }: Hub,
  { locationCode, postedAt }: StockCountShape,
  lines: readonly StoredCountLine[],
  method: ValuationMethod,
) {
  const { kysely } = database
  const { organizationId } = context
  const place = (await findLocations(kysely, organizationId)).find(({ code }) => code === locationCode)
  const counted = lines.filter(({ difference }) => difference !== null)
  const { currency, values } = await valueVariances(
    kysely,
    organizationId,
    {
      locationId: place?.locationId ?? '',
      method,
      at: postedAt === null ? new Date(context.clock.now()) : new Date(Date.parse(postedAt) - 1),
    },
    counted.map(({ itemId, difference }) => ({ itemId, units: difference ?? 0 })),
  )
  const known = values.filter((value) => value !== undefined)
  const byLine = counted.map(({ line }, index) => {
    const value = values[index]
    return [line, value === undefined ? null : toAmount(value)] as const
  })
  return {
    currency,
    byLine: new Map(byLine),
    total: known.length === 0 ? null : toAmount(known.reduce((sum, value) => sum + value, 0n)),
  }
}
