import type { MappingListing } from '@plimsoll/client'
import { useMutation } from '@tanstack/react-query'
import { formatNumber } from '../format.ts'
import { hub, queryClient } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { Confirm } from '../parts/confirm.tsx'
import { useProblemText } from '../parts/notice.tsx'
import { type ItemToMake, itemsToMake } from './items-to-make.ts'

/** For a shop whose items the hub does not know yet: makes them of its listings, by SKU and title, without stock. */
export function MakeItems(props: {
  rows: readonly MappingListing[]
  onClose: () => void
  onDone: () => void
}) {
  const { t, locale } = useLanguage()
  const items = itemsToMake(props.rows)
  const make = useMutation({
    mutationFn: async (made: readonly ItemToMake[]) => {
      await hub.importItems({ name: 'listings', items: made })
      // Those of the same SKU are then certain, and wait for a person's yes.
      await hub.lookForMatches()
    },
    onSuccess: props.onDone,
    onSettled: () =>
      queryClient.invalidateQueries({
        predicate: ({ queryKey }) => ['connections', 'items', 'overview'].includes(String(queryKey[0])),
      }),
  })
  const problem = useProblemText(make.error)
  return (
    <Confirm
      isOpen
      title={t('mapping.makeItems', { count: items.length, n: formatNumber(locale, items.length) })}
      text={t('mapping.makeItemsText')}
      action={t('mapping.makeItemsDo')}
      isBusy={make.isPending}
      onConfirm={() => make.mutate(items)}
      onClose={props.onClose}
    >
      <ul className="mt-3 max-h-48 space-y-1 overflow-y-auto border-y border-line py-2">
        {items.map(({ sku, name }) => (
          <li key={sku} className="break-words">
            <span className="font-mono">{sku}</span> <span className="text-ink-2">{name}</span>
          </li>
        ))}
      </ul>
      {make.error && (
        <p role="alert" className="mt-3 text-red">
          {problem}
        </p>
      )}
    </Confirm>
  )
}
