import type { ChangeKind } from '@plimsoll/client'
import type { ItemFilter, OrderStandingFilter } from '@plimsoll/client/client'
import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router'
import { Gate } from './accounts/gate.tsx'
import { readAlertsSearch } from './alerts/alerts-search.ts'
import { readBulkSearch } from './bulk/bulk-form.ts'
import { readCallSearch, readSubjectSearch } from './calls/call-search.ts'
import { changeKinds } from './changes/change-kinds.ts'
import { readAssemblySearch } from './item/assembly-entry.ts'
import { itemFilters } from './items/item-filters.ts'
import { allWords } from './language.ts'
import { readMappingSearch } from './mapping/mapping-search.ts'
import { orderStandings } from './orders/order-standing.ts'
import { openedFile } from './palette/shortcuts.tsx'
import { readParkedSearch } from './parked/parked-search.ts'
import { readReplenishmentSearch } from './replenishment/replenishment-search.ts'
import { files } from './screen-files.ts'
import { Broken, NotFound, ScreenMissing } from './screen-missing.tsx'
import { readTaskSearch } from './tasks/task-search.ts'

/** The other screens are fetched once the first one stands: then they open at once, and while the hub is away, too. */
export function fetchScreens(): void {
  // One that cannot be had now is asked for again when somebody goes there, and is missed then.
  for (const file of [allWords, openedFile, ...Object.values(files)]) file().catch(() => undefined)
}

/**
 * A screen by its file. A failure is handed on under another name, since the router would answer the browser's own
 * by loading the page again: without a hub that leaves an empty window.
 * @param words 'first' for what can be shown before the words of all screens are there: a test holds which that is
 */
function screen<File extends Record<Name, unknown>, Name extends keyof File & string>(
  file: () => Promise<File>,
  name: Name,
  words: 'first' | 'all' = 'all',
) {
  return lazyRouteComponent(
    () =>
      Promise.all([file(), ...(words === 'first' ? [] : [allWords()])]).then(
        ([screenFile]) => screenFile,
        (cause: unknown) => {
          throw new ScreenMissing('The screen’s file did not come.', { cause })
        },
      ),
    name,
  )
}

type ItemSearch = { q?: string; filter?: ItemFilter }

