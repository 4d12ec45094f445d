import {
  type ConnectorError,
  type ExternalLevel,
  Invalid,
  isConnectorError,
  type LevelKey,
  type LevelWrite,
  Malformed,
  type PlatformDetail,
  type WriteOutcome,
} from '@plimsoll/connector-kit'
import type { InventoryNodes } from './answers.ts'
import { type Options, PAGE_LEVELS, type WalmartApi } from './api.ts'
import { DEFAULT_LOCATION, isPathSafe, WFS_LOCATION } from './ids.ts'

/** Not documented; what is sent here was never refused for its size in public code. */
export const QUANTITY_MAX = 999_999

type Reading = { api: WalmartApi; options: Options }
/** @param readsNodes whether the market has calls for the numbers of all nodes together */
type LevelReading = Reading & { readsNodes: boolean }

/** From so many SKUs on it is looked whether the list of all of them takes fewer calls. */
const SWEEP_FROM = 25

/**
 * The input quantity of each level now: one call for a SKU, whatever the number of its nodes; where many are asked for,
 * fifty SKUs a call. Levels of items that Walmart does not have, and of nodes that it keeps no number for, are left out.
 */
export async function readLevels(keys: readonly LevelKey[], reading: LevelReading): Promise<ExternalLevel[]> {
  const own = keys.filter(({ locationId }) => locationId !== WFS_LOCATION)
  const bySku = Map.groupBy(own, ({ stockUnitId }) => stockUnitId)
  const isNamed = reading.readsNodes && own.every(({ locationId }) => locationId !== DEFAULT_LOCATION)
  const swept = isNamed && bySku.size >= SWEEP_FROM ? await sweep(bySku, reading) : []
  const read = [...bySku].map(([sku, levels]) =>
    levels.length > 1 && isPathSafe(sku) && isNamed
      ? readNodes(sku, levels, reading)
      : Promise.all(levels.map((level) => readOne(level, reading))).then((found) => found.flat()),
  )
  return [...swept, ...(await Promise.all(read)).flat()]
}

/**
 * Reads the list of all SKUs, where that is shorter, and takes those that it has out of `bySku`: of what is not in the list
 * Walmart is asked by name.
 */
async function sweep(bySku: Map<string, LevelKey[]>, { api, options }: Reading): Promise<ExternalLevel[]> {
  const found: ExternalLevel[] = []
  const callsMax = bySku.size
  let cursor: string | undefined
  for (let calls = 1; bySku.size > 0; calls += 1) {
    const { data, detail } = await api.inventories(cursor, options)
    const total = data.meta.totalCount ?? Number.POSITIVE_INFINITY
    for (const row of data.elements?.inventories ?? []) {
      const levels = bySku.get(row.sku)
      if (levels === undefined) continue
      bySku.delete(row.sku)
      found.push(...toLevels(row, levels, detail))
    }
    const next = data.meta.nextCursor || undefined
    if (next === undefined || next === cursor) return found
    if (calls >= callsMax || total > callsMax * PAGE_LEVELS) return found
    cursor = next
  }
  return found
}

async function readOne(
  { stockUnitId, locationId }: LevelKey,
  { api, options }: Reading,
): Promise<ExternalLevel[]> {
  try {
    const { data, detail } = await api.inventory('levels', { sku: stockUnitId, locationId }, options)
    if (data.sku !== stockUnitId) {
      throw new Malformed(`Walmart answered ${stockUnitId} with ${data.sku}`, data.sku, true, detail)
    }
    return [{ stockUnitId, locationId, quantity: data.quantity.amount, updatedAt: undefined }]
  } catch (error) {
    if (isConnectorError(error) && error.kind === 'not-found') return []
    throw error
  }
}

async function readNodes(
  sku: string,
  levels: readonly LevelKey[],
  { api, options }: Reading,
): Promise<ExternalLevel[]> {
  try {
    const { data, detail } = await api.inventoryOfNodes(sku, options)
    if (data.sku !== sku) {
      throw new Malformed(`Walmart answered ${sku} with ${data.sku}`, data.sku, true, detail)
    }
    return toLevels(data, levels, detail)
  } catch (error) {
    if (isConnectorError(error) && error.kind === 'not-found') return []
    throw error
  }
}

