import type { Columns, ReadRow } from '@plimsoll/files'

export const ROWS_PER_CHUNK = 1_000

/** A row, and what it belongs to where rows belong together. */
export type GroupedRow<C extends Columns> = ReadRow<C> & { group: string | undefined }

/**
 * Rows in chunks of a size that one transaction takes. Rows of one group that stand together are in one chunk, unless
 * they are more than any group may have.
 */
export async function* chunksOf<C extends Columns>(
  rows: AsyncIterable<ReadRow<C>>,
  groupOf: ((row: ReadRow<C>) => string) | undefined,
): AsyncGenerator<{ rows: GroupedRow<C>[]; isFirst: boolean }> {
  let chunk: GroupedRow<C>[] = []
  let isFirst = true
  for await (const row of rows) {
    const group = groupOf?.(row)
    const last = chunk.at(-1)
    const isWithin = group !== undefined && last?.group === group && chunk.length < 2 * ROWS_PER_CHUNK
    if (chunk.length >= ROWS_PER_CHUNK && !isWithin) {
      yield { rows: chunk, isFirst }
      isFirst = false
      chunk = []
    }
    chunk.push({ ...row, group })
  }
  if (chunk.length > 0) yield { rows: chunk, isFirst }
}
