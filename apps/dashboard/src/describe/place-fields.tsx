import { Plus, X } from 'lucide-react'
import { useLanguage } from '../language.ts'
import type { Place } from './draft.ts'
import { TextField } from './terms-fields.tsx'

/** The halls or sites of the warehouse, as its files name them. */
export function PlaceFields({
  places,
  onChange,
}: {
  places: readonly Place[]
  onChange: (places: Place[]) => void
}) {
  const { t } = useLanguage()
  const set = (at: number, change: Partial<Place>) =>
    onChange(places.map((place, nth) => (nth === at ? { ...place, ...change } : place)))
  return (
    <fieldset className="space-y-2">
      <legend className="font-medium">{t('describe.places')}</legend>
      <p className="text-ink-2">{t('describe.placesHint')}</p>
      {places.map((place, at) => (
        // Two may have one name while they are typed.
        <div key={`${at}`} className="grid grid-cols-[minmax(0,1fr)_minmax(0,1fr)_2.25rem] items-end gap-2">
          <TextField
            id={`place-id-${at}`}
            label={t('describe.placeId')}
            value={place.id}
            isCode
            onChange={(id) => set(at, { id })}
          />
          <TextField
            id={`place-name-${at}`}
            label={t('describe.placeName')}
            value={place.name}
            onChange={(name) => set(at, { name })}
          />
          <button
            type="button"
            className="control min-h-9 px-0"
            disabled={places.length === 1}
            aria-label={t('describe.placeRemove', { name: place.name })}
            onClick={() => onChange(places.filter((_, nth) => nth !== at))}
          >
            <X size={16} aria-hidden />
          </button>
        </div>
      ))}
      <button type="button" className="control" onClick={() => onChange([...places, { id: '', name: '' }])}>
        <Plus size={15} aria-hidden />
        {t('describe.placeAdd')}
      </button>
    </fieldset>
  )
}
