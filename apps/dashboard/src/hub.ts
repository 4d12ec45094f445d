import type { ActivityRow, OverviewSeries, StreamState } from '@plimsoll/client'
import {
  ApiProblem,
  type CallFilter,
  type CallSubjectQuery,
  type ItemFilter,
  isSignInNeeded,
  type MappingListQuery,
  type OrderListQuery,
  type ReplenishmentListQuery,
} from '@plimsoll/client/client'
import {
  infiniteQueryOptions,
  keepPreviousData,
  QueryCache,
  QueryClient,
  queryOptions,
  useQuery,
} from '@tanstack/react-query'
import { learnHubClock, readerOffsetMinutes } from './clock.ts'
import { hub } from './hub-client.ts'

export * from './floor-queries.ts'

/** What is read from the hub, and under which keys it is kept. The first part of a key is its stream topic. */
export { hub }
/** Rows of the grid that are read at once, with their numbers; and SKUs with names. */
export const pageRows = 200
export const namesRows = 25_000
export type Stream = StreamState['kind']

export const queryClient = new QueryClient({
  // A session has ended: whoever is asked who they are has to sign in.
  queryCache: new QueryCache({
    onError: (error, { queryKey }) => {
      if (isSignInNeeded(error) && queryKey[0] !== 'me') void queryClient.resetQueries({ queryKey: ['me'] })
    },
  }),
  defaultOptions: {
    // The stream says when to read again; a retry is one press away and the reconnecting does it too.
    queries: {
      staleTime: 60_000,
      gcTime: 300_000,
      retry: (count, error) => count < 1 && !isRefusal(error),
      refetchOnWindowFocus: false,
    },
  },
})

/** A 4xx stays what it is, however often one asks. */
function isRefusal(error: Error): boolean {
  return error instanceof ApiProblem && error.problem.status >= 400 && error.problem.status < 500
}

export const overviewQuery = queryOptions({
  queryKey: ['overview'],
  queryFn: async ({ signal }) => {
    const overview = await hub.overview(signal)
    learnHubClock(overview.now)
    return overview
  },
})
/** Under the topic of the overview: what is done moves its steps. */
export const firstDayQuery = queryOptions({
  queryKey: ['overview', 'first-day'],
  queryFn: ({ signal }) => hub.firstDay(signal),
  // Not all that moves it is told by the stream: looked at again whenever one comes back to it.
  staleTime: 0,
})
/** Sums over hours and days: once a minute is soon enough, and no stream need tell of it. */
export const seriesQuery = (span: OverviewSeries['span']) =>
  queryOptions({
    queryKey: ['series', span],
    queryFn: ({ signal }) => hub.overviewSeries({ span, offsetMinutes: readerOffsetMinutes() }, signal),
    refetchInterval: 60_000,
    // The span before stays to be seen while the next one comes.
    placeholderData: keepPreviousData,
  })
/** Under the topic of the overview: it is as live as the figures. */
export const flowQuery = queryOptions({
  queryKey: ['overview', 'flow'],
  queryFn: ({ signal }) => hub.overviewFlow(signal),
})
export const connectionsQuery = queryOptions({
  queryKey: ['connections'],
  queryFn: ({ signal }) => hub.connections(signal),
})
export const locationsQuery = queryOptions({
  queryKey: ['locations'],
  queryFn: ({ signal }) => hub.locations(signal),
  staleTime: 600_000,
})
/** What those who did something are called; few come and go. */
export const actorsQuery = queryOptions({
  queryKey: ['actors'],
  queryFn: ({ signal }) => hub.actors(signal),
  staleTime: 600_000,
})
/** They change only with the hub itself. */
export const connectorsQuery = queryOptions({
  queryKey: ['connectors'],
  queryFn: ({ signal }) => hub.connectors(signal),
  staleTime: Number.POSITIVE_INFINITY,
})
/** Asked again and again until it has ended; the platform answers the hub, and not this page. */
export const grantQuery = (grantId: string) =>
  queryOptions({
    queryKey: ['grant', grantId],
    queryFn: ({ signal }) => hub.grant(grantId, signal),
    gcTime: 0,
    staleTime: 0,
    refetchInterval: ({ state }) =>
      state.data === undefined || state.data.kind === 'waiting'
        ? isUnknownGrant(state.error)
          ? false
          : 1_500
        : false,
    // The platform's page lies over this one meanwhile.
    refetchIntervalInBackground: true,
    refetchOnWindowFocus: true,
  })
