import type { TaskList } from '@plimsoll/client'

type Task = TaskList['rows'][number]

/** What the address says of the list. */
export type TaskSearch = { kind?: string; connection?: string; q?: string }

export function readTaskSearch(search: Record<string, unknown>): TaskSearch {
  // Text of digits arrives as a number.
  const [kind, connection, q] = [search.kind, search.connection, search.q].map((each) =>
    each === undefined ? '' : String(each),
  )
  return { ...(kind && { kind }), ...(connection && { connection }), ...(q && { q }) }
}

/** As the hub takes it. */
export function toTaskQuery({ kind, connection, q }: TaskSearch): {
  kind?: string
  connection?: string
  search?: string
} {
  return {
    ...(kind !== undefined && { kind }),
    ...(connection !== undefined && { connection }),
    ...(q !== undefined && { search: q }),
  }
}

/** How many there are of each kind, the most first. */
export function countKinds(tasks: readonly Task[]): { kind: Task['kind']; n: number }[] {
  const counts = new Map<Task['kind'], number>()
  for (const { kind } of tasks) counts.set(kind, (counts.get(kind) ?? 0) + 1)
  return [...counts].map(([kind, n]) => ({ kind, n })).sort((a, b) => b.n - a.n || (a.kind < b.kind ? -1 : 1))
}
