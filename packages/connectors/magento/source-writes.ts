import { isConnectorError, type LevelWrite, NotFound, type WriteOutcome } from '@plimsoll/connector-kit'
import type { SourceItemRow } from './api.ts'
import { queueWrites } from './bulk-writes.ts'
import { levelName } from './ids.ts'
import type { WritingNow } from './level-writes.ts'
import { readSourceItems } from './levels.ts'
import { limitOf } from './refusals.ts'
import {
  isAboutTheRows,
  readBackOf,
  refused,
  surelyChangedNothing,
  toOutcome,
  untouched,
} from './write-outcomes.ts'

/** Writes to sources: many rows in one call, saved whole or not at all. */
export async function writeSources(
  writes: readonly LevelWrite[],
  writing: WritingNow,
): Promise<WriteOutcome[]> {
  const unseen = writes.filter((write) => !writing.known.has(write))
  const items = unseen.length === 0 ? new Map() : await readSourceItems(unseen, writing)
  // Saving one that is not there would make it: of a product that is gone (older versions take any SKU), or at a
  // source that nobody has assigned the product to.
  const missing = new Set(unseen.filter((write) => !items.has(levelName(write))))
  const outcomes = [...missing].map((write) =>
    refused(
      write,
      new NotFound(
        `The shop has no product "${write.stockUnitId}" at the source "${write.locationId}". If it is sold from there, assign the source on the product's page.`,
      ),
    ),
  )
  const there = writes.filter((write) => !missing.has(write))
  if (there.length === 0) return outcomes
  if (!writing.isBulk) return [...outcomes, ...(await saveAll(there, writing))]
  const queue = (part: readonly LevelWrite[]) =>
    writing.api.queueSourceItems({ rows: part.map(toRow), signal: writing.signal })
  return [...outcomes, ...(await queueWrites(there, queue, writing))]
}

/** A source without units is out of stock, one with some is in stock: the shop wants to be told both. */
function toRow({ stockUnitId, locationId, quantity }: LevelWrite): SourceItemRow {
  return { sku: stockUnitId, source_code: locationId, quantity, status: quantity > 0 ? 1 : 0 }
}

/** One call for each part that the shop takes at once, one after the other. */
async function saveAll(writes: readonly LevelWrite[], writing: WritingNow): Promise<WriteOutcome[]> {
  const { api, limits, signal, isLate } = writing
  const outcomes: WriteOutcome[] = []
  const parts = inParts(writes, limits.batch)
  for (let part = parts.shift(); part !== undefined; part = parts.shift()) {
    if (isLate()) return [...outcomes, ...untouched([part, ...parts].flat())]
    try {
      await api.saveSourceItems({ rows: part.map(toRow), signal })
    } catch (error) {
      if (!isConnectorError(error)) throw error
      const smaller = smallerParts(part, limitOf(error) ?? 0, limits)
      if (smaller !== undefined) parts.unshift(...smaller)
      else if (isAboutTheRows(error))
        parts.unshift(...halvesOrRefused(part, (write) => outcomes.push(refused(write, error))))
      else {
        const isFirst = outcomes.every(({ kind }) => kind === 'refused')
        if (isFirst || !surelyChangedNothing(error)) throw error
        // What came before is done and must be told; the rest waits again and meets the error first next time.
        return [...outcomes, ...untouched([part, ...parts].flat())]
      }
      continue
    }
    const shown = await readBackOf(readSourceItems(part, writing))
    outcomes.push(...part.map((write) => toOutcome(write, shown.get(levelName(write)))))
  }
  return outcomes
}

/** The shop takes fewer rows at once, and says how many: so it will be from now on. */
function smallerParts(
  part: readonly LevelWrite[],
  limit: number,
  limits: { batch: number },
): LevelWrite[][] | undefined {
  if (limit < 1 || limit >= part.length) return undefined
  limits.batch = limit
  return inParts(part, limit)
}

/** The shop does not say which row it minds: half of them then, until it is one. */
function halvesOrRefused(part: readonly LevelWrite[], refuse: (write: LevelWrite) => void): LevelWrite[][] {
  const [only, another] = part
  if (another !== undefined) return inParts(part, Math.ceil(part.length / 2))
  if (only !== undefined) refuse(only)
  return []
}

function inParts<T>(values: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(values.length / size) }, (_, at) =>
    values.slice(at * size, (at + 1) * size),
  )
}