/** It has run out, or was given up. */
export function isUnknownGrant(error: Error | null): boolean {
  return error instanceof ApiProblem && error.problem.code === 'unknown-grant'
}
/** Asks the platform itself: only where somebody waits for it. */
export const checkQuery = (connectionId: string) =>
  queryOptions({
    queryKey: ['check', connectionId],
    queryFn: () => hub.checkConnection(connectionId),
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
  })
/** Under the topic of the tasks: each of these is one. */
export const listingChangesQuery = queryOptions({
  queryKey: ['tasks', 'listing-changes'],
  queryFn: ({ signal }) => hub.listingChanges(signal),
})
/** Under the topic of the connections: what is saved elsewhere is told there. */
export const connectionLocationsQuery = (connectionId: string) =>
  queryOptions({
    queryKey: ['connections', 'locations', connectionId],
    queryFn: ({ signal }) => hub.connectionLocations(connectionId, signal),
  })
/** Under the topic of the connections: a file that came is told there. */
export const connectionFilesQuery = (connectionId: string) =>
  infiniteQueryOptions({
    queryKey: ['connections', 'files', connectionId],
    queryFn: ({ pageParam, signal }) =>
      hub.connectionFiles(connectionId, { ...pageParam, limit: 50 }, signal),
    initialPageParam: {} as { cursor?: string },
    getNextPageParam: (last) => (last.next === null ? undefined : { cursor: last.next }),
  })
export const connectionSettingsQuery = (connectionId: string) =>
  queryOptions({
    queryKey: ['settings', connectionId],
    queryFn: ({ signal }) => hub.connectionSettings(connectionId, signal),
    // Edited from what is true when the screen is opened.
    staleTime: 0,
    gcTime: 0,
  })
export const countedPlacesQuery = (connectionId: string) =>
  queryOptions({
    queryKey: ['places', connectionId],
    queryFn: ({ signal }) => hub.countedPlaces(connectionId, signal),
    // Counted every few minutes; no stream tells of it.
    staleTime: 30_000,
    refetchInterval: 30_000,
  })
export const tasksQuery = queryOptions({ queryKey: ['tasks'], queryFn: ({ signal }) => hub.tasks(signal) })
/** How many are open, for the bell. */
export const alertCountsQuery = queryOptions({
  queryKey: ['alerts', 'counts'],
  queryFn: ({ signal }) => hub.alerts({ limit: 1 }, signal),
})
export const alertsQuery = (state: 'open' | 'snoozed' | 'resolved') =>
  infiniteQueryOptions({
    queryKey: ['alerts', 'list', state],
    queryFn: ({ pageParam, signal }) => hub.alerts({ state, ...pageParam, limit: 50 }, signal),
    initialPageParam: {} as { cursor?: string },
    getNextPageParam: (last) => (last.next === null ? undefined : { cursor: last.next }),
  })
export const alertRulesQuery = queryOptions({
  queryKey: ['alerts', 'rules'],
  queryFn: ({ signal }) => hub.alertRules(signal),
})
export const alertDestinationsQuery = queryOptions({
  queryKey: ['alerts', 'destinations'],
  queryFn: ({ signal }) => hub.alertDestinations(signal),
})
export const demoQuery = queryOptions({ queryKey: ['demo'], queryFn: ({ signal }) => hub.demo(signal) })
export const recentQuery = queryOptions({
  queryKey: ['recent'],
  queryFn: async ({ signal }): Promise<ActivityRow[]> => (await hub.activity({ limit: 60 }, signal)).rows,
})
export const itemPageQuery = (search: string, filter: ItemFilter, page: number) =>
  queryOptions({
    queryKey: ['items', 'page', search, filter, page],
    queryFn: ({ signal }) => hub.items({ search, filter, offset: page * pageRows, limit: pageRows }, signal),
    // Scrolling through everything would otherwise keep everything: 500 pages, some 300 MB.
    gcTime: 60_000,
  })
export const itemNamesQuery = (search: string, filter: ItemFilter, stretch: number) =>
  queryOptions({
    queryKey: ['items', 'names', search, filter, stretch],
    queryFn: ({ signal }) =>
      hub.itemNames({ search, filter, offset: stretch * namesRows, limit: namesRows }, signal),
    gcTime: 60_000,
    // The grid itself says when they are wrong.
    staleTime: Number.POSITIVE_INFINITY,
  })
export const itemQuery = (sku: string) =>
  queryOptions({ queryKey: ['items', 'one', sku], queryFn: ({ signal }) => hub.item(sku, signal) })
