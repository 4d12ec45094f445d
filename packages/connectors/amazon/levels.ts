import { type ExternalLevel, isConnectorError, type LevelKey } from '@plimsoll/connector-kit'
import * as answers from './answers.ts'
import { OWN_STOCK } from './ids.ts'
import { toLevel } from './map.ts'
import type { Settings } from './settings.ts'
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
 * What Amazon sells from, by SKU. A number is the SKU's in every marketplace (docs issue 3167), and a call of several shows
 * what is listed in the first alone (docs issue 2362): so each is asked in turn, for those that none before it has shown.
 * Twenty SKUs a call; one with a comma goes by itself, since commas part them.
 * @param operation `levels`, or the one that proves a write
 */
export async function readLevelsOf(
  skus: readonly string[],
  operation: 'levels' | 'setLevels.proof' | 'outcomes.proof',
  reading: Reading,
): Promise<Map<string, ExternalLevel>> {
  const levels = new Map<string, ExternalLevel>()
  let missing = skus
  for (const marketplace of reading.settings.marketplaces) {
    if (missing.length === 0) break
    const asked = { skus: missing, marketplace, operation }
    const items = await readItems(asked, reading)
    for (const level of items.flatMap((item) => toLevel(item) ?? [])) levels.set(level.stockUnitId, level)
    const shown = new Set(items.map(({ sku }) => sku))
    missing = missing.filter((sku) => !shown.has(sku))
  }
  return levels
}

type Asked = { skus: readonly string[]; marketplace: string; operation: string }

/** Those of them that are listed in one marketplace. */
async function readItems({ skus, ...asked }: Asked, reading: Reading): Promise<answers.LevelItem[]> {
  const plain = skus.filter((sku) => !sku.includes(','))
  const single = skus.filter((sku) => sku.includes(','))
  const read = await Promise.all([
    ...inChunks(plain, SKUS_MAX).map((some) => search({ skus: some, ...asked }, reading)),
    ...single.map((sku) => readOne(sku, asked, reading)),
  ])
  return read.flat()
}

async function search(
  { skus, marketplace, operation }: Asked,
  { transport, settings, signal }: Reading,
): Promise<answers.LevelItem[]> {
  const { data } = await transport.ask(
    {
      operation,
      method: 'GET',
      path: listingsPath(settings),
      query: {
        marketplaceIds: marketplace,
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

async function readOne(
  sku: string,
  { marketplace, operation }: Omit<Asked, 'skus'>,
  { transport, settings, signal }: Reading,
): Promise<answers.LevelItem[]> {
  try {
    const { data } = await transport.ask(
      {
        operation: `${operation}.one`,
        method: 'GET',
        path: `${listingsPath(settings)}/${encodeURIComponent(sku)}`,
        query: { marketplaceIds: marketplace, includedData: 'fulfillmentAvailability' },
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