const rootRoute = createRootRoute({ component: Gate, notFoundComponent: NotFound, errorComponent: Broken })
const route = createRoute({
  getParentRoute: () => rootRoute,
  path: '/',
  component: screen(files.overview, 'OverviewScreen', 'first'),
})
const flow = createRoute({
  getParentRoute: () => rootRoute,
  path: '/flow',
  component: screen(files.flow, 'FlowScreen'),
})
type OrderSearch = { q?: string; standing?: OrderStandingFilter; channel?: string }
const orders = createRoute({
  getParentRoute: () => rootRoute,
  path: '/orders',
  validateSearch: (search: Record<string, unknown>): OrderSearch => {
    const standing = orderStandings.find((each) => each === search.standing)
    // A number of digits arrives as a number.
    const [q, channel] = [search.q, search.channel].map((each) => (each === undefined ? '' : String(each)))
    return { ...(q && { q }), ...(standing && { standing }), ...(channel && { channel }) }
  },
  component: screen(files.orders, 'OrdersScreen'),
})
const order = createRoute({
  getParentRoute: () => rootRoute,
  path: '/orders/$order',
  component: screen(files.order, 'OrderScreen'),
})
const newOrder = createRoute({
  getParentRoute: () => rootRoute,
  path: '/orders/new',
  component: screen(files.newOrder, 'NewOrderScreen'),
})
const packing = createRoute({
  getParentRoute: () => rootRoute,
  path: '/packing',
  component: screen(files.packing, 'PackingScreen'),
})
const packingTable = createRoute({
  getParentRoute: () => rootRoute,
  path: '/packing/$shipment',
  component: screen(files.packingTable, 'PackingTableScreen'),
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
  component: screen(files.items, 'ItemsScreen'),
})
/** Beside `/items`: any word after that may be a SKU. */
const itemImport = createRoute({
  getParentRoute: () => rootRoute,
  path: '/import-items',
  validateSearch: (search: Record<string, unknown>): { id?: string } => {
    const id = search.id === undefined ? '' : String(search.id)
    return id === '' ? {} : { id }
  },
  component: screen(files.itemImport, 'ItemImportScreen'),
})
const replenishment = createRoute({
  getParentRoute: () => rootRoute,
  path: '/replenishment',
  validateSearch: readReplenishmentSearch,
  component: screen(files.replenishment, 'ReplenishmentScreen'),
})
const mapping = createRoute({
  getParentRoute: () => rootRoute,
  path: '/mapping',
  validateSearch: readMappingSearch,
  component: screen(files.mapping, 'MappingScreen'),
})
const item = createRoute({
  getParentRoute: () => rootRoute,
  path: '/items/$sku',
  validateSearch: readAssemblySearch,
  component: screen(files.item, 'ItemScreen'),
})
const lot = createRoute({
  getParentRoute: () => rootRoute,
  path: '/items/$sku/lots/$lot',
  component: screen(files.lot, 'LotScreen'),
})
const serials = createRoute({
  getParentRoute: () => rootRoute,
  path: '/serials',
  validateSearch: (search: Record<string, unknown>): { q?: string } => {
    const q = search.q === undefined ? '' : String(search.q)
    return q === '' ? {} : { q }
  },
  component: screen(files.serials, 'SerialsScreen'),
})
const serial = createRoute({
  getParentRoute: () => rootRoute,
  path: '/serials/$serial',
  component: screen(files.serial, 'SerialScreen'),
})
const connections = createRoute({
  getParentRoute: () => rootRoute,
  path: '/connections',
  component: screen(files.connections, 'ConnectionsScreen'),
})
const connect = createRoute({
  getParentRoute: () => rootRoute,
  path: '/connections/new',
  component: screen(files.connect, 'ConnectScreen'),
})
const connectForm = createRoute({
  getParentRoute: () => rootRoute,
  path: '/connections/new/$connector',
  component: screen(files.connectForm, 'ConnectFormScreen'),
})
const describe = createRoute({
  getParentRoute: () => rootRoute,
  path: '/connections/new/$connector/describe',
  validateSearch: (search: Record<string, unknown>): { name?: string } =>
    search.name === undefined || search.name === '' ? {} : { name: String(search.name) },
  component: screen(files.describe, 'DescribeScreen'),
})
const redescribe = createRoute({
  getParentRoute: () => rootRoute,
  path: '/connections/$id/describe',
  component: screen(files.redescribe, 'RedescribeScreen'),
})
const connection = createRoute({
  getParentRoute: () => rootRoute,
  path: '/connections/$id',
  component: screen(files.connection, 'ConnectionScreen'),
})
const calls = createRoute({
  getParentRoute: () => rootRoute,
  path: '/connections/$id/calls',
  validateSearch: readCallSearch,
  component: screen(files.calls, 'CallsScreen'),
})
const callsAbout = createRoute({
  getParentRoute: () => rootRoute,
  path: '/calls',
  validateSearch: readSubjectSearch,
  component: screen(files.callsAbout, 'CallsAboutScreen'),
})
const shadow = createRoute({
  getParentRoute: () => rootRoute,
  path: '/connections/$id/shadow',
  component: screen(files.shadow, 'ShadowScreen'),
})
const opening = createRoute({
  getParentRoute: () => rootRoute,
  path: '/connections/$id/opening',
  component: screen(files.opening, 'OpeningScreen'),
})
const reconnect = createRoute({
  getParentRoute: () => rootRoute,
  path: '/connections/$id/reconnect',
  component: screen(files.reconnect, 'ReconnectScreen'),
})
const routing = createRoute({
  getParentRoute: () => rootRoute,
  path: '/routing',
  component: screen(files.routing, 'RoutingScreen'),
})
const deliveries = createRoute({
  getParentRoute: () => rootRoute,
  path: '/deliveries',
  component: screen(files.deliveries, 'DeliveriesScreen'),
})
const delivery = createRoute({
  getParentRoute: () => rootRoute,
  path: '/deliveries/$inbound',
  component: screen(files.delivery, 'DeliveryScreen'),
})
const returns = createRoute({
  getParentRoute: () => rootRoute,
  path: '/returns',
  component: screen(files.returns, 'ReturnsScreen'),
})
const oneReturn = createRoute({
  getParentRoute: () => rootRoute,
  path: '/returns/$return',
  component: screen(files.return, 'ReturnScreen'),
})
const pickList = createRoute({
  getParentRoute: () => rootRoute,
  path: '/pick-list',
  validateSearch: (search: Record<string, unknown>): { location?: string } =>
    search.location === undefined || search.location === '' ? {} : { location: String(search.location) },
  component: screen(files.pickList, 'PickListScreen'),
})
const counts = createRoute({
  getParentRoute: () => rootRoute,
  path: '/counts',
  component: screen(files.counts, 'CountsScreen'),
})
const count = createRoute({
  getParentRoute: () => rootRoute,
  path: '/counts/$count',
  component: screen(files.count, 'CountScreen'),
})
const alerts = createRoute({
  getParentRoute: () => rootRoute,
  path: '/alerts',
  validateSearch: readAlertsSearch,
  component: screen(files.alerts, 'AlertsScreen'),
})
const parked = createRoute({
  getParentRoute: () => rootRoute,
  path: '/parked',
  validateSearch: readParkedSearch,
  component: screen(files.parked, 'ParkedScreen'),
})
const tasks = createRoute({
  getParentRoute: () => rootRoute,
  path: '/tasks',
  validateSearch: readTaskSearch,
  component: screen(files.tasks, 'TasksScreen'),
})
const activity = createRoute({
  getParentRoute: () => rootRoute,
  path: '/activity',
  component: screen(files.activity, 'ActivityScreen'),
})

