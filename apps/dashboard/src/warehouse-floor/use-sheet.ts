import type { StockCountLines } from '@plimsoll/client'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { countLinesQuery } from '../hub.ts'

/** A count's sheet as far as it is read; its sums are of the whole of it. */
export type Sheet = Pick<StockCountLines, 'counted' | 'total' | 'zeros' | 'rows'> & {
  /** Whether every line of it is here. */
  isWhole: boolean
}

/** The whole sheet, page after page: what somebody scans may be on any of its lines. */
export function useSheet(countId: string): {
  data: Sheet | undefined
  error: Error | null
  refetch: () => void
} {
  const { data, error, hasNextPage, isFetching, fetchNextPage, refetch } = useInfiniteQuery(
    countLinesQuery(countId),
  )
  useEffect(() => {
    // One page that could not be read is not asked for without end: `refetch` begins anew.
    if (hasNextPage && !isFetching && error === null) void fetchNextPage()
  }, [hasNextPage, isFetching, error, fetchNextPage])
  const newest = data?.pages.at(-1)
  return {
    data:
      data === undefined || newest === undefined
        ? undefined
        : {
            counted: newest.counted,
            total: newest.total,
            zeros: newest.zeros,
            rows: data.pages.flatMap(({ rows }) => rows),
            isWhole: !hasNextPage,
          },
    error,
    refetch: () => void refetch(),
  }
}
