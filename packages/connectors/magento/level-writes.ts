import {
  type ConnectorError,
  Invalid,
  isConnectorError,
  type LevelWrite,
  NotFound,
  type WriteOptions,
  type WriteOutcome,
} from '@plimsoll/connector-kit'
import type { SourceItem, StockItem } from './answers.ts'
import type { SourceItemRow, StockItemChange } from './api.ts'
import { queueWrites } from './bulk-writes.ts'
import { defaultLocationId, levelName } from './ids.ts'
import { type LevelReading, readSourceItems, readStockItem } from './levels.ts'
import { toQuantity } from './map.ts'
import { limitOf } from './refusals.ts'

/** Rows of one call, unless the shop takes fewer. */
export const batchMax = 100
/** `inventory_source_item.quantity` is decimal(12,4). */
export const quantityMax = 99_999_999
/** So many raised quantities and more wait in the message queue, where a person has chosen that. */
const bulkFrom = 20

export type Writing = LevelReading & { asynchronousIncreases: boolean }

/**
 * Sends quantities: what the hub promises and what is ordered and has not left, for sources fall when units ship. The
 * answer names no quantity, so it is read back: what the shop shows then is the outcome.
 * @throws what the first failing call threw, unless it surely changed nothing and others before it succeeded
 */
export async function setLevels(
  writes: readonly LevelWrite[],
  options: WriteOptions,
  writing: Writing,
): Promise<WriteOutcome[]> {
  const impossible = writes.flatMap((write): WriteOutcome[] => {
    const error = whyImpossible(write)
    return error === undefined ? [] : [refused(write, error)]
  })
  const refusedIds = new Set(impossible.map(({ writeId }) => writeId))
  const possible = writes.filter(({ writeId }) => !refusedIds.has(writeId))
  if (possible.length === 0) return impossible
  const { kind } = await writing.scopes.get(writing)
  const isBulk =
    writing.asynchronousIncreases && options.urgency === 'increase' && possible.length >= bulkFrom
  const outcomes =
    kind === 'single'
      ? await writeSingle(possible, { ...writing, isBulk })
      : await writeSources(possible, { ...writing, isBulk })
  return [...impossible, ...outcomes]
}

function whyImpossible({ quantity, stockUnitId }: LevelWrite): ConnectorError | undefined {
  if (!Number.isSafeInteger(quantity) || quantity < 0 || quantity > quantityMax)
    return new Invalid(`${quantity} is no quantity: 0 to ${quantityMax}`, 'quantity')
  return stockUnitId === '' ? new Invalid('A product has a SKU', 'stockUnitId') : undefined
}

function refused({ writeId }: LevelWrite, error: ConnectorError): WriteOutcome {
  return { writeId, kind: 'refused', error }
}

/** What becomes of writes once they are split into those that may be sent and those that may not. */
type Sent = Writing & { isBulk: boolean }

async function writeSources(writes: readonly LevelWrite[], sent: Sent): Promise<WriteOutcome[]> {
  const unseen = writes.filter((write) => !sent.known.has(write))
  const items = unseen.length === 0 ? new Map() : await readSourceItems(unseen, sent)
  // Saving one that is not there would make it: of a product that is gone (older versions take any SKU), or at a
  // source that nobody has assigned the product to.
  const missing = unseen.filter((write) => !items.has(levelName(write)))
  const outcomes = missing.map((write) =>
    refused(
      write,
      new NotFound(
        `The shop has no product "${write.stockUnitId}" at the source "${write.locationId}". If it is sold from there, assign the source on the product's page.`,
      ),
    ),
  )
  const there = writes.filter((write) => !missing.includes(write))
  if (there.length === 0) return outcomes
  if (sent.isBulk) {
    const queue = (part: readonly LevelWrite[]) =>
      sent.api.queueSourceItems({ rows: part.map(toRow), signal: sent.signal })
    return [...outcomes, ...(await queueWrites(there, queue, sent))]
  }
  return [...outcomes, ...(await saveAll(there, sent))]
}

/** A source without units is out of stock, one with some is in stock: the shop wants to be told both. */
function toRow({ stockUnitId, locationId, quantity }: LevelWrite): SourceItemRow {
  return { sku: stockUnitId, source_code: locationId, quantity, status: quantity > 0 ? 1 : 0 }
}

