import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { hub } from './hub-client.ts'

/** Documents stand under the topic of the overview: what is done to one is told there. */
export const inboundQuery = infiniteQueryOptions({
  queryKey: ['overview', 'inbound'],
  queryFn: ({ pageParam, signal }) => hub.inboundShipments({ ...pageParam, limit: 50 }, signal),
  initialPageParam: {} as { cursor?: string },
  getNextPageParam: (last) => (last.next === null ? undefined : { cursor: last.next }),
})
export const inboundOneQuery = (inboundId: string) =>
  queryOptions({
    queryKey: ['overview', 'inbound', inboundId],
    queryFn: ({ signal }) => hub.inboundShipment(inboundId, signal),
  })
export const announcementQuery = (inboundId: string) =>
  queryOptions({
    queryKey: ['overview', 'announcement', inboundId],
    queryFn: ({ signal }) => hub.announcement(inboundId, signal),
  })
export const returnNoticeQuery = (returnId: string) =>
  queryOptions({
    queryKey: ['overview', 'return-announcement', returnId],
    queryFn: ({ signal }) => hub.returnAnnouncement(returnId, signal),
  })
/** So many of the newest are shown; one more tells whether there are older ones. */
export const shownDeliveries = 50
export const deliveriesQuery = (kind: 'receipt' | 'return') =>
  queryOptions({
    queryKey: ['overview', 'deliveries', kind],
    queryFn: ({ signal }) => hub.deliveries({ kind, limit: shownDeliveries + 1 }, signal),
  })
export const returnsQuery = infiniteQueryOptions({
  queryKey: ['overview', 'returns'],
  queryFn: ({ pageParam, signal }) => hub.returns({ ...pageParam, limit: 50 }, signal),
  initialPageParam: {} as { cursor?: string },
  getNextPageParam: (last) => (last.next === null ? undefined : { cursor: last.next }),
})
export const returnOneQuery = (returnId: string) =>
  queryOptions({
    queryKey: ['overview', 'returns', returnId],
    queryFn: ({ signal }) => hub.customerReturn(returnId, signal),
  })
export const pickListQuery = (location: string) =>
  queryOptions({
    queryKey: ['overview', 'pick-list', location],
    queryFn: ({ signal }) => hub.pickList(location, signal),
  })
export const countsQuery = infiniteQueryOptions({
  queryKey: ['overview', 'counts'],
  queryFn: ({ pageParam, signal }) => hub.stockCounts({ ...pageParam, limit: 50 }, signal),
  initialPageParam: {} as { cursor?: string },
  getNextPageParam: (last) => (last.next === null ? undefined : { cursor: last.next }),
})
export const countQuery = (countId: string) =>
  queryOptions({
    queryKey: ['overview', 'count', countId],
    queryFn: ({ signal }) => hub.stockCount(countId, signal),
  })
/** A sheet in the largest pages that there are: all of it is read. */
export const countLinesQuery = (countId: string) =>
  infiniteQueryOptions({
    queryKey: ['overview', 'count', countId, 'lines'],
    queryFn: ({ pageParam, signal }) => hub.stockCountLines(countId, { ...pageParam, limit: 1_000 }, signal),
    initialPageParam: {} as { cursor?: number },
    getNextPageParam: (last) => (last.next === null ? undefined : { cursor: last.next }),
  })

/** Of a kit that is put together ahead. Under the items' pages: any part's change is one of its own. */
export const assemblyQuery = (sku: string) =>
  queryOptions({
    queryKey: ['items', 'page', 'assembly', sku],
    queryFn: ({ signal }) => hub.assembly(sku, signal),
  })
