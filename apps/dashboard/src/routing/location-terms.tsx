import type { LocationBody, LocationDetailShape } from '@plimsoll/client'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { fieldClass } from '../connect/connect-fields.tsx'
import { TextField } from '../describe/terms-fields.tsx'
import { formatNumber } from '../format.ts'
import { hub, locationDetailsQuery, queryClient } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { Failure, Loading, useProblemText } from '../parts/notice.tsx'
import { Panel } from '../parts/panel.tsx'

/** What each location says of itself, which rules go by: priority, cut-off, parcels a day, where it is. */
export function LocationTerms() {
  const { t } = useLanguage()
  const { data, error, refetch } = useQuery(locationDetailsQuery)
  return (
    <Panel title={t('routing.locations')}>
      {!data && (error ? <Failure error={error} onRetry={() => void refetch()} /> : <Loading lines={4} />)}
      {data?.rows.length === 0 && <p className="px-4 py-3 text-ink-2">{t('routing.noLocations')}</p>}
      <ul>
        {data?.rows.map((location) => (
          <li key={location.code} className="border-b border-line px-4 py-3 last:border-0">
            <LocationLine key={location.version} location={location} />
          </li>
        ))}
      </ul>
    </Panel>
  )
}

type Typed = {
  routingPriority: string
  cutOff: string
  capacityPerDay: string
  country: string
  region: string
  postalCode: string
  ships: '' | 'yes' | 'no'
}

function LocationLine({ location }: { location: LocationDetailShape }) {
  const { t, locale } = useLanguage()
  const [isOpen, setOpen] = useState(false)
  const [typed, setTyped] = useState(() => toTyped(location))
  const save = useMutation({
    mutationFn: () => hub.changeLocation(location.code, toBody(typed), location.version),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ['locations'] }),
  })
  const problem = useProblemText(save.error)
  const { code, name, capacityPerDay, cutOff, routingPriority, country, region } = location
  const said = [
    t('routing.priority', { n: formatNumber(locale, routingPriority) }),
    cutOff === null ? t('routing.noCutOff') : t('routing.cutOff', { time: cutOff }),
    capacityPerDay === null
      ? t('routing.noCapacity')
      : t('routing.perDay', { n: formatNumber(locale, capacityPerDay) }),
    [region, country].filter(Boolean).join(', '),
    location.ships === false ? t('routing.shipsNot') : '',
  ]
  const field = (key: Exclude<keyof Typed, 'ships'>) => ({
    id: `${code}-${key}`,
    label: t(`routing.location.${key}`),
    value: typed[key],
    onChange: (value: string) => setTyped({ ...typed, [key]: value }),
  })
  return (
    <>
      <div className="flex flex-wrap items-center justify-between gap-x-3 gap-y-1">
        <p className="min-w-0 break-words">
          <span className="font-medium">{name}</span> <span className="text-ink-2">({code})</span>
          <span className="block text-ink-2">{said.filter((each) => each !== '').join(' · ')}</span>
        </p>
        <button
          type="button"
          className="control"
          aria-expanded={isOpen}
          aria-label={t('routing.editLocation', { name })}
          onClick={() => setOpen(!isOpen)}
        >
          {t(isOpen ? 'app.close' : 'describe.change')}
        </button>
      </div>
      {isOpen && (
        <form
          className="mt-3 space-y-3"
          onSubmit={(event) => {
            event.preventDefault()
            save.mutate()
          }}
        >
          <div className="grid grid-cols-2 gap-3">
            <TextField {...field('routingPriority')} kind="number" />
            <TextField {...field('cutOff')} hint={t('routing.location.cutOffHint')} />
            <TextField {...field('capacityPerDay')} kind="number" hint={t('routing.location.capacityHint')} />
            <label className="min-w-0">
              <span className="font-medium">{t('routing.location.ships')}</span>
              <select
                value={typed.ships}
                onChange={(event) => setTyped({ ...typed, ships: toShips(event.target.value) })}
                className={fieldClass}
              >
                <option value="">{t('routing.location.byKind')}</option>
                <option value="yes">{t('connect.yes')}</option>
                <option value="no">{t('routing.location.no')}</option>
              </select>
            </label>
            <TextField {...field('country')} hint={t('routing.location.countryHint')} />
            <TextField {...field('region')} />
            <TextField {...field('postalCode')} />
          </div>
          {save.isError && (
            <p role="alert" className="text-red">
              {problem}
            </p>
          )}
          <button type="submit" className="control control-strong" disabled={save.isPending}>
            {t('routing.location.save')}
          </button>
        </form>
      )}
    </>
  )
}

function toTyped(location: LocationDetailShape): Typed {
  const { routingPriority, cutOff, capacityPerDay, country, region, postalCode, ships } = location
  return {
    routingPriority: String(routingPriority),
    cutOff: cutOff ?? '',
    capacityPerDay: capacityPerDay === null ? '' : String(capacityPerDay),
    country: country ?? '',
    region: region ?? '',
    postalCode: postalCode ?? '',
    ships: ships === null ? '' : ships ? 'yes' : 'no',
  }
}

function toBody(typed: Typed): LocationBody {
  const orNull = (text: string) => (text.trim() === '' ? null : text.trim())
  return {
    // What is no number is sent as none: the hub names the field.
    routingPriority: Number(typed.routingPriority || Number.NaN),
    cutOff: orNull(typed.cutOff),
    capacityPerDay: typed.capacityPerDay.trim() === '' ? null : Number(typed.capacityPerDay),
    country: orNull(typed.country.toUpperCase()),
    region: orNull(typed.region),
    postalCode: orNull(typed.postalCode),
    ships: typed.ships === '' ? null : typed.ships === 'yes',
  }
}

function toShips(value: string): Typed['ships'] {
  return value === 'yes' || value === 'no' ? value : ''
}
