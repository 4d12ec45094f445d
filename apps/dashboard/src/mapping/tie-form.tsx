import type { MappingListing } from '@plimsoll/client'
import { useState } from 'react'
import { useLanguage } from '../language.ts'
import { ItemPicker } from '../orders/item-picker.tsx'
import type { Pick } from './mapping-line.tsx'

/** Another item than suggested, and how many units of it one listing sells; what that comes to is shown first. */
export function TieForm(props: {
  row: MappingListing
  onPreview: (pick: Pick) => void
  onClose: () => void
}) {
  const { t } = useLanguage()
  const { row } = props
  const [sku, setSku] = useState(row.item?.sku ?? row.suggestions[0]?.sku ?? '')
  const [units, setUnits] = useState(
    String(row.item === null ? (row.suggestions[0]?.unitsPerListing ?? 1) : row.unitsPerListing),
  )
  const count = /^[1-9]\d{0,4}$/.test(units) ? Number(units) : undefined
  return (
    <form
      className="flex flex-wrap items-end gap-3"
      onSubmit={(event) => {
        event.preventDefault()
        if (count !== undefined && sku !== '')
          props.onPreview({ listingId: row.listingId, sku, unitsPerListing: count })
        props.onClose()
      }}
    >
      <div className="w-72 max-w-full">
        <ItemPicker onCode={setSku} isBusy={false} />
      </div>
      <p className="min-h-9 py-1.5 font-mono">{sku === '' ? '–' : sku}</p>
      <label className="flex items-center gap-2">
        <span className="text-ink-2">{t('mapping.units')}</span>
        <input
          value={units}
          inputMode="numeric"
          aria-invalid={count === undefined}
          onChange={({ target }) => setUnits(target.value)}
          className="h-9 w-20 rounded border border-line-2 bg-surface px-2 text-right"
        />
      </label>
      <button type="submit" className="control" disabled={count === undefined || sku === ''}>
        {t('mapping.preview')}
      </button>
      <button type="button" className="control" onClick={props.onClose}>
        {t('app.cancel')}
      </button>
    </form>
  )
}
