import { AccountProblem } from '@plimsoll/accounts'
import { done, savedView, savedViewList, viewName, viewScreen, viewSearch } from '@plimsoll/client'
import { inTransaction } from '@plimsoll/database'
import { nowOf, syncProblem } from '@plimsoll/sync'
import type { FastifyPluginAsync } from 'fastify'
import { z } from 'zod'
import { mayChange, maySee, mayShare, type SavedView, type Viewer } from '../saved-views/saved-view.ts'
import { deleteView, findView, findViews, insertView, updateView } from '../saved-views/saved-views.store.ts'
import { assertMay } from './permissions.ts'
import type { Principal } from './principal.ts'
import { ApiProblem } from './problem.ts'
import { addRoute } from './route.ts'
import type { ServerContext } from './server.ts'

const tag = 'Overview'
const params = z.object({ id: z.uuid('give the id of a view') })
const shared = z.boolean().describe('Everybody in the organization sees it; that needs the role operator.')
const made = z.strictObject({
  screen: viewScreen,
  name: viewName,
  shared: shared.default(false),
  search: viewSearch,
})
const changes = z
  .strictObject({ name: viewName, shared, search: viewSearch })
  .partial()
  .refine((body) => Object.keys(body).length > 0, 'say what changes: name, shared or search')

/** Somebody who needs more has other trouble. */
const VIEWS_MAX = 200

/** Saved views of screens. Whoever may read here may keep views to themselves; sharing one asks for more. */
export function savedViewRoutes({ context, database }: ServerContext): FastifyPluginAsync {
  const { organizationId } = context
  const { kysely } = database
  const find = async (viewer: Viewer, viewId: string): Promise<SavedView> => {
    const view = await findView(kysely, organizationId, viewId)
    if (view === undefined || !maySee(viewer, view))
      throw new ApiProblem('unknown-view', `There is no saved view ${viewId}.`, 'id')
    return view
  }
  const toChange = async (viewer: Viewer, viewId: string): Promise<SavedView> => {
    const view = await find(viewer, viewId)
    if (mayChange(viewer, view)) return view
    throw new AccountProblem('not-allowed', 'It is shared by somebody else: they may change it, or an admin.')
  }
  // Every person may: the routes ask for no more than reading does. A key that only reads keeps nothing.
  const assertMayKeep = (principal: Principal) =>
    assertMay(principal, { area: 'overview', deed: 'write', needs: 'viewer' })
  const assertMayShare = (viewer: Viewer, isShared: boolean) => {
    if (isShared && !mayShare(viewer))
      throw new AccountProblem('not-allowed', 'Sharing a view needs the role "operator".')
  }
  const toView = (viewer: Viewer, view: SavedView) => {
    const { owner, changedAt, ...rest } = view
    return {
      ...rest,
      mine: owner === viewer.actor,
      mayChange: mayChange(viewer, view),
      changedAt: changedAt.toISOString(),
    }
  }
  const taken = (name: string) =>
    syncProblem('name-taken', 'name', `There is a view called "${name}" for that screen already.`)

  return async (app) => {
    addRoute(
      app,
      {
        method: 'GET',
        path: '/views',
        operation: 'listViews',
        tag,
        summary: 'Saved views of screens: those that are shared, and one’s own.',
        answers: { 200: savedViewList },
      },
      async ({ acting }) => ({
        200: {
          rows: (await findViews(kysely, organizationId, acting.actor)).map((view) => toView(acting, view)),
        },
      }),
    )
    addRoute(
      app,
      {
        method: 'POST',
        path: '/views',
        operation: 'saveView',
        tag,
        summary: 'Keeps what a screen shows under a name: its filters, order and columns.',
        needs: 'viewer',
        body: made,
        answers: { 201: savedView },
        errors: ['name-taken', 'too-many-views'],
      },
      async ({ body, acting, principal }) => {
        assertMayKeep(principal)
        assertMayShare(acting, body.shared)
        const view = { ...body, viewId: context.uuid(), owner: acting.actor, changedAt: nowOf(context) }
        const became = await insertView(kysely, organizationId, view, VIEWS_MAX)
        if (became === 'name-taken') throw taken(view.name)
        if (became === 'too-many')
          throw new ApiProblem('too-many-views', `There are ${VIEWS_MAX} views of yours already.`, 'name')
        return { 201: toView(acting, view) }
      },
    )
    addRoute(
      app,
      {
        method: 'PATCH',
        path: '/views/:id',
        operation: 'changeView',
        tag,
        summary: 'Renames a view, shares it or not, or replaces what it holds.',
        needs: 'viewer',
        params,
        body: changes,
        answers: { 200: savedView },
        errors: ['unknown-view', 'name-taken'],
      },
      async ({ params: { id }, body, acting, principal }) => {
        assertMayKeep(principal)
        const before = await toChange(acting, id)
        const view = {
          ...before,
          name: body.name ?? before.name,
          shared: body.shared ?? before.shared,
          search: body.search ?? before.search,
          changedAt: nowOf(context),
        }
        assertMayShare(acting, view.shared)
        await inTransaction(database, async (tx) => {
          if (!(await updateView(tx, organizationId, view))) throw taken(view.name)
        })
        return { 200: toView(acting, view) }
      },
    )
    addRoute(
      app,
      {
        method: 'DELETE',
        path: '/views/:id',
        operation: 'deleteView',
        tag,
        summary: 'Forgets a view; what it shows stays as it is.',
        needs: 'viewer',
        params,
        answers: { 200: done },
        errors: ['unknown-view'],
      },
      async ({ params: { id }, acting, principal }) => {
        assertMayKeep(principal)
        await toChange(acting, id)
        await deleteView(kysely, organizationId, id)
        return { 200: {} }
      },
    )
  }
}
