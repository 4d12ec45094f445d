import { type Budgets, CALL_CLASSES, isConnectorError, RateLimited } from '@plimsoll/connector-kit'
import type { Trading, TradingItem } from './trading.ts'

/** Up to so many listings are read one by one, each as it is at that moment. */
const readSinglyMax = 4
/** For so long what a page of the active list said serves a sweep. */
const freshMs = 60_000
const keptMax = 200_000
/** Beyond this a limit counts as closed. */
const longWaitMs = 2_000

type Options = { signal?: AbortSignal | undefined }

/**
 * Listings of the Trading API by number. Each single read costs a call of a small quota (5,000 a day by default), a page
 * of the active list tells two hundred for one. Few are read singly, which is exact: read-backs ask for few. A sweep asks
 * for thousands, a batch at a time: as soon as the single reads of the last minute would have paid for the whole list, the
 * whole list is read, and serves for a minute. So a sweep costs at most twice what the cheaper way would have.
 */
export function createActiveList(
  trading: Trading,
  { now, budgets }: { now(): number; budgets: Pick<Budgets, 'readyInMs'> },
) {
  const seen = new Map<string, { item: TradingItem; at: number }>()
  /** Moments of single reads within the last minute. */
  let singles: number[] = []
  /** Pages of the whole list, as it was last. */
  let pages = 1

  const fresh = (itemId: string): TradingItem | undefined => {
    const found = seen.get(itemId)
    return found !== undefined && now() - found.at <= freshMs ? found.item : undefined
  }
  const note = (page: { items: readonly TradingItem[]; pages: number }): void => {
    for (const item of page.items) {
      seen.delete(item.itemId)
      seen.set(item.itemId, { item, at: now() })
    }
    for (const oldest of seen.keys()) {
      if (seen.size <= keptMax) break
      seen.delete(oldest)
    }
    pages = Math.max(1, page.pages)
  }
  const readPages = async (operation: string, { signal }: Options): Promise<void> => {
    singles = []
    for (let page = 1; page === 1 || page <= pages; page += 1)
      note(await trading.activeList(page, operation, { signal }))
  }
  const readSingly = async (itemIds: readonly string[], operation: string, { signal }: Options) => {
    singles.push(...itemIds.map(() => now()))
    const found = await Promise.all(
      itemIds.map(async (itemId) => {
        try {
          return (await trading.item(itemId, operation, { signal })).item
        } catch (error) {
          if (!isConnectorError(error) || error.kind !== 'not-found') throw error
          return undefined
        }
      }),
    )
    return found.filter((item) => item !== undefined)
  }

  /** Waiting for the next day's calls would hold up whatever waits behind: a sweep can be taken up again. */
  const assertOpen = (): void => {
    const { priority, reserve } = CALL_CLASSES.reconcile
    const waitMs = budgets.readyInMs({ cost: 1, priority, reserve, operation: 'levels.trading' })
    if (waitMs > longWaitMs) throw new RateLimited('The Trading API’s calls of the day are spent.', waitMs)
  }

  return {
    note,
    /** We have written them: what was seen before is not true any more. */
    forget(itemIds: readonly string[]): void {
      for (const itemId of itemIds) seen.delete(itemId)
    },
    /** Those that there are, ended ones too. */
    async read(
      itemIds: readonly string[],
      operation: string,
      options: Options = {},
    ): Promise<Map<string, TradingItem>> {
      const found = new Map<string, TradingItem>()
      if (itemIds.length > readSinglyMax) {
        const missing = itemIds.filter((itemId) => fresh(itemId) === undefined)
        if (missing.length > 0) assertOpen()
        singles = singles.filter((at) => at > now() - freshMs)
        if (singles.length + missing.length > pages && missing.length > 0) await readPages(operation, options)
        for (const itemId of itemIds) {
          const item = fresh(itemId)
          if (item !== undefined) found.set(itemId, item)
        }
      }
      const left = itemIds.filter((itemId) => !found.has(itemId))
      for (const item of await readSingly(left, operation, options)) found.set(item.itemId, item)
      return found
    },
  }
}
export type ActiveList = ReturnType<typeof createActiveList>
