import type { Send } from './place-calls.ts'
import type { SavedView, SavedViewList, ViewScreen } from './view-shapes.ts'

/** Calls about saved views of screens. */

type NewView = { screen: ViewScreen; name: string; shared: boolean; search: Record<string, string> }
type ViewChange = { name?: string; shared?: boolean; search?: Record<string, string> }

export function viewCalls(call: Send) {
  const of = (viewId: string) => `/views/${encodeURIComponent(viewId)}`
  return {
    savedViews: (signal?: AbortSignal) => call<SavedViewList>('GET', '/views', undefined, signal),
    saveView: (view: NewView) => call<SavedView>('POST', '/views', view),
    changeView: (viewId: string, change: ViewChange) => call<SavedView>('PATCH', of(viewId), change),
    deleteView: (viewId: string) => call<object>('DELETE', of(viewId)),
  }
}
