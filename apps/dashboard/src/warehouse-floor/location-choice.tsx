import { useQuery } from '@tanstack/react-query'
import { ChoiceField } from '../describe/terms-fields.tsx'
import { locationsQuery } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { Failure } from '../parts/notice.tsx'

/** One of your locations; the only one there is is the one meant. */
export function LocationChoice(props: {
  id: string
  value: string
  label?: string
  onChange: (code: string) => void
}) {
  const { t } = useLanguage()
  const { data, error, refetch } = useQuery(locationsQuery)
  if (data === undefined && error !== null) return <Failure error={error} onRetry={() => void refetch()} />
  const places = (data?.rows ?? []).filter(({ kind }) => kind !== 'transit')
  const only = places.length === 1 ? (places[0]?.code ?? '') : ''
  return (
    <ChoiceField
      id={props.id}
      label={props.label ?? t('connect.locationLabel')}
      value={props.value || only}
      options={[
        ...(props.value === '' && only === '' ? [{ value: '', label: t('connect.choose') }] : []),
        ...places.map(({ code, name }) => ({ value: code, label: `${name} (${code})` })),
      ]}
      onChange={props.onChange}
    />
  )
}

/** What is chosen, or the only one there is. */
export function useChosenLocation(value: string): string {
  const { data } = useQuery(locationsQuery)
  const places = (data?.rows ?? []).filter(({ kind }) => kind !== 'transit')
  return value !== '' ? value : places.length === 1 ? (places[0]?.code ?? '') : ''
}