/** One call for each part that the shop takes at once, one after the other. */
async function saveAll(writes: readonly LevelWrite[], sent: Sent): Promise<WriteOutcome[]> {
  const outcomes: WriteOutcome[] = []
  const parts = inParts(writes, sent.limits.batch)
  for (;;) {
    const part = parts.shift()
    if (part === undefined) return outcomes
    try {
      await sent.api.saveSourceItems({ rows: part.map(toRow), signal: sent.signal })
    } catch (error) {
      if (!isConnectorError(error)) throw error
      const limit = limitOf(error)
      if (limit !== undefined && limit < part.length) {
        sent.limits.batch = limit
        parts.unshift(...inParts(part, limit))
      } else if (isAboutTheRows(error)) {
        // A batch is saved whole or not at all, and the shop does not say which row it minds: half of it then.
        const [only] = part
        if (part.length === 1 && only !== undefined) outcomes.push(refused(only, error))
        else parts.unshift(...inParts(part, Math.ceil(part.length / 2)))
      } else {
        const isFirst = outcomes.every(({ kind }) => kind === 'refused')
        if (isFirst || !surelyChangedNothing(error)) throw error
        // What came before is done and must be told; the rest waits again and meets the error first next time.
        for (const { writeId } of [part, ...parts].flat()) outcomes.push({ writeId, kind: 'untouched' })
        return outcomes
      }
      continue
    }
    outcomes.push(...(await readBack(part, sent)))
  }
}

async function readBack(part: readonly LevelWrite[], sent: Sent): Promise<WriteOutcome[]> {
  const shown = await readSourceItems(part, sent)
  return part.map((write) => toOutcome(write, shown.get(levelName(write))))
}

function toOutcome(write: LevelWrite, item: SourceItem | undefined): WriteOutcome {
  if (item === undefined) return refused(write, new NotFound(`"${write.stockUnitId}" was deleted meanwhile.`))
  const quantity = toQuantity(item.quantity)
  if (quantity === undefined)
    return refused(write, new Invalid(`The shop shows ${item.quantity}, no whole number.`, 'quantity'))
  return { writeId: write.writeId, kind: 'applied', quantity }
}

/** Where the modules of many sources are off: each product by itself. */
async function writeSingle(writes: readonly LevelWrite[], sent: Sent): Promise<WriteOutcome[]> {
  const outcomes: WriteOutcome[] = []
  const items = new Map<string, StockItem>()
  await Promise.all(
    writes.map(async (write) => {
      const item = await readStockItem(write.stockUnitId, sent)
      const error = whyNotSingle(write, item)
      if (error !== undefined) outcomes.push(refused(write, error))
      else if (item !== undefined) items.set(write.writeId, item)
    }),
  )
  const there = writes.filter(({ writeId }) => items.has(writeId))
  if (sent.isBulk && there.length > 0) {
    const queue = (part: readonly LevelWrite[]) =>
      sent.api.queueStockItems({
        rows: part.map((write) => ({
          productSku: write.stockUnitId,
          itemId: items.get(write.writeId)?.item_id ?? 0,
          stockItem: toChange(write),
        })),
        signal: sent.signal,
      })
    return [...outcomes, ...(await queueWrites(there, queue, sent))]
  }
  for (const write of there) {
    const itemId = items.get(write.writeId)?.item_id ?? 0
    try {
      const { api, signal } = sent
      await api.saveStockItem({ sku: write.stockUnitId, itemId, stockItem: toChange(write), signal })
      const shown = await readStockItem(write.stockUnitId, sent)
      outcomes.push(toOutcome(write, shown && { sku: '', source_code: '', status: 1, quantity: shown.qty }))
    } catch (error) {
      if (!isConnectorError(error)) throw error
      if (isAboutTheRows(error)) {
        outcomes.push(refused(write, error))
        continue
      }
      const isFirst = outcomes.every(({ kind }) => kind === 'refused')
      if (isFirst || !surelyChangedNothing(error)) throw error
      for (const { writeId } of there.slice(there.indexOf(write)))
        outcomes.push({ writeId, kind: 'untouched' })
      return outcomes
    }
  }
  return outcomes
}

function toChange({ quantity }: LevelWrite): StockItemChange {
  return { qty: quantity, is_in_stock: quantity > 0 }
}

function whyNotSingle(write: LevelWrite, item: StockItem | undefined): ConnectorError | undefined {
  if (write.locationId !== defaultLocationId)
    return new Invalid(`This shop has one stock, "${defaultLocationId}"`, 'locationId')
  if (item === undefined) return new NotFound(`The shop has no product "${write.stockUnitId}".`)
  if (item.manage_stock) return undefined
  return new Invalid(
    `The shop does not count "${write.stockUnitId}". Set "Manage Stock" to Yes under the product's Advanced Inventory.`,
    'manage_stock',
  )
}

function inParts<T>(values: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(values.length / size) }, (_, at) =>
    values.slice(at * size, (at + 1) * size),
  )
}

function isAboutTheRows(error: ConnectorError): boolean {
  return error.kind === 'invalid' || error.kind === 'not-found' || error.kind === 'conflict'
}

/** After these the shop has not begun. After any other a part of it may be written. */
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
