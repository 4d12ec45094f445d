import {
  type SavedView,
  type SyncJobView,
  savedView,
  savedViewList,
  syncJob,
  syncJobList,
} from '@plimsoll/client'
import { z } from 'zod'

/** Saved views that are kept as long as this runs, and an import that takes some seconds. */

const TOTAL = 100_000
const STAGE_MS = 2_500
const stages = ['locations', 'listings', 'listings', 'mapping', 'levels', 'levels', 'finish'] as const

type Answer = { schema: z.ZodType; body: unknown }

export function createViewAnswers() {
  let views: SavedView[] = [
    viewOf('view-1', 'orders', 'Waits for stock, Shopify', true, {
      standing: 'not-routed',
      channel: 'con-shopify',
    }),
    viewOf('view-2', 'orders', 'Mine to pack', false, { standing: 'ready' }),
    viewOf('view-3', 'items', 'Out of stock', true, { filter: 'out' }),
  ]
  const imports = new Map<string, { at: number; stoppedAt?: number }>()

  function read(path: string, now: number): Answer | undefined {
    if (path === '/views') return { schema: savedViewList, body: { rows: views } }
    const [, id] = /^\/connections\/([^/]+)\/jobs$/.exec(path) ?? []
    if (id === undefined) return undefined
    const begun = imports.get(id)
    return { schema: syncJobList, body: { rows: begun === undefined ? [] : [jobOf(id, begun, now)] } }
  }

  function write(
    method: string | undefined,
    path: string,
    body: Record<string, unknown>,
  ): Answer | undefined {
    const now = Date.now()
    const [, id] = /^\/connections\/([^/]+)\/imports$/.exec(path) ?? []
    if (id !== undefined) {
      const begun = { at: now }
      imports.set(id, begun)
      return { schema: syncJob, body: jobOf(id, begun, now) }
    }
    const [, jobOfId] = /^\/jobs\/import-([^/]+)\/cancel$/.exec(path) ?? []
    const stopped = imports.get(jobOfId ?? '')
    if (jobOfId !== undefined && stopped !== undefined) {
      stopped.stoppedAt = now
      return { schema: syncJob, body: jobOf(jobOfId, stopped, now) }
    }
    if (path === '/views') {
      const made = viewOf(`view-${now}`, 'items', '', false, {})
      views = [...views, { ...made, ...(body as Partial<SavedView>) }]
      return { schema: savedView, body: views.at(-1) }
    }
    const [, viewId] = /^\/views\/([^/]+)$/.exec(path) ?? []
    if (viewId === undefined) return undefined
    if (method === 'DELETE') {
      views = views.filter((view) => view.viewId !== viewId)
      return { schema: z.object({}), body: {} }
    }
    views = views.map((view) =>
      view.viewId === viewId ? { ...view, ...(body as Partial<SavedView>) } : view,
    )
    return { schema: savedView, body: views.find((view) => view.viewId === viewId) }
  }
  return { read, write }
}

function viewOf(
  viewId: string,
  screen: SavedView['screen'],
  name: string,
  shared: boolean,
  search: Record<string, string>,
): SavedView {
  return {
    viewId,
    screen,
    name,
    shared,
    mine: !shared,
    mayChange: true,
    search,
    changedAt: '2026-11-27T00:00:00.000Z',
  }
}

function jobOf(connectionId: string, begun: { at: number; stoppedAt?: number }, now: number): SyncJobView {
  const until = begun.stoppedAt ?? now
  const share = (until - begun.at) / (STAGE_MS * stages.length)
  const stage = stages[Math.floor(share * stages.length)]
  const part = (from: number, to: number) => Math.max(0, Math.min(1, (share - from / 7) / ((to - from) / 7)))
  const listings = Math.floor(part(1, 3) * TOTAL)
  const isOver = stage === undefined
  const isStopped = begun.stoppedAt !== undefined
  return {
    jobId: `import-${connectionId}`,
    connectionId,
    kind: 'import',
    state: isStopped ? 'cancelled' : isOver ? 'done' : 'running',
    reason: 'asked',
    from: null,
    to: null,
    listingId: null,
    total: TOTAL,
    done: listings,
    result: {
      stage: stage ?? 'done',
      locations: 2,
      listings,
      mappedBySku: share > 3 / 7 ? 98_214 : 0,
      levels: Math.floor(part(4, 6) * TOTAL),
      untracked: 2,
      replayed: 0,
    },
    problem: null,
    problemTold: null,
    createdAt: new Date(begun.at).toISOString(),
    startedAt: new Date(begun.at).toISOString(),
    finishedAt: isOver || isStopped ? new Date(until).toISOString() : null,
  }
}
