/** What people named of their screens. Owned by `apps/hub/src/saved-views`. */

export type ViewScreen = 'items' | 'listings' | 'orders' | 'parked' | 'tasks'

export interface SavedViewTable {
  organizationId: string
  viewId: string
  screen: ViewScreen
  name: string
  owner: string
  shared: boolean
  search: unknown
  madeAt: Date
  changedAt: Date
}
