import type { BulkEditView, BulkLevelPage } from './bulk-shapes.ts'
import type { ChangePage, Undone } from './change-shapes.ts'
import type { Send } from './place-calls.ts'
import type { PolicyFields } from './policy-shapes.ts'

/** Calls about what was changed, and about changes for many at once. */

export type ChangeListQuery = {
  kind?: string
  item?: string
  connection?: string
  actor?: string
  set?: string
  cursor?: string
  limit?: number
}
export type BulkEditBody = {
  of: 'items' | 'listings'
  skus?: string[]
  search?: string
  connection?: string
  everything?: boolean
  set: Partial<PolicyFields>
  protection?: 'open' | 'buffered' | 'guaranteed' | 'auto' | null
  why?: string
}
type Signal = AbortSignal | undefined

export function changeCalls(
  call: Send,
  toQuery: (query: Record<string, string | number | undefined>) => string,
) {
  const id = encodeURIComponent
  const get = <T>(path: string, signal?: Signal) => call<T>('GET', path, undefined, signal)
  return {
    changes: (query: ChangeListQuery = {}, signal?: Signal) =>
      get<ChangePage>(`/changes${toQuery(query)}`, signal),
    undoChange: (change: string) => call<Undone>('POST', `/changes/${id(change)}/undo`),
    proposeBulkEdit: (body: BulkEditBody) => call<BulkEditView>('POST', '/bulk-edits', body),
    bulkEdits: (signal?: Signal) => get<{ rows: BulkEditView[] }>('/bulk-edits', signal),
    bulkEdit: (bulkId: string, signal?: Signal) => get<BulkEditView>(`/bulk-edits/${id(bulkId)}`, signal),
    bulkLevels: (bulkId: string, query: { cursor?: string; limit?: number }, signal?: Signal) =>
      get<BulkLevelPage>(`/bulk-edits/${id(bulkId)}/levels${toQuery(query)}`, signal),
    moveBulkEdit: (bulkId: string, verb: 'apply' | 'stop' | 'undo') =>
      call<BulkEditView>('POST', `/bulk-edits/${id(bulkId)}/${verb}`),
  }
}
