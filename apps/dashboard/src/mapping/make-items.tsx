import type { MappingListing } from '@plimsoll/client'
import type { MappingListQuery } from '@plimsoll/client/client'
import { useMutation, useQuery } from '@tanstack/react-query'
import { formatNumber } from '../format.ts'
import { hub, queryClient } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { Confirm } from '../parts/confirm.tsx'
import { Loading, useProblemText } from '../parts/notice.tsx'
import { countWithoutSku, type ItemToMake, itemsToMake } from './items-to-make.ts'

/** Listings that were chosen, or all of a list, of which only the first may be shown yet. */
export type ToMakeOf = { rows: readonly MappingListing[] } | { list: MappingListQuery }

const LISTINGS_PER_PAGE = 200
const ITEMS_AT_ONCE = 2_000
/** Of more nobody reads the names one by one. */
const SHOWN_MAX = 300

/** For a shop whose items the hub does not know yet: makes them of its listings, by SKU and title, without stock. */
export function MakeItems(props: { of: ToMakeOf; onClose: () => void; onDone: () => void }) {
  const { t, locale } = useLanguage()
  const { of } = props
  const all = useQuery({
    queryKey: ['mapping-to-make', of],
    queryFn: ({ signal }) => ('rows' in of ? of.rows : readList(of.list, signal)),
    staleTime: 0,
    gcTime: 0,
  })
  const items = itemsToMake(all.data ?? [])
  const without = countWithoutSku(all.data ?? [])
  const make = useMutation({
    mutationFn: async (made: readonly ItemToMake[]) => {
      for (let from = 0; from < made.length; from += ITEMS_AT_ONCE) {
        const rows = made.slice(from, from + ITEMS_AT_ONCE).map(({ sku, name }) => ({ sku, name }))
        await hub.importItems({ name: 'listings', items: rows })
      }
      // Those of the same SKU are then certain, and wait for a person's yes.
      await hub.lookForMatches()
    },
    onSuccess: props.onDone,
    onSettled: () =>
      queryClient.invalidateQueries({
        predicate: ({ queryKey }) => ['connections', 'items', 'overview'].includes(String(queryKey[0])),
      }),
  })
  const error = make.error ?? all.error
  const problem = useProblemText(error)
  const n = (value: number) => formatNumber(locale, value)
  return (
    <Confirm
      isOpen
      title={
        all.data === undefined
          ? t('mapping.makeItemsAll')
          : t('mapping.makeItems', { count: items.length, n: n(items.length) })
      }
      text={t('mapping.makeItemsText')}
      action={t('mapping.makeItemsDo')}
      isBusy={make.isPending || items.length === 0}
      onConfirm={() => make.mutate(items)}
      onClose={props.onClose}
    >
      {all.isPending && <Loading lines={3} />}
      {items.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
        <ul tabIndex={0} className="mt-3 max-h-48 space-y-1 overflow-y-auto border-y border-line py-2">
          {items.slice(0, SHOWN_MAX).map(({ sku, name, listings }) => (
            <li key={sku} className="break-words">
              <span className="font-mono">{sku}</span> <span className="text-ink-2">{name}</span>
              {listings > 1 && (
                <span className="text-ink-2">
                  {' '}
                  · {t('mapping.makeItemsListings', { count: listings, n: n(listings) })}
                </span>
              )}
            </li>
          ))}
        </ul>
      )}
      {items.length > SHOWN_MAX && (
        <p className="mt-2 text-xs text-ink-2">
          {t('mapping.makeItemsMore', { n: n(items.length - SHOWN_MAX) })}
        </p>
      )}
      {without > 0 && (
        <p className="mt-2 text-amber">{t('mapping.makeItemsWithout', { count: without, n: n(without) })}</p>
      )}
      {error && (
        <p role="alert" className="mt-3 text-red">
          {problem}
        </p>
      )}
    </Confirm>
  )
}

/** Page after page, so that all are made and not only those that were scrolled to. */
async function readList(list: MappingListQuery, signal: AbortSignal): Promise<MappingListing[]> {
  const rows: MappingListing[] = []
  let cursor: string | undefined
  do {
    const from = cursor === undefined ? {} : { cursor }
    const page = await hub.mappingListings({ ...list, ...from, limit: LISTINGS_PER_PAGE }, signal)
    rows.push(...page.rows)
    cursor = page.next ?? undefined
  } while (cursor !== undefined)
  return rows
}
