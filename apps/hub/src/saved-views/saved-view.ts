import { includesRole, type Role } from '@plimsoll/accounts'
import type { ViewScreen } from '@plimsoll/client'

/** What a person named of a screen. A private one is there for nobody but whoever made it. */
export type SavedView = {
  viewId: string
  screen: ViewScreen
  name: string
  owner: string
  shared: boolean
  search: Record<string, string>
  changedAt: Date
}

/** Who asks. */
export type Viewer = { actor: string; role: Role }

export function maySee(viewer: Viewer, view: Pick<SavedView, 'owner' | 'shared'>): boolean {
  return view.shared || view.owner === viewer.actor
}

/** Others go by what is shared: for that one must be allowed to work here. */
export function mayShare({ role }: Viewer): boolean {
  return includesRole(role, 'operator')
}

/**
 * One's own, as long as one may share where it is shared; those that others share, whoever administers the organization:
 * they may have left.
 */
export function mayChange(viewer: Viewer, view: Pick<SavedView, 'owner' | 'shared'>): boolean {
  if (view.owner === viewer.actor) return !view.shared || mayShare(viewer)
  return view.shared && includesRole(viewer.role, 'admin')
}
