import type { MappingListing } from '@plimsoll/client'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { hub, queryClient } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { ItemPicker } from '../orders/item-picker.tsx'
import { useProblemText } from '../parts/notice.tsx'

type Component = { sku: string; quantity: number }
const fieldClass = 'h-9 rounded border border-line-2 bg-surface px-2'

/** A kit of what the listing sells together, made and tied in one go. */
export function KitForm({ row, onClose }: { row: MappingListing; onClose: () => void }) {
  const { t } = useLanguage()
  const [sku, setSku] = useState(row.sku ?? '')
  const [components, setComponents] = useState<readonly Component[]>([])
  const make = useMutation({
    mutationFn: () =>
      hub.makeKitOfListing({ listingId: row.listingId, sku: sku.trim(), name: row.title, components }),
    onSuccess: onClose,
    onSettled: () => queryClient.invalidateQueries({ queryKey: ['connections'] }),
  })
  const problem = useProblemText(make.error)
  const isWhole =
    sku.trim() !== '' && components.length > 0 && components.every(({ quantity }) => quantity >= 1)
  const setQuantity = (nth: number, quantity: number) =>
    setComponents(components.map((each, at) => (at === nth ? { ...each, quantity } : each)))
  return (
    <form
      className="space-y-2"
      onSubmit={(event) => {
        event.preventDefault()
        make.mutate()
      }}
    >
      <p className="text-ink-2">{t('mapping.kitText')}</p>
      <label className="flex flex-wrap items-center gap-2">
        <span className="text-ink-2">{t('mapping.kitSku')}</span>
        <input
          value={sku}
          onChange={({ target }) => setSku(target.value)}
          className={`${fieldClass} w-56 font-mono`}
        />
      </label>
      <ul className="space-y-1">
        {components.map((each, nth) => (
          <li key={each.sku} className="flex items-center gap-2">
            <input
              value={each.quantity === 0 ? '' : each.quantity}
              inputMode="numeric"
              aria-label={t('mapping.kitUnits', { sku: each.sku })}
              onChange={({ target }) => setQuantity(nth, Number(target.value.replace(/\D/g, '').slice(0, 5)))}
              className={`${fieldClass} w-20 text-right`}
            />
            × <span className="font-mono">{each.sku}</span>
            <button
              type="button"
              className="link min-h-6 text-xs"
              aria-label={t('mapping.kitRemove', { sku: each.sku })}
              onClick={() => setComponents(components.filter((_, at) => at !== nth))}
            >
              {t('mapping.remove')}
            </button>
          </li>
        ))}
      </ul>
      <div className="w-72 max-w-full">
        <ItemPicker
          isBusy={false}
          onCode={(code) => {
            if (components.every((each) => each.sku !== code))
              setComponents([...components, { sku: code, quantity: 1 }])
          }}
        />
      </div>
      {make.error && (
        <p role="alert" className="text-red">
          {problem}
        </p>
      )}
      <p className="flex gap-2">
        <button type="submit" className="control control-strong" disabled={!isWhole || make.isPending}>
          {t('mapping.makeKit')}
        </button>
        <button type="button" className="control" onClick={onClose}>
          {t('app.cancel')}
        </button>
      </p>
    </form>
  )
}
