import {
  type ConnectorError,
  Invalid,
  isConnectorError,
  type LevelWrite,
  type WriteOptions,
  type WriteOutcome,
} from '@plimsoll/connector-kit'
import type { LevelReading } from './levels.ts'
import { NO_ROUTE } from './refusals.ts'
import { writeSingle } from './single-writes.ts'
import { writeSources } from './source-writes.ts'
import { refused } from './write-outcomes.ts'

/** Rows of one call, unless the shop takes fewer. */
export const batchMax = 100
/** `inventory_source_item.quantity` is decimal(12,4). */
export const quantityMax = 99_999_999
/** So many raised quantities and more wait in the message queue, where a person has chosen that. */
const bulkFrom = 20
/**
 * No call is begun so long after the first: a shop that takes its rows in small parts, or one by one, may take longer
 * for all than whoever calls waits, and then nothing would be known of any.
 */
const beginsWithinMs = 8_000

export type Writing = LevelReading & {
  asynchronousIncreases: boolean
  now: () => number
}

/** How one `setLevels` writes. */
export type WritingNow = Writing & { isBulk: boolean; isLate: () => boolean }

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
  const began = writing.now()
  const isLate = () => writing.now() - began > beginsWithinMs
  const send = (isBulk: boolean) =>
    (kind === 'single' ? writeSingle : writeSources)(possible, { ...writing, isBulk, isLate })
  const isBulk =
    writing.asynchronousIncreases && options.urgency === 'increase' && possible.length >= bulkFrom
  return [...impossible, ...(isBulk ? await orDirectly(send) : await send(false))]
}

/** Without the modules for it a shop has no such route: then nothing was queued. */
async function orDirectly(send: (isBulk: boolean) => Promise<WriteOutcome[]>): Promise<WriteOutcome[]> {
  try {
    return await send(true)
  } catch (error) {
    if (isConnectorError(error) && error.platform.code === NO_ROUTE) return await send(false)
    throw error
  }
}

function whyImpossible({ quantity, stockUnitId }: LevelWrite): ConnectorError | undefined {
  if (!Number.isSafeInteger(quantity) || quantity < 0 || quantity > quantityMax)
    return new Invalid(`${quantity} is no quantity: 0 to ${quantityMax}`, 'quantity')
  return stockUnitId === '' ? new Invalid('A product has a SKU', 'stockUnitId') : undefined
}
