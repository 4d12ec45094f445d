import {
  type ConnectorError,
  type ExternalLevel,
  isConnectorError,
  type LevelKey,
  Malformed,
} from '@plimsoll/connector-kit'
import type { SourceItem, StockItem } from './answers.ts'
import type { MagentoApi } from './api.ts'
import { defaultLocationId, levelName } from './ids.ts'
import { toQuantity } from './map.ts'
import { atMost, type Scopes } from './scope.ts'
import { anyOf, inAddresses } from './search.ts'
import type { StockFactsBook } from './stock-facts.ts'

export type LevelReading = {
  api: MagentoApi
  scopes: Scopes
  facts: StockFactsBook
  known: KnownLevels
  /** Rows that the shop takes and gives at once, if fewer than ours; learned. */
  limits: { page: number; batch: number; bulk?: number }
  signal?: AbortSignal | undefined
}

/** Levels that were there when they were last seen: a write to any other might make one of a product that is gone. */
export type KnownLevels = {
  add(key: LevelKey): void
  has(key: LevelKey): boolean
  remove(key: LevelKey): void
}

const keptMs = 10 * 60_000
const keptMax = 100_000

export function createKnownLevels(now: () => number): KnownLevels {
  const seenAt = new Map<string, number>()
  return {
    add(key) {
      if (seenAt.size >= keptMax) seenAt.clear()
      seenAt.set(levelName(key), now())
    },
    remove(key) {
      seenAt.delete(levelName(key))
    },
    has: (key) => now() - (seenAt.get(levelName(key)) ?? Number.NEGATIVE_INFINITY) < keptMs,
  }
}

/** Reads levels now. Those of products that are gone, or not assigned to the source, are left out. */
export async function readLevels(keys: readonly LevelKey[], reading: LevelReading): Promise<ExternalLevel[]> {
  if (keys.length === 0) return []
  const { kind } = await reading.scopes.get(reading)
  if (kind === 'single') return await readSingle(keys, reading)
  const uncounted = await reading.facts.uncounted(reading)
  const items = await readSourceItems(keys, reading)
  return keys.flatMap((key) => {
    const item = items.get(levelName(key))
    if (item === undefined) return []
    const isCounted = !uncounted.has(key.stockUnitId.toLowerCase())
    return [{ ...key, quantity: isCounted ? toQuantity(item.quantity) : undefined, updatedAt: undefined }]
  })
}

/**
 * The source items of these levels by their names (`levelName`). One address holds as many SKUs as web servers take.
 */
export async function readSourceItems(
  keys: readonly LevelKey[],
  { api, known, limits, signal }: Omit<LevelReading, 'scopes' | 'facts'>,
): Promise<Map<string, SourceItem>> {
  const codes = [...new Set(keys.map(({ locationId }) => locationId))]
  const skus = [...new Set(keys.map(({ stockUnitId }) => stockUnitId))]
  const found = new Map<string, SourceItem>()
  const read = async (part: readonly string[]): Promise<void> => {
    const rowsMax = part.length * codes.length
    // One SKU at very many sources: asked for as one page, whatever the limit, for there is no smaller question.
    if (rowsMax > limits.page && part.length > 1) {
      const half = Math.ceil(part.length / 2)
      await read(part.slice(0, half))
      await read(part.slice(half))
      return
    }
    try {
      const { data } = await api.sourceItems({
        groups: [anyOf('sku', part), anyOf('source_code', codes)],
        pageSize: rowsMax,
        signal,
      })
      if (data.total_count > data.items.length)
        throw new Malformed(`The shop has ${data.total_count} source items of ${rowsMax} asked for.`, '')
      for (const item of data.items) {
        const key = { stockUnitId: item.sku, locationId: item.source_code }
        found.set(levelName(key), item)
        known.add(key)
      }
    } catch (error) {
      if (part.length === 1) throw error
      limits.page = atMost(error, rowsMax)
      await read(part)
    }
  }
  await Promise.all(inAddresses(skus, Math.max(1, Math.floor(limits.page / codes.length))).map(read))
  for (const key of keys) if (!found.has(levelName(key))) known.remove(key)
  return found
}

async function readSingle(keys: readonly LevelKey[], reading: LevelReading): Promise<ExternalLevel[]> {
  let trouble: ConnectorError | undefined
  const read = keys
    .filter(({ locationId }) => locationId === defaultLocationId)
    .map(async (key): Promise<ExternalLevel[]> => {
      try {
        const item = await readStockItem(key.stockUnitId, reading)
        return item === undefined ? [] : [toSingleLevel(key, item)]
      } catch (error) {
        // An address with this SKU in it that is not taken must not keep the others from being read.
        if (!isConnectorError(error) || error.kind !== 'invalid') throw error
        trouble ??= error
        return []
      }
    })
  const levels = (await Promise.all(read)).flat()
  if (levels.length === 0 && trouble !== undefined) throw trouble
  return levels
}

export function toSingleLevel(key: LevelKey, item: StockItem): ExternalLevel {
  return { ...key, quantity: item.manage_stock ? toQuantity(item.qty) : undefined, updatedAt: undefined }
}

/** Undefined: there is no such product. */
export async function readStockItem(
  sku: string,
  { api, signal }: Pick<LevelReading, 'api' | 'signal'>,
): Promise<StockItem | undefined> {
  try {
    return (await api.stockItem({ sku, signal })).data
  } catch (error) {
    if (isConnectorError(error) && error.kind === 'not-found') return undefined
    throw error
  }
}
