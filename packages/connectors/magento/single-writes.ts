import {
  type ConnectorError,
  Invalid,
  isConnectorError,
  type LevelWrite,
  NotFound,
  type WriteOutcome,
} from '@plimsoll/connector-kit'
import type { StockItem } from './answers.ts'
import type { StockItemChange } from './api.ts'
import { queueWrites } from './bulk-writes.ts'
import { defaultLocationId } from './ids.ts'
import type { WritingNow } from './level-writes.ts'
import { readStockItem } from './levels.ts'
import {
  isAboutTheRows,
  readBackOf,
  refused,
  surelyChangedNothing,
  toOutcome,
  untouched,
} from './write-outcomes.ts'

/** So many products are written beside each other; a shop has few PHP workers. */
const besideMax = 4

/** Where the modules of many sources are off: each product by itself, as many as there is time for. */
export async function writeSingle(
  writes: readonly LevelWrite[],
  writing: WritingNow,
): Promise<WriteOutcome[]> {
  if (writing.isBulk) return await queueSingle(writes, writing)
  const outcomes: WriteOutcome[] = []
  const waiting = [...writes]
  let failure: ConnectorError | undefined
  const work = async () => {
    while (failure === undefined && !writing.isLate()) {
      const write = waiting.shift()
      if (write === undefined) return
      try {
        outcomes.push(await writeOne(write, writing))
      } catch (error) {
        if (!isConnectorError(error)) throw error
        waiting.unshift(write)
        failure ??= error
        if (!surelyChangedNothing(error)) failure = error
      }
    }
  }
  await Promise.all(Array.from({ length: besideMax }, work))
  const isFirst = outcomes.every(({ kind }) => kind === 'refused')
  // What is done must be told; the rest waits again and meets the error first next time.
  if (failure !== undefined && (isFirst || !surelyChangedNothing(failure))) throw failure
  return [...outcomes, ...untouched(waiting)]
}

/** @throws what is wrong with more than this one product */
async function writeOne(write: LevelWrite, { api, signal }: WritingNow): Promise<WriteOutcome> {
  const sku = write.stockUnitId
  try {
    const item = await readStockItem(sku, { api, signal })
    const error = whyNot(write, item)
    if (item === undefined || error !== undefined)
      return refused(write, error ?? new NotFound(`The shop has no product "${sku}".`))
    await api.saveStockItem({ sku, itemId: item.item_id, stockItem: toChange(write), signal })
  } catch (refusal) {
    if (!isConnectorError(refusal) || !isAboutTheRows(refusal)) throw refusal
    return refused(write, refusal)
  }
  const shown = await readBackOf(readStockItem(sku, { api, signal }))
  return toOutcome(write, shown && { quantity: shown.qty })
}

async function queueSingle(writes: readonly LevelWrite[], writing: WritingNow): Promise<WriteOutcome[]> {
  const { api, signal } = writing
  const outcomes: WriteOutcome[] = []
  const items = new Map<LevelWrite, StockItem>()
  await Promise.all(
    writes.map(async (write) => {
      try {
        const item = await readStockItem(write.stockUnitId, writing)
        const error = whyNot(write, item)
        if (error !== undefined) outcomes.push(refused(write, error))
        else if (item !== undefined) items.set(write, item)
      } catch (error) {
        if (!isConnectorError(error) || !isAboutTheRows(error)) throw error
        outcomes.push(refused(write, error))
      }
    }),
  )
  const there = writes.filter((write) => items.has(write))
  if (there.length === 0) return outcomes
  const queue = (part: readonly LevelWrite[]) =>
    api.queueStockItems({
      rows: part.map((write) => ({
        productSku: write.stockUnitId,
        // Looked up by the SKU; what stands here is not used (StockRegistry, updateStockItemBySku).
        itemId: items.get(write)?.item_id ?? 0,
        stockItem: toChange(write),
      })),
      signal,
    })
  return [...outcomes, ...(await queueWrites(there, queue, writing))]
}

function toChange({ quantity }: LevelWrite): StockItemChange {
  return { qty: quantity, is_in_stock: quantity > 0 }
}

function whyNot(write: LevelWrite, item: StockItem | undefined): ConnectorError | undefined {
  if (write.locationId !== defaultLocationId)
    return new Invalid(`This shop has one stock, "${defaultLocationId}"`, 'locationId')
  if (item === undefined) return new NotFound(`The shop has no product "${write.stockUnitId}".`)
  if (item.manage_stock) return undefined
  return new Invalid(
    `The shop does not count "${write.stockUnitId}". Set "Manage Stock" to Yes under the product's Advanced Inventory.`,
    'manage_stock',
  )
}
