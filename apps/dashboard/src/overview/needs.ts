import type { ConnectionRow, Overview, TaskList } from '@plimsoll/client'
import { decideTrouble } from '../connections/trouble.ts'

type Task = TaskList['rows'][number]

/** What a person must look at: open tasks, connections that cannot work for longer than passes by itself or are paused, and events that wait for a decision. */
export type Need =
  | { kind: 'task'; task: Task }
  | { kind: 'connection'; row: ConnectionRow; error: string; isRefused: boolean }
  | { kind: 'paused'; row: ConnectionRow }
  | { kind: 'parked'; events: number }
  /** Listings that wait to be matched with an item. */
  | { kind: 'mapping'; listings: number }

/** Units are sold that are not there, or will be: each minute makes it worse. */
const pressing: readonly Task['kind'][] = ['oversold', 'refused-decrease', 'capped-decrease']
/** Nothing goes wrong meanwhile: something is merely not in step yet. */
const quiet: readonly Task['kind'][] = ['unmapped', 'untracked', 'listing-changed']

/**
 * Lists them, the worst first: access that a platform refuses, other connections that stand still, what oversells, other
 * tasks as the hub orders them, parked events, paused connections, and last what can wait. A task about a connection that
 * stands still says the same thing and is left out.
 */
export function decideNeeds(overview: Overview, tasks: TaskList['rows'], nowMs: number): Need[] {
  const unmapped = overview.connections.reduce((sum, row) => sum + row.unmapped, 0)
  const needs = [
    ...overview.connections.flatMap((row): Need[] =>
      row.error === null || decideTrouble(row, nowMs) === 'passing'
        ? []
        : [{ kind: 'connection', row, error: row.error, isRefused: isRefused(row) }],
    ),
    ...withoutRepeats(overview, tasks).map((task): Need => ({ kind: 'task', task })),
    ...(overview.parked > 0 ? [{ kind: 'parked' as const, events: overview.parked }] : []),
    ...overview.connections
      .filter((row) => row.state === 'paused' && row.error === null)
      .map((row): Need => ({ kind: 'paused', row })),
    ...(unmapped > 0 ? [{ kind: 'mapping' as const, listings: unmapped }] : []),
  ]
  // Sorting keeps the order of equals: the hub's.
  return needs.toSorted((a, b) => rankOf(a) - rankOf(b))
}

/** The platform refuses its credentials: only a person can cure that. */
export function isRefused({ pauseReasons }: Pick<ConnectionRow, 'pauseReasons'>): boolean {
  return pauseReasons.includes('unauthorized') || pauseReasons.includes('forbidden')
}

function withoutRepeats(overview: Overview, tasks: TaskList['rows']): TaskList['rows'] {
  const standing = new Set(
    overview.connections.filter((row) => row.error !== null).map((row) => row.connectionId),
  )
  return tasks.filter((task) => task.kind !== 'connection' || !standing.has(task.connectionId ?? ''))
}

function rankOf(need: Need): number {
  switch (need.kind) {
    case 'connection':
      return need.isRefused ? 0 : 1
    case 'task':
      return pressing.includes(need.task.kind) ? 2 : quiet.includes(need.task.kind) ? 6 : 3
    case 'parked':
      return 4
    case 'paused':
      return 5
    case 'mapping':
      return 6
    default: {
      const never: never = need
      return never
    }
  }
}

/** How many of one kind are shown before the rest of that kind is folded: a flood of one hides no other. */
const eachMax = 3

/** The needs to show, and after the last of each kind how many more there are of it. */
export function foldNeeds(
  needs: readonly Need[],
  unfolded: ReadonlySet<string>,
): { need: Need; folded: number }[] {
  const total = new Map<string, number>()
  for (const need of needs) total.set(sortOf(need), (total.get(sortOf(need)) ?? 0) + 1)
  const shown = new Map<string, number>()
  return needs.flatMap((need) => {
    const sort = sortOf(need)
    const number = (shown.get(sort) ?? 0) + 1
    shown.set(sort, number)
    // One more is no longer than the line that says so.
    const isFolded = !unfolded.has(sort) && (total.get(sort) ?? 0) > eachMax + 1
    if (!isFolded) return [{ need, folded: 0 }]
    if (number > eachMax) return []
    return [{ need, folded: number === eachMax ? (total.get(sort) ?? 0) - eachMax : 0 }]
  })
}
/** Needs of one sort are folded together. */
export const sortOf = (need: Need): string => (need.kind === 'task' ? need.task.kind : need.kind)