export const movementsQuery = (sku: string) =>
  infiniteQueryOptions({
    queryKey: ['items', 'movements', sku],
    queryFn: ({ pageParam, signal }) => hub.movements(sku, { ...pageParam, limit: 50 }, signal),
    initialPageParam: {} as { cursor?: string },
    getNextPageParam: (last) => (last.next === null ? undefined : { cursor: last.next }),
  })
/** What may be of any item stands under no SKU, and every change of stock has it read again. */
const ofAnyItem = undefined
export const lotsQuery = (sku: string) =>
  queryOptions({ queryKey: ['items', 'lots', sku], queryFn: ({ signal }) => hub.lots(sku, signal) })
export const lotTraceQuery = (sku: string, lot: string) =>
  infiniteQueryOptions({
    queryKey: ['items', 'lot', sku, lot],
    queryFn: ({ pageParam, signal }) => hub.traceLot(sku, lot, { ...pageParam, limit: 50 }, signal),
    initialPageParam: {} as { cursor?: string },
    getNextPageParam: (last) => (last.next === null ? undefined : { cursor: last.next }),
  })
/** @param query.limit units at once: few where the list is a panel among others */
export const serialsQuery = ({ sku, search, limit }: { sku?: string; search: string; limit: number }) =>
  infiniteQueryOptions({
    queryKey: ['items', 'serials', sku ?? ofAnyItem, search],
    queryFn: ({ pageParam, signal }) =>
      hub.serials({ ...pageParam, ...(sku !== undefined && { sku }), search, limit }, signal),
    initialPageParam: {} as { cursor?: string },
    getNextPageParam: (last) => (last.next === null ? undefined : { cursor: last.next }),
  })
export const serialQuery = (serial: string) =>
  queryOptions({
    queryKey: ['items', 'serial', ofAnyItem, serial],
    queryFn: ({ signal }) => hub.serial(serial, signal),
  })
/** Under the topic of the overview: whatever happens to an order is told there. */
export const ordersQuery = (query: OrderListQuery) =>
  infiniteQueryOptions({
    queryKey: ['overview', 'orders', query],
    queryFn: ({ pageParam, signal }) => hub.orders({ ...query, ...pageParam }, signal),
    initialPageParam: {} as { cursor?: string },
    getNextPageParam: (last) => (last.next === null ? undefined : { cursor: last.next }),
  })
export const orderQuery = (order: string) =>
  queryOptions({
    queryKey: ['overview', 'order', order],
    queryFn: ({ signal }) => hub.order(order, signal),
  })
export const allocationQuery = queryOptions({
  queryKey: ['allocation'],
  queryFn: ({ signal }) => hub.allocation(signal),
})
/** Planned every few minutes; no stream tells of it. */
export const replenishmentQuery = (query: ReplenishmentListQuery) =>
  infiniteQueryOptions({
    queryKey: ['replenishment', 'list', query],
    queryFn: ({ pageParam, signal }) => hub.replenishment({ ...query, ...pageParam }, signal),
    initialPageParam: {} as { cursor?: string },
    getNextPageParam: (last) => (last.next === null ? undefined : { cursor: last.next }),
  })
/** Under the topic of the connections: what is matched, imported or looked at is told there. */
export const mappingQuery = queryOptions({
  queryKey: ['connections', 'mapping'],
  queryFn: ({ signal }) => hub.mapping(signal),
})
export const mappingListQuery = (query: MappingListQuery) =>
  infiniteQueryOptions({
    queryKey: ['connections', 'mapping', 'list', query],
    queryFn: ({ pageParam, signal }) => hub.mappingListings({ ...query, ...pageParam }, signal),
    initialPageParam: {} as { cursor?: string },
    getNextPageParam: (last) => (last.next === null ? undefined : { cursor: last.next }),
  })
export const mappingConflictsQuery = (connection: string | undefined) =>
  queryOptions({
    queryKey: ['connections', 'mapping', 'conflicts', connection],
    queryFn: ({ signal }) =>
      hub.mappingConflicts({ ...(connection !== undefined && { connection }) }, signal),
  })
export const mappingRulesQuery = (connection: string) =>
  queryOptions({
    queryKey: ['connections', 'mapping', 'rules', connection],
    queryFn: ({ signal }) => hub.mappingRules(connection, signal),
  })
export const replenishmentWhyQuery = (sku: string, location: string) =>
  queryOptions({
    queryKey: ['replenishment', 'why', sku, location],
    queryFn: ({ signal }) => hub.explainReplenishment(sku, location, signal),
  })
