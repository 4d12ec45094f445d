import type { ItemNames, ItemPage } from '@plimsoll/client'
import { useQueries } from '@tanstack/react-query'
import { useEffect } from 'react'
import { itemNamesQuery, namesRows, pageRows, queryClient } from '../hub.ts'
import type { ItemList, ItemRows } from './item-rows.ts'

/** Beyond this many rows, SKUs and names come with their numbers only: a browser should not hold them all. */
const namedRowsMax = 200_000

export type ItemName = { sku: string; name: string }

/**
 * SKU and name of every row of a list, read in a few long stretches and kept. They are read again when a page of
 * the list that came later says otherwise.
 */
export function useItemNames(list: ItemList, rows: ItemRows): (index: number) => ItemName | undefined {
  const { search, filter } = list
  // The first page answers all of a short list.
  const named = list.total <= pageRows ? 0 : Math.min(list.total, namedRowsMax)
  const stretches = Array.from({ length: Math.ceil(named / namesRows) }, (_, stretch) => stretch)
  const read = useQueries({ queries: stretches.map((stretch) => itemNamesQuery(search, filter, stretch)) })
  const wrong = read.flatMap(({ data, dataUpdatedAt, isFetching }, stretch) =>
    data !== undefined &&
    !isFetching &&
    rows.read.some(({ page, atMs }) => atMs > dataUpdatedAt && isWrong(data, page))
      ? [stretch]
      : [],
  )
  const wrongKey = wrong.join()
  useEffect(() => {
    for (const stretch of wrongKey === '' ? [] : wrongKey.split(',')) {
      void queryClient.invalidateQueries({
        queryKey: itemNamesQuery(search, filter, Number(stretch)).queryKey,
      })
    }
  }, [wrongKey, search, filter])
  return (index) => {
    const names = read[Math.floor(index / namesRows)]?.data
    const sku = names?.skus[index % namesRows]
    return sku === undefined ? undefined : { sku, name: names?.names[index % namesRows] ?? '' }
  }
}

/** Whether a page of the list contradicts the names known of the same rows. */
export function isWrong(names: ItemNames, page: ItemPage): boolean {
  const size = Math.max(0, Math.min(namesRows, page.total - names.offset))
  if (names.skus.length !== size) return true
  return page.rows.some((row, number) => {
    const known = names.skus[page.offset + number - names.offset]
    return known !== undefined && known !== row.sku
  })
}
