import { useQuery } from '@tanstack/react-query'
import { Search } from 'lucide-react'
import { useId, useRef, useState } from 'react'
import { formatNumber } from '../format.ts'
import { hub } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { isComposing } from '../parts/composing.ts'

/**
 * Finds an item by SKU, name or barcode: what is typed is searched as it is typed, Enter takes the code just as it stands (a
 * scanner's), else the item that the arrows are on.
 */
export function ItemPicker({ onCode, isBusy }: { onCode: (code: string) => void; isBusy: boolean }) {
  const { t, locale } = useLanguage()
  const [text, setText] = useState('')
  const [at, setAt] = useState(-1)
  const field = useRef<HTMLInputElement>(null)
  const listId = useId()
  const search = text.trim()
  const found = useQuery({
    queryKey: ['items', 'picker', search],
    queryFn: ({ signal }) => hub.items({ search, limit: 8 }, signal),
    enabled: search !== '',
    staleTime: 5_000,
  })
  const rows = search === '' ? [] : (found.data?.rows ?? [])
  const take = (code: string) => {
    setText('')
    setAt(-1)
    onCode(code)
    field.current?.focus()
  }
  return (
    <div className="relative">
      <Search size={15} className="absolute top-3 left-2.5 text-ink-3" aria-hidden />
      <input
        ref={field}
        value={text}
        role="combobox"
        aria-label={t('newOrder.find')}
        aria-expanded={rows.length > 0}
        aria-controls={listId}
        aria-activedescendant={at === -1 ? undefined : `${listId}-${at}`}
        aria-autocomplete="list"
        placeholder={t('newOrder.find')}
        autoComplete="off"
        spellCheck={false}
        onChange={({ target }) => {
          setText(target.value)
          setAt(-1)
        }}
        onKeyDown={(event) => {
          if (isComposing(event)) return
          if (event.key === 'Escape') setText('')
          if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
            event.preventDefault()
            const step = event.key === 'ArrowDown' ? 1 : -1
            setAt((now) => Math.max(-1, Math.min(rows.length - 1, now + step)))
          }
          if (event.key !== 'Enter') return
          event.preventDefault()
          const code = rows[at]?.sku ?? search
          if (code !== '') take(code)
        }}
        className="h-10 w-full rounded border border-line-2 bg-surface pr-3 pl-8 placeholder:text-ink-3"
      />
      <div
        id={listId}
        role="listbox"
        aria-label={t('newOrder.found')}
        className={
          rows.length === 0
            ? 'hidden'
            : 'panel absolute inset-x-0 top-11 z-20 max-h-80 overflow-auto py-1 shadow-2xl'
        }
      >
        {rows.map((row, nth) => (
          <button
            key={row.itemId}
            id={`${listId}-${nth}`}
            type="button"
            role="option"
            aria-selected={nth === at}
            tabIndex={-1}
            disabled={isBusy}
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => take(row.sku)}
            className="flex w-full items-baseline justify-between gap-4 px-3 py-1.5 text-left hover:bg-sunken aria-selected:bg-sunken"
          >
            <span className="min-w-0">
              <span className="font-mono break-all">{row.sku}</span>{' '}
              <span className="text-ink-2">{row.name}</span>
            </span>
            <span className="whitespace-nowrap text-ink-2 tabular-nums">
              {t('newOrder.free', { n: formatNumber(locale, Math.max(0, row.available)) })}
            </span>
          </button>
        ))}
      </div>
    </div>
  )
}
