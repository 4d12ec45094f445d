import type { ItemPage, ItemRow } from '@plimsoll/client'
import type { ItemFilter } from '@plimsoll/client/client'
import { useQueries } from '@tanstack/react-query'
import { useCalm } from '../clock.ts'
import { itemPageQuery, pageRows, queryClient } from '../hub.ts'
import { pagesFor } from './item-window.ts'

/** While one scrolls through pages faster than this, not each of them is read. */
const pauseMs = 120

export type ItemList = { search: string; filter: ItemFilter; total: number }
export type ItemRows = {
  /** The item at this place of the list, where it is known. */
  at: (index: number) => ItemRow | undefined
  /** The pages in view as they were last answered, and when. */
  read: { page: ItemPage; atMs: number }[]
}

/** The items of the pages in view, with their numbers, and what is still known of others. */
export function useItemRows(window: ItemList & { first: number; last: number }): ItemRows {
  const { search, filter } = window
  const wanted = pagesFor({ ...window, pageRows })
  const pages = useCalm(wanted, wanted.join(), pauseMs)
  const read = useQueries({ queries: pages.map((page) => itemPageQuery(search, filter, page)) })
  return {
    at: (index) => {
      const page = Math.floor(index / pageRows)
      const answer = queryClient.getQueryData(itemPageQuery(search, filter, page).queryKey)
      return answer?.rows[index % pageRows]
    },
    read: read.flatMap(({ data, dataUpdatedAt }) =>
      data === undefined ? [] : [{ page: data, atMs: dataUpdatedAt }],
    ),
  }
}
