import {
  type ConnectorError,
  type ExternalLevel,
  isConnectorError,
  type LevelKey,
  type LevelWrite,
  type WriteOutcome,
} from '@plimsoll/connector-kit'
import type { WooVariation } from './answers.ts'
import { pageSize, type WooApi } from './api.ts'
import { defaultLocationId, fromStockUnitId, type StockUnit } from './ids.ts'
import { groupWrites, toOutcomes, type WriteGroup } from './level-writes.ts'
import { toLevel } from './map.ts'
import type { OptionalRoute } from './optional-routes.ts'

type Reading = { api: WooApi; variationsRoute: OptionalRoute; signal?: AbortSignal | undefined }

/** Reads levels now. Those of deleted and trashed products are left out. */
export async function readLevels(keys: readonly LevelKey[], reading: Reading): Promise<ExternalLevel[]> {
  const units = keys
    .filter((key) => key.locationId === defaultLocationId)
    .map((key) => ({ ...key, unit: fromStockUnitId(key.stockUnitId) }))
  const products = new Set<number>()
  const variations: StockUnit[] = []
  for (const { unit } of units) {
    if (unit.variationId === undefined) products.add(unit.productId)
    else variations.push(unit)
  }
  const [productLevels, variationLevels] = await Promise.all([
    readProductLevels([...products], reading),
    readVariationLevels(variations, reading),
  ])
  const found = new Map([...productLevels, ...variationLevels].map((level) => [level.stockUnitId, level]))
  return units.flatMap(({ stockUnitId }) => found.get(stockUnitId) ?? [])
}

async function readProductLevels(ids: readonly number[], { api, signal }: Reading): Promise<ExternalLevel[]> {
  const pages = await Promise.all(inPages(ids).map((page) => api.productsById({ ids: page, signal })))
  return pages.flatMap(({ data }) => data.map((product) => toLevel(product, String(product.id))))
}

async function readVariationLevels(units: readonly StockUnit[], reading: Reading): Promise<ExternalLevel[]> {
  if (units.length === 0) return []
  const { api, variationsRoute, signal } = reading
  // By the number alone: rows of the older route do not name their parent.
  const asked = new Map(units.map((unit) => [unit.variationId, `${unit.productId}/${unit.variationId}`]))
  const toLevels = (rows: readonly WooVariation[]) =>
    rows.flatMap((row) => {
      const stockUnitId = asked.get(row.id)
      return stockUnitId === undefined ? [] : [toLevel(row, stockUnitId)]
    })

  if (await variationsRoute.isThere({ signal })) {
    const ids = [...new Set(units.map((unit) => unit.variationId ?? 0))]
    const pages = await Promise.all(
      inPages(ids).map((page) => api.variations({ page: 1, ids: page, signal })),
    )
    return pages.flatMap(({ data }) => toLevels(data))
  }
  const byParent = Map.groupBy(units, (unit) => unit.productId)
  const pages = await Promise.all(
    [...byParent].flatMap(([productId, children]) =>
      inPages([...new Set(children.map((child) => child.variationId ?? 0))]).map(async (ids) => {
        const { data } = await api.variationsOf({ productId, page: 1, ids, signal })
        return toLevels(data)
      }),
    ),
  )
  return pages.flat()
}

function inPages<T>(values: readonly T[]): T[][] {
  const pages: T[][] = []
  for (let start = 0; start < values.length; start += pageSize)
    pages.push(values.slice(start, start + pageSize))
  return pages
}

/**
 * A call that begins later than this after the first may take effect later than the manifest says that a write does. The
 * rows of those wait again, and the lane has its turn between: a hundred variations may have a hundred parents.
 */
const callsBeginWithinMs = 30_000

/**
 * Sends quantities, one call for all simple products and one for each parent of variations, one after the other:
 * a shop carries out a batch row by row, and two at once would only compete for its few workers.
 * @throws what the first failing call threw, unless it surely changed nothing and others before it succeeded
 */
export async function setLevels(
  writes: readonly LevelWrite[],
  { api, now, signal }: Pick<Reading, 'api' | 'signal'> & { now: () => number },
): Promise<WriteOutcome[]> {
  const { groups, refused } = groupWrites(writes, pageSize)
  const outcomes: WriteOutcome[] = [...refused]
  const beganAt = now()
  for (const [index, group] of groups.entries()) {
    if (now() - beganAt > callsBeginWithinMs) return outcomes.concat(untouched(groups.slice(index)))
    try {
      const rows = group.rows.map(({ id, write }) => ({ id, stock_quantity: write.quantity }))
      const { data } = await api.setQuantities({ productId: group.productId, rows, signal })
      outcomes.push(...toOutcomes(group, data.update))
    } catch (error) {
      if (!isConnectorError(error)) throw error
      if (error.kind === 'not-found') {
        // The parent is gone, and its variations with it. The other groups have nothing to do with it.
        outcomes.push(
          ...group.rows.map(({ write }) => ({ writeId: write.writeId, kind: 'refused' as const, error })),
        )
        continue
      }
      if (index === 0 || !surelyChangedNothing(error)) throw error
      // What came before is done and must be told; the rest waits again and meets the error first next time.
      return outcomes.concat(untouched(groups.slice(index)))
    }
  }
  return outcomes
}

function untouched(groups: readonly WriteGroup[]): WriteOutcome[] {
  return groups.flatMap(({ rows }) =>
    rows.map(({ write }) => ({ writeId: write.writeId, kind: 'untouched' as const })),
  )
}

/** After these the shop has not begun. After any other a part of the batch may be written. */
function surelyChangedNothing(error: ConnectorError): boolean {
  switch (error.kind) {
    case 'rate-limited':
    case 'unauthorized':
    case 'forbidden':
    case 'invalid':
    case 'not-found':
    case 'conflict':
      return true
    case 'unavailable':
    case 'malformed':
      return 'sent' in error && error.sent === false
    default: {
      const never: never = error.kind
      return never
    }
  }
}
