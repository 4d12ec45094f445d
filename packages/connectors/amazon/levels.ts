import { type ExternalLevel, isConnectorError, type LevelKey } from '@plimsoll/connector-kit'
import * as answers from './answers.ts'
import { OWN_STOCK } from './ids.ts'
import { toLevel } from './map.ts'
import { homeMarketplace, type Settings } from './settings.ts'
import type { Transport } from './transport.ts'

/** SKUs in one search, at the most. */
export const SKUS_MAX = 20

export type Reading = {
  transport: Transport
  settings: Settings
  signal?: AbortSignal | undefined
  /** Whether Amazon tells this application who gets an order: false once it has refused, as long as the connection is open. */
  buyers: { isTold: boolean }
}

/** Reads levels now; those that Amazon no longer has, or counts itself, are left out. */
export async function readLevels(keys: readonly LevelKey[], reading: Reading): Promise<ExternalLevel[]> {
  const skus = keys.filter(({ locationId }) => locationId === OWN_STOCK).map((key) => key.stockUnitId)
  return [...(await readLevelsOf([...new Set(skus)], 'levels', reading)).values()]
}

/**
 * What Amazon sells from, by SKU. Twenty SKUs a call; one with a comma goes by itself, since commas part them.
 * @param operation `levels`, or the one that proves a write
 */
export async function readLevelsOf(
  skus: readonly string[],
  operation: 'levels' | 'setLevels.proof' | 'outcomes.proof',
  reading: Reading,
): Promise<Map<string, ExternalLevel>> {
  const plain = skus.filter((sku) => !sku.includes(','))
  const single = skus.filter((sku) => sku.includes(','))
  const read = await Promise.all([
    ...inChunks(plain, SKUS_MAX).map((some) => search(some, operation, reading)),
    ...single.map((sku) => readOne(sku, operation, reading)),
  ])
  const levels = read.flat().flatMap((item) => toLevel(item) ?? [])
  return new Map(levels.map((level) => [level.stockUnitId, level]))
}

async function search(
  skus: readonly string[],
  operation: string,
  { transport, settings, signal }: Reading,
): Promise<answers.LevelItem[]> {
  const { data } = await transport.ask(
    {
      operation,
      method: 'GET',
      path: listingsPath(settings),
      query: {
        marketplaceIds: settings.marketplaces,
        identifiersType: 'SKU',
        identifiers: skus,
        includedData: 'fulfillmentAvailability',
        pageSize: String(SKUS_MAX),
      },
      signal,
    },
    answers.levelPage,
  )
  const asked = new Set(skus)
  // Never trust a search to have found nothing else.
  return data.items.filter(({ sku }) => asked.has(sku))
}

async function readOne(sku: string, operation: string, reading: Reading): Promise<answers.LevelItem[]> {
  const { transport, settings, signal } = reading
  try {
    const { data } = await transport.ask(
      {
        operation: `${operation}.one`,
        method: 'GET',
        path: `${listingsPath(settings)}/${encodeURIComponent(sku)}`,
        query: { marketplaceIds: homeMarketplace(settings), includedData: 'fulfillmentAvailability' },
        signal,
      },
      answers.levelItem,
    )
    return data.sku === sku ? [data] : []
  } catch (error) {
    if (isConnectorError(error) && error.kind === 'not-found') return []
    throw error
  }
}

export function listingsPath({ sellerId }: Pick<Settings, 'sellerId'>): string {
  return `/listings/2021-08-01/items/${sellerId}`
}

export function inChunks<T>(values: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(values.length / size) }, (_, at) =>
    values.slice(at * size, (at + 1) * size),
  )
}