const account = createRoute({
  getParentRoute: () => rootRoute,
  path: '/account',
  component: screen(files.account, 'AccountScreen'),
})
const settings = createRoute({
  getParentRoute: () => rootRoute,
  path: '/settings',
  component: screen(files.settings, 'SettingsScreen'),
})
const setup = createRoute({
  getParentRoute: () => rootRoute,
  path: '/setup',
  component: screen(files.setup, 'SetupScreen'),
})
const signUp = createRoute({
  getParentRoute: () => rootRoute,
  path: '/sign-up',
  component: screen(files.signUp, 'SignUpScreen'),
})
const join = createRoute({
  getParentRoute: () => rootRoute,
  path: '/join',
  component: screen(files.join, 'JoinScreen'),
})
const reset = createRoute({
  getParentRoute: () => rootRoute,
  path: '/reset-password',
  component: screen(files.reset, 'ResetScreen'),
})
const changes = createRoute({
  getParentRoute: () => rootRoute,
  path: '/changes',
  validateSearch: (search: Record<string, unknown>): { kind?: ChangeKind } => {
    const kind = changeKinds.find((each) => each === search.kind)
    return kind === undefined ? {} : { kind }
  },
  component: screen(files.changes, 'ChangesScreen'),
})
const bulk = createRoute({
  getParentRoute: () => rootRoute,
  path: '/bulk',
  validateSearch: readBulkSearch,
  component: screen(files.bulk, 'BulkScreen'),
})

export const router = createRouter({
  routeTree: rootRoute.addChildren([
    route,
    flow,
    orders,
    newOrder,
    order,
    packing,
    packingTable,
    items,
    item,
    itemImport,
    replenishment,
    mapping,
    lot,
    serials,
    serial,
    connections,
    connect,
    connectForm,
    describe,
    connection,
    redescribe,
    calls,
    callsAbout,
    shadow,
    opening,
    reconnect,
    routing,
    deliveries,
    delivery,
    returns,
    oneReturn,
    pickList,
    counts,
    count,
    alerts,
    parked,
    tasks,
    activity,
    account,
    settings,
    setup,
    signUp,
    join,
    reset,
    changes,
    bulk,
  ]),
  defaultPreload: 'intent',
  defaultErrorComponent: Broken,
})
declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
