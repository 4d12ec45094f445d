import type { ItemFilter } from '@plimsoll/client/client'
import {
  createRootRoute,
  createRoute,
  createRouter,
  type ErrorComponentProps,
  Link,
  lazyRouteComponent,
} from '@tanstack/react-router'
import { itemFilters } from './items/item-filters.ts'
import { useLanguage } from './language.ts'
import { Empty } from './parts/notice.tsx'
import { Shell } from './shell.tsx'

/** The screens by address, each a chunk of its own. */
type ItemSearch = { q?: string; filter?: ItemFilter }

const rootRoute = createRootRoute({ component: Shell, notFoundComponent: NotFound, errorComponent: Broken })
const route = createRoute({
  getParentRoute: () => rootRoute,
  path: '/',
  component: lazyRouteComponent(() => import('./overview/overview-screen.tsx'), 'OverviewScreen'),
})
const items = createRoute({
  getParentRoute: () => rootRoute,
  path: '/items',
  validateSearch: (search: Record<string, unknown>): ItemSearch => {
    const filter = itemFilters.find((each) => each === search.filter)
    // A search of digits arrives as a number.
    const q = search.q === undefined ? '' : String(search.q)
    return { ...(q !== '' && { q }), ...(filter && filter !== 'all' && { filter }) }
  },
  component: lazyRouteComponent(() => import('./items/items-screen.tsx'), 'ItemsScreen'),
})
const item = createRoute({
  getParentRoute: () => rootRoute,
  path: '/items/$sku',
  component: lazyRouteComponent(() => import('./item/item-screen.tsx'), 'ItemScreen'),
})
const connections = createRoute({
  getParentRoute: () => rootRoute,
  path: '/connections',
  component: lazyRouteComponent(() => import('./connections/connections-screen.tsx'), 'ConnectionsScreen'),
})
const parked = createRoute({
  getParentRoute: () => rootRoute,
  path: '/parked',
  component: lazyRouteComponent(() => import('./parked/parked-screen.tsx'), 'ParkedScreen'),
})
const activity = createRoute({
  getParentRoute: () => rootRoute,
  path: '/activity',
  component: lazyRouteComponent(() => import('./activity/activity-screen.tsx'), 'ActivityScreen'),
})

export const router = createRouter({
  routeTree: rootRoute.addChildren([route, items, item, connections, parked, activity]),
  defaultPreload: 'intent',
  defaultErrorComponent: Broken,
})
declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}

function NotFound() {
  const { t } = useLanguage()
  return (
    <Empty isPage title={t('app.notFound')} cure={t('app.notFoundCure')}>
      <Link to="/" className="control">
        {t('nav.overview')}
      </Link>
    </Empty>
  )
}
/** A screen that failed: usually one that an older hub served and a newer one no longer has. */
function Broken({ error }: ErrorComponentProps) {
  const { t } = useLanguage()
  const isOutdated = /dynamically imported module|module script|preload/i.test(String(error))
  return (
    <Empty
      isPage
      title={t(isOutdated ? 'app.outdated' : 'app.crashed')}
      cure={t(isOutdated ? 'app.outdatedCure' : 'app.crashedCure')}
    >
      <button type="button" className="control" onClick={() => location.reload()}>
        {t('app.reload')}
      </button>
    </Empty>
  )
}
