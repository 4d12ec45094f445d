/** What every list takes; places in it are told by their number, as Graphene does. */
export type ListArgs = { first?: number | null; after?: string | null }

export function connection<Row>(rows: readonly Row[], { first, after }: ListArgs) {
  const from = after == null ? 0 : placeOf(after) + 1
  const shown = rows.slice(from, from + (first ?? 100))
  const edges = shown.map((node, at) => ({ node, cursor: cursorOf(from + at) }))
  return {
    edges,
    pageInfo: {
      hasNextPage: from + shown.length < rows.length,
      hasPreviousPage: from > 0,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  }
}

/** The list of a query, with what stands beside it. */
export function listed<Row>(rows: readonly Row[]) {
  return { request_id: 'simulated', complexity: 1, data: (args: ListArgs) => connection(rows, args) }
}

function cursorOf(place: number): string {
  return Buffer.from(`arrayconnection:${place}`).toString('base64')
}

function placeOf(cursor: string): number {
  const place = Number(Buffer.from(cursor, 'base64').toString('utf8').split(':')[1])
  return Number.isSafeInteger(place) ? place : -1
}

/** Ids are Base64 of a kind and a number: `T3JkZXI6MzEwMDAx`. */
export function idOf(kind: string, number: number | string): string {
  return Buffer.from(`${kind}:${number}`).toString('base64')
}

export function numberOf(id: string, kind: string): number | undefined {
  const [found, number] = Buffer.from(id, 'base64').toString('utf8').split(':')
  return found === kind && number !== undefined ? Number(number) : undefined
}

/** UTC, and not said so. */
export function iso(ms: number): string {
  return new Date(ms).toISOString().slice(0, 23)
}

/** A filter's moment. */
export function fromIso(written: unknown): number | undefined {
  return typeof written === 'string' ? Date.parse(`${written}${/Z$/.test(written) ? '' : 'Z'}`) : undefined
}
