import type { CutoverDetail } from '@plimsoll/client'
import { queryOptions } from '@tanstack/react-query'
import { hub, queryClient } from '../hub.ts'

/** No stream tells of cut-overs: they are read whenever somebody comes, and after each step. */
export const cutoversQuery = queryOptions({
  queryKey: ['cutovers', 'list'],
  queryFn: ({ signal }) => hub.cutovers(signal),
  staleTime: 0,
})
export const cutoverQuery = (cutoverId: string) =>
  queryOptions({
    queryKey: ['cutovers', 'one', cutoverId],
    queryFn: ({ signal }) => hub.cutover(cutoverId, signal),
    staleTime: 0,
    gcTime: 30_000,
  })

const ASK_AGAIN_MS = 2_000

/** How far what comes before a proposal is: orders that wait to be applied, or numbers that were read. */
export type Reading =
  | { kind: 'orders'; waiting: number }
  | { kind: 'numbers'; done: number; total: number | null }
  | { kind: 'done' }

/**
 * Has the open orders read, asked again until none waits and every number of the shop is read; then the opening stock worked out
 * where its source can tell it.
 * Only for who may: it is no mere read, and done again it does no harm.
 */
export const readingQuery = (cutoverId: string) =>
  queryOptions({
    queryKey: ['cutovers', 'reading', cutoverId],
    queryFn: () => goOn(cutoverId),
    gcTime: 0,
    staleTime: 0,
    refetchInterval: ({ state }) =>
      state.status === 'error' || state.data?.kind === 'done' ? false : ASK_AGAIN_MS,
  })

async function goOn(cutoverId: string): Promise<Reading> {
  let { state, source } = await hub.cutover(cutoverId)
  if (state === 'begun') {
    const read = await hub.importCutoverOrders(cutoverId)
    if (read.waiting > 0) return { kind: 'orders', waiting: read.waiting }
    if (read.numbers !== null) return { kind: 'numbers', done: read.numbers.read, total: read.numbers.total }
    ;({ state, source } = read)
  }
  if (state === 'orders-imported' && source === 'connection') keepDetail(await hub.proposeCutover(cutoverId))
  void readAgain()
  return { kind: 'done' }
}

export function keepDetail(detail: CutoverDetail): void {
  queryClient.setQueryData(cutoverQuery(detail.cutoverId).queryKey, detail)
}

/** What a step changes: where the cut-over stands, and with the last one the stock and what would be shown. */
export async function readAgain(): Promise<void> {
  await queryClient.invalidateQueries({
    predicate: ({ queryKey: [topic, kind] }) =>
      (topic === 'cutovers' && kind !== 'reading') ||
      ['items', 'overview', 'shadow', 'connections'].includes(String(topic)),
  })
}
