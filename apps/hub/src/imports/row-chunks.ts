const ROWS_PER_CHUNK = 1_000

/** Rows in chunks of a size that one transaction takes. */
export async function* chunksOf<Row>(
  rows: AsyncIterable<Row>,
): AsyncGenerator<{ rows: Row[]; isFirst: boolean }> {
  let chunk: Row[] = []
  let isFirst = true
  for await (const row of rows) {
    chunk.push(row)
    if (chunk.length < ROWS_PER_CHUNK) continue
    yield { rows: chunk, isFirst }
    isFirst = false
    chunk = []
  }
  if (chunk.length > 0) yield { rows: chunk, isFirst }
}
