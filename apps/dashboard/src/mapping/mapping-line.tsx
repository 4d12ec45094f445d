import type { MappingListing, MappingReason } from '@plimsoll/client'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useActorName } from '../accounts/actor-name.ts'
import { useLanguage } from '../language.ts'
import { type Shape, Standing } from '../parts/standing.tsx'
import { KitForm } from './kit-form.tsx'
import { TieForm } from './tie-form.tsx'

export type Pick = { listingId: string; sku?: string; unitsPerListing?: number }
type Suggestion = MappingListing['suggestions'][number]

const shapes = { certain: 'good', likely: 'waiting', possible: 'gone' } as const satisfies Record<
  Suggestion['confidence'],
  Shape
>

/** One listing, what it sells or may sell and why, and what may be done. */
export function MappingLine(props: {
  row: MappingListing
  connection: string
  isChosen: boolean
  onToggle: () => void
  onAccept: (pick: Pick) => void
  onPreview: (pick: Pick) => void
}) {
  const { t } = useLanguage()
  const nameOf = useActorName()
  const { row } = props
  const [form, setForm] = useState<'item' | 'kit'>()
  const { listingId } = row
  const isFree = row.item === null && row.ignored === null
  return (
    <div className="grid grid-cols-[2.75rem_minmax(0,1fr)] gap-x-1 px-1 py-2.5 lg:grid-cols-[2.75rem_minmax(0,1fr)_minmax(0,1.3fr)]">
      <span className="pt-0.5 text-center">
        <input
          type="checkbox"
          aria-label={t('mapping.select', { title: row.title })}
          checked={props.isChosen}
          onChange={props.onToggle}
          className="size-5 align-middle"
        />
      </span>
      <div className="min-w-0 pr-3">
        <p className="font-medium break-words">{row.title}</p>
        <p className="text-xs break-words text-ink-2">
          <span className="font-mono">{row.sku ?? t('mapping.noSku')}</span>
          {row.barcode !== null && <span className="font-mono"> · {row.barcode}</span>}
          <span> · {props.connection}</span>
        </p>
        <p className="mt-1 flex flex-wrap gap-x-3 text-xs">
          {row.ignored === null && (
            <button
              type="button"
              className="link min-h-6"
              aria-expanded={form === 'item'}
              onClick={() => setForm(form === 'item' ? undefined : 'item')}
            >
              {t(row.item === null ? 'mapping.chooseItem' : 'mapping.change')}
            </button>
          )}
          {isFree && (
            <button
              type="button"
              className="link min-h-6"
              aria-expanded={form === 'kit'}
              onClick={() => setForm(form === 'kit' ? undefined : 'kit')}
            >
              {t('mapping.makeKit')}
            </button>
          )}
          {row.doubt !== null && (
            <Link to="/connections/$id" params={{ id: row.connectionId }} className="link min-h-6">
              {t('mapping.doubted')}
            </Link>
          )}
        </p>
      </div>
      <div className="min-w-0 max-lg:col-start-2 max-lg:mt-1 lg:pr-3">
        {row.item !== null && (
          <p className="break-words">
            <Link to="/items/$sku" params={{ sku: row.item.sku }} className="link font-mono">
              {row.item.sku}
            </Link>{' '}
            × {row.unitsPerListing} <span className="text-ink-2">{row.item.name}</span>
            {row.mappedBy !== null && (
              <span className="block text-xs text-ink-2">{t(`mapping.by.${row.mappedBy}`)}</span>
            )}
          </p>
        )}
        {row.ignored !== null && (
          <p className="break-words text-ink-2">
            {t('mapping.ignoredBecause', { by: nameOf(row.ignored.by), because: row.ignored.because })}
          </p>
        )}
        {isFree && row.suggestions.length === 0 && (
          <p className="text-ink-2">{t(row.isLooked ? 'mapping.nothing' : 'mapping.notLooked')}</p>
        )}
        <ul className="space-y-1.5">
          {isFree &&
            row.suggestions.slice(0, 3).map((suggestion, nth) => (
              <li key={suggestion.sku} className="flex flex-wrap items-start justify-between gap-x-3">
                <SuggestionWords suggestion={suggestion} />
                <span className="flex shrink-0 gap-2 whitespace-nowrap">
                  <button
                    type="button"
                    className={nth === 0 ? 'control' : 'link min-h-6 text-xs'}
                    aria-label={t('mapping.acceptThis', { sku: suggestion.sku, title: row.title })}
                    onClick={() => props.onAccept(pickOf(listingId, suggestion))}
                  >
                    {t('mapping.accept')}
                  </button>
                  {nth === 0 && (
                    <button
                      type="button"
                      className="link min-h-6 text-xs"
                      aria-label={t('mapping.previewThis', { sku: suggestion.sku, title: row.title })}
                      onClick={() => props.onPreview(pickOf(listingId, suggestion))}
                    >
                      {t('mapping.preview')}
                    </button>
                  )}
                </span>
              </li>
            ))}
        </ul>
      </div>
      {form === 'item' && (
        <div className="col-span-full mt-2 pl-11">
          <TieForm row={row} onPreview={props.onPreview} onClose={() => setForm(undefined)} />
        </div>
      )}
      {form === 'kit' && (
        <div className="col-span-full mt-2 pl-11">
          <KitForm row={row} onClose={() => setForm(undefined)} />
        </div>
      )}
    </div>
  )
}

function pickOf(listingId: string, { sku, unitsPerListing }: Suggestion): Pick {
  return { listingId, sku, unitsPerListing }
}

function SuggestionWords({ suggestion }: { suggestion: Suggestion }) {
  const { t } = useLanguage()
  const say = useReason()
  const { sku, name, unitsPerListing, confidence, reasons } = suggestion
  return (
    <p className="min-w-0 flex-1 basis-60 break-words">
      <span className="mr-2 text-xs" title={t(`mapping.confidenceHint.${confidence}`)}>
        <Standing shape={shapes[confidence]}>{t(`mapping.confidence.${confidence}`)}</Standing>
      </span>
      <span className="font-mono font-medium">{sku}</span>
      {unitsPerListing > 1 && <span> × {unitsPerListing}</span>} <span className="text-ink-2">{name}</span>
      <span className="block text-xs text-ink-2">{reasons.map(say).join(t('mapping.reasonSign'))}</span>
    </p>
  )
}

/** A reason in the reader's language. */
function useReason(): (reason: MappingReason) => string {
  const { t } = useLanguage()
  return ({ kind, values, text: _text, ...rest }) =>
    t(`mapping.reason.${kind}`, {
      ...rest,
      ...(values !== undefined && { values: values.join(t('mapping.valueSign')) }),
    })
}
