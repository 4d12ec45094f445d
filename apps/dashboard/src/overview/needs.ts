import type { Overview, TaskList } from '@plimsoll/client'

import { decideTrouble } from '../connections/trouble.ts'

/** What a person must look at: open tasks, connections that cannot work for longer than passes by itself, and events that wait for a decision. */
export type Need =
  | { kind: 'task'; task: TaskList['rows'][number] }
  | { kind: 'connection'; row: Overview['connections'][number]; error: string }
  | { kind: 'parked'; events: number }
  /** Listings that wait to be matched with an item. */
  | { kind: 'mapping'; listings: number }

/**
 * Lists them, the worst first: a connection that stands still, then tasks as the hub orders them, then parked events and listings to match.
 * A task about a connection that stands still says the same thing and is left out.
 */
export function decideNeeds(overview: Overview, tasks: TaskList['rows'], nowMs: number): Need[] {
  const broken = overview.connections.flatMap((row): Need[] =>
    row.error === null || decideTrouble(row, nowMs) === 'passing'
      ? []
      : [{ kind: 'connection', row, error: row.error }],
  )
  const standing = new Set(
    overview.connections.filter((row) => row.error !== null).map((row) => row.connectionId),
  )
  const open = tasks
    .filter((task) => task.kind !== 'connection' || !standing.has(task.connectionId ?? ''))
    .map((task): Need => ({ kind: 'task', task }))
  const unmapped = overview.connections.reduce((sum, row) => sum + row.unmapped, 0)
  return [
    ...broken,
    ...open,
    ...(overview.parked > 0 ? [{ kind: 'parked' as const, events: overview.parked }] : []),
    ...(unmapped > 0 ? [{ kind: 'mapping' as const, listings: unmapped }] : []),
  ]
}