/** @throws Malformed where a node says no quantity (I12) */
function toLevels(
  { sku, nodes }: InventoryNodes,
  levels: readonly LevelKey[],
  detail: PlatformDetail,
): ExternalLevel[] {
  const byNode = new Map(nodes.map((node) => [node.shipNode, node]))
  return levels.flatMap(({ stockUnitId, locationId }) => {
    const node = byNode.get(locationId)
    if (node === undefined) return []
    if (node.inputQty == null) {
      const said = JSON.stringify(node)
      throw new Malformed(`Walmart says no quantity of ${sku} at ${locationId}`, said, true, detail)
    }
    return [{ stockUnitId, locationId, quantity: node.inputQty.amount, updatedAt: undefined }]
  })
}

/** Why a write can never be right; undefined where it may be. */
export function whyImpossible({ quantity, locationId }: LevelWrite): ConnectorError | undefined {
  if (!Number.isSafeInteger(quantity) || quantity < 0 || quantity > QUANTITY_MAX) {
    return new Invalid(`${quantity} is no quantity: 0 to ${QUANTITY_MAX}`, 'quantity')
  }
  if (locationId === WFS_LOCATION) {
    return new Invalid('Walmart counts what lies in its own fulfilment centres.', 'locationId')
  }
  return undefined
}

/** So many calls at once; the budget bounds them too. */
const AT_ONCE = 8

/**
 * One call for each level, a few at a time: this is the fast way. What stops one call (throttled, no access, no answer)
 * stops those that have not begun, which are left for the next time.
 * @throws what stopped it, where no write was decided
 */
export async function writeSingly(writes: readonly LevelWrite[], reading: Reading): Promise<WriteOutcome[]> {
  const decided: WriteOutcome[] = []
  const stopped: { write: LevelWrite; error: ConnectorError }[] = []
  const waiting = [...writes]
  const work = async (): Promise<void> => {
    while (stopped.length === 0) {
      const write = waiting.shift()
      if (write === undefined) return
      try {
        decided.push(await writeOne(write, reading))
      } catch (error) {
        if (!isConnectorError(error)) throw error
        stopped.push({ write, error })
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, writes.length) }, work))
  const [first] = stopped
  if (first === undefined) return decided
  if (decided.length === 0) throw (stopped.find(({ error }) => mayHaveActed(error)) ?? first).error
  return [
    ...decided,
    ...stopped.map(({ write, error }) => toStopped(write, error)),
    ...waiting.map(({ writeId }): WriteOutcome => ({ writeId, kind: 'untouched' })),
  ]
}

/** Of a call that may have been carried out nobody knows; of another it is plain that it was not. */
function toStopped({ writeId }: LevelWrite, error: ConnectorError): WriteOutcome {
  return mayHaveActed(error) ? { writeId, kind: 'refused', error } : { writeId, kind: 'untouched' }
}

function mayHaveActed(error: ConnectorError): boolean {
  return (
    (error.kind === 'unavailable' || error.kind === 'malformed') && 'sent' in error && error.sent === true
  )
}

/** @throws what is not about this row alone */
async function writeOne(write: LevelWrite, { api, options }: Reading): Promise<WriteOutcome> {
  const { writeId, stockUnitId: sku, locationId, quantity } = write
  try {
    const { data, detail } = await api.setInventory(
      'setLevels',
      { sku, locationId, amount: quantity },
      options,
    )
    if (data.sku !== sku)
      throw new Malformed(`Walmart answered ${sku} with ${data.sku}`, data.sku, true, detail)
    return { writeId, kind: 'applied', quantity: data.quantity.amount }
  } catch (error) {
    if (isConnectorError(error) && isAboutOneRow(error)) return { writeId, kind: 'refused', error }
    throw error
  }
}

function isAboutOneRow({ kind }: ConnectorError): boolean {
  return kind === 'invalid' || kind === 'not-found' || kind === 'conflict'
}
