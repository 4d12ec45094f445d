/** What the address says of the list: events of one connection, or of one cause. */
export type ParkedSearch = { connection?: string; cause?: string }

export function readParkedSearch(search: Record<string, unknown>): ParkedSearch {
  const [connection, cause] = [search.connection, search.cause].map((each) =>
    each === undefined ? '' : String(each),
  )
  return { ...(connection && { connection }), ...(cause && { cause }) }
}
