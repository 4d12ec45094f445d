/** A page of documents, newest first. The cursor is the id of the last row of the page before; ids ascend in time. */
export type DocumentQuery<State extends string> = {
  state?: State | undefined
  cursor?: string | undefined
  limit: number
}

export type DocumentPage<Row> = { rows: Row[]; next: string | null }

/** @param found one row more than the page holds, where there is one */
export function toPage<Row>(
  found: readonly Row[],
  limit: number,
  idOf: (row: Row) => string,
): DocumentPage<Row> {
  const rows = found.slice(0, limit)
  const last = rows.at(-1)
  return { rows, next: found.length > limit && last !== undefined ? idOf(last) : null }
}
