import type { ActivityRow, ChangedEvent } from '@plimsoll/client'
import type { QueryKey } from '@tanstack/react-query'
import { useSyncExternalStore } from 'react'
import { later, steadyMs } from './clock.ts'
import { hub, queryClient, recentQuery, type Stream } from './hub.ts'

/**
 * Keeps the screens live. A `changed` event is a hint: what it names is read again, at once after a rest
 * and after each reading no sooner than `restMs` says however many come, and only if a screen shows it. What is on its way is let in first: if each
 * hint started anew what the last one asked for, a slow answer would never arrive. After a gap everything is
 * read anew.
 */
const restAtLeastMs = 300
const restAtMostMs = 2_000
const recentMax = 200

let stream: Stream = 'connecting'
let gathered: Gathered | undefined
let isReading = false
/** Nothing was read just now: what comes first is read at once, and what comes close behind it is gathered. */
let isResting = true
const streamListeners = new Set<() => void>()
const activityListeners = new Set<(rows: ActivityRow[]) => void>()
type Gathered = { topics: Set<string>; skus: Set<string>; anySku: boolean }

export function startLive(): () => void {
  let hadGap = false
  return hub.openStream({
    onState: (state) => {
      stream = state.kind
      if (state.kind === 'waiting') hadGap = true
      if (state.kind === 'open' && hadGap) {
        hadGap = false
        void queryClient.invalidateQueries()
      }
      for (const listener of streamListeners) listener()
    },
    onChanged: (changed) => {
      const isFirst = gathered === undefined
      gathered = gather(gathered, changed)
      if (isFirst && !isReading && isResting) void flush()
    },
    onActivity: (rows) => {
      const newest = [...rows].reverse()
      queryClient.setQueryData(recentQuery.queryKey, (known) =>
        known ? mergeNewest(newest, known) : undefined,
      )
      for (const listener of activityListeners) listener(newest)
    },
  })
}
async function flush() {
  const due = gathered
  gathered = undefined
  if (due === undefined) return
  isReading = true
  const since = steadyMs()
  await queryClient.invalidateQueries({ predicate: (query) => isTouched(query.queryKey, due) })
  isReading = false
  isResting = false
  later(
    () => {
      isResting = true
      if (gathered !== undefined) void flush()
    },
    restMs(steadyMs() - since),
  )
}

/**
 * How long to gather after a reading that took `tookMs`: a busy hub, or a slow line, is asked a quarter of the time at
 * most, and a quick one shows what happened within a third of a second.
 */
export function restMs(tookMs: number): number {
  return Math.min(restAtMostMs, Math.max(restAtLeastMs, 3 * tookMs))
}

export function gather(before: Gathered | undefined, changed: ChangedEvent): Gathered {
  return {
    topics: new Set([...(before?.topics ?? []), ...changed.topics]),
    skus: new Set([...(before?.skus ?? []), ...changed.skus]),
    anySku: (before?.anySku ?? false) || (changed.topics.includes('items') && changed.skus.length === 0),
  }
}
/**
 * Whether a kept answer may have changed. Activity pages never do: their news is pushed. Names seldom do, and the
 * grid notices.
 */
export function isTouched(key: QueryKey, due: Gathered): boolean {
  const [topic, kind, name] = key
  if (topic === 'activity' || typeof topic !== 'string' || !due.topics.has(topic)) return false
  if (topic === 'items' && kind === 'names') return false
  if (topic === 'items' && kind !== 'page' && name !== undefined) {
    return due.anySku || due.skus.has(String(name))
  }
  return true
}
/** Newest first, each id once, at most `recentMax`. What is pushed later may have happened before. */
export function mergeNewest(newest: ActivityRow[], known: ActivityRow[]): ActivityRow[] {
  const ids = new Set(known.map((row) => row.id))
  return [...newest.filter((row) => !ids.has(row.id)), ...known].sort(byTime).slice(0, recentMax)
}

/** For rows of activity, newest first. Instants of one format compare as text. */
export const byTime = (a: ActivityRow, b: ActivityRow) => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0)

export function useStream(): Stream {
  return useSyncExternalStore(
    (listener) => {
      streamListeners.add(listener)
      return () => streamListeners.delete(listener)
    },
    () => stream,
  )
}
export function onActivity(listener: (rows: ActivityRow[]) => void): () => void {
  activityListeners.add(listener)
  return () => activityListeners.delete(listener)
}