/** What your own people have to pack. */
export const ownShipmentsQuery = infiniteQueryOptions({
  queryKey: ['overview', 'own-shipments'],
  queryFn: ({ pageParam, signal }) =>
    hub.shipments({ state: 'open', warehouse: 'own', ...pageParam, limit: 100 }, signal),
  initialPageParam: {} as { cursor?: string },
  getNextPageParam: (last) => (last.next === null ? undefined : { cursor: last.next }),
})
export const shipmentQuery = (shipmentId: string) =>
  queryOptions({
    queryKey: ['overview', 'shipment', shipmentId],
    queryFn: ({ signal }) => hub.shipment(shipmentId, signal),
  })
export const routingRulesQuery = queryOptions({
  queryKey: ['routing-rules'],
  queryFn: ({ signal }) => hub.routingRules(signal),
})
export const locationDetailsQuery = queryOptions({
  queryKey: ['locations', 'details'],
  queryFn: ({ signal }) => hub.locationDetails(signal),
})
export const parkedQuery = (filter: { connection?: string; cause?: string } = {}) =>
  infiniteQueryOptions({
    queryKey: ['parked', filter],
    queryFn: ({ pageParam, signal }) => hub.parked({ ...filter, ...pageParam, limit: 100 }, signal),
    initialPageParam: {} as { cursor?: string },
    getNextPageParam: (last) => (last.next === null ? undefined : { cursor: last.next }),
  })
export const parkedGroupsQuery = queryOptions({
  queryKey: ['parked-groups'],
  queryFn: ({ signal }) => hub.parkedGroups(signal),
})
export const activityQuery = infiniteQueryOptions({
  queryKey: ['activity'],
  queryFn: ({ pageParam, signal }) => hub.activity({ ...pageParam, limit: 100 }, signal),
  initialPageParam: {} as { cursor?: string },
  getNextPageParam: (last) => (last.next === null ? undefined : { cursor: last.next }),
})

/** No stream tells of calls: they are asked for again every few seconds while somebody looks. */
export const connectionCallsQuery = (connectionId: string, filter: CallFilter) =>
  infiniteQueryOptions({
    queryKey: ['calls', 'of', connectionId, filter],
    queryFn: ({ pageParam, signal }) =>
      hub.connectionCalls(connectionId, { ...filter, ...pageParam, limit: 100 }, signal),
    initialPageParam: {} as { cursor?: string },
    getNextPageParam: (last) => (last.next === null ? undefined : { cursor: last.next }),
    staleTime: 5_000,
    gcTime: 30_000,
  })
export const callsAboutQuery = (subject: CallSubjectQuery, filter: CallFilter) =>
  infiniteQueryOptions({
    queryKey: ['calls', 'about', subject, filter],
    queryFn: ({ pageParam, signal }) =>
      hub.callsAbout(subject, { ...filter, ...pageParam, limit: 100 }, signal),
    initialPageParam: {} as { cursor?: string },
    getNextPageParam: (last) => (last.next === null ? undefined : { cursor: last.next }),
    staleTime: 5_000,
    gcTime: 30_000,
  })
/** It never changes; it may be gone. */
export const callQuery = (connectionId: string, callId: string) =>
  queryOptions({
    queryKey: ['calls', 'one', connectionId, callId],
    queryFn: ({ signal }) => hub.connectionCall(connectionId, callId, signal),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
  })
export const callLogQuery = (connectionId: string) =>
  queryOptions({
    queryKey: ['calls', 'log', connectionId],
    queryFn: ({ signal }) => hub.callLog(connectionId, signal),
    staleTime: 5_000,
  })
/** Under the topic of the connections: webhooks and reads are told there. */
export const intakeQuery = (connectionId: string) =>
  queryOptions({
    queryKey: ['connections', 'intake', connectionId],
    queryFn: ({ signal }) => hub.intake(connectionId, signal),
  })
export const staleRulesQuery = queryOptions({
  queryKey: ['stale-rules'],
  queryFn: ({ signal }) => hub.staleRules(signal),
})
export const shadowQuery = (connectionId: string) =>
  queryOptions({
    queryKey: ['shadow', connectionId],
    queryFn: ({ signal }) => hub.shadow(connectionId, signal),
    gcTime: 30_000,
  })
export const pausesQuery = queryOptions({
  queryKey: ['connections', 'pauses'],
  queryFn: ({ signal }) => hub.pauses(signal),
})

/** Connection names by id, for rows that carry only the id. */
export function useConnectionNames(): Map<string, { name: string; colour: string }> {
  const { data } = useQuery(connectionsQuery)
  return new Map(data?.rows.map((row) => [row.connectionId, { name: row.name, colour: row.colour }]))
}
