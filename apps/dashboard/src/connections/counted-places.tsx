import type { CountedPlaceList } from '@plimsoll/client'
import { useMutation, useQuery } from '@tanstack/react-query'
import { formatNumber } from '../format.ts'
import { countedPlacesQuery, hub, locationsQuery, queryClient } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { useMadeName } from '../parts/made-name.ts'
import { Failure, useProblemText } from '../parts/notice.tsx'
import { Ago } from '../parts/number.tsx'
import { Panel } from '../parts/panel.tsx'
import { TroubleText } from '../parts/trouble-text.tsx'

type Place = CountedPlaceList['rows'][number]

/** Places that the platform keeps and counts itself: a line for each, with the location of ours that stands for it. */
export function CountedPlaces({ connectionId }: { connectionId: string }) {
  const { t } = useLanguage()
  const { data, error, refetch } = useQuery(countedPlacesQuery(connectionId))
  if (!data && !error) return null
  // Most platforms keep nothing themselves.
  if (data?.rows.length === 0) return null
  return (
    <Panel title={t('places.title')} table={{ operation: 'listCountedPlaces', query: { id: connectionId } }}>
      {!data && <Failure error={error} onRetry={() => void refetch()} />}
      <ul>
        {data?.rows.map((place) => (
          <li key={place.externalId} className="border-b border-line px-4 py-3 last:border-0">
            <PlaceLine
              connectionId={connectionId}
              place={place}
              problems={data.problems.filter(({ externalId }) => externalId === place.externalId)}
            />
          </li>
        ))}
      </ul>
    </Panel>
  )
}

function PlaceLine(props: { connectionId: string; place: Place; problems: CountedPlaceList['problems'] }) {
  const { connectionId, place, problems } = props
  const { t, locale } = useLanguage()
  const nameOf = useMadeName()
  const n = (value: number) => formatNumber(locale, value)
  const locations = useQuery(locationsQuery)
  const tie = useMutation({
    mutationFn: (location: string | null) => hub.tieCountedPlace(connectionId, place.externalId, location),
    onSuccess: (list) => queryClient.setQueryData(countedPlacesQuery(connectionId).queryKey, list),
  })
  const accept = useMutation({
    /** @param _readAt the count that was accepted: of a later one it is asked anew */
    mutationFn: (_readAt: string | null) => hub.acceptCounts(connectionId, place.externalId),
    onSuccess: (list) => queryClient.setQueryData(countedPlacesQuery(connectionId).queryKey, list),
  })
  const failed = tie.error ?? accept.error
  const problem = useProblemText(failed)
  const id = `place-${place.externalId}`
  return (
    <>
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <p className="font-medium">{nameOf('madePlace', place.name)}</p>
        <label className="flex items-center gap-2">
          <span className="text-ink-2">{t('places.standsFor')}</span>
          <select
            id={id}
            value={place.location ?? ''}
            disabled={tie.isPending}
            onChange={(event) => tie.mutate(event.target.value === '' ? null : event.target.value)}
            className="min-h-8 rounded border border-line-2 bg-surface px-2"
          >
            <option value="">{t('places.nothing')}</option>
            {locations.data?.rows.map(({ code, name }) => (
              <option key={code} value={code}>
                {name} ({code})
              </option>
            ))}
          </select>
        </label>
      </div>
      {place.location === null ? (
        <p className="mt-1 text-ink-2">{t('places.untied')}</p>
      ) : (
        <p className="mt-1 text-ink-2">
          {t('places.figures', {
            available: n(place.available),
            held: n(place.held),
            incoming: n(place.incoming),
          })}
          {' · '}
          {place.readAt === null ? t('places.unread') : <Ago at={place.readAt} />}
        </p>
      )}
      {failed !== null && (
        <p role="alert" className="mt-1 text-red">
          {t('connect.failed', { detail: problem })}
        </p>
      )}
      {place.heldBack > 0 && (
        <div className="mt-2 flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
          <p className="min-w-0 flex-1 basis-64 text-amber">
            {t('places.heldBack', { count: place.heldBack, n: n(place.heldBack) })}
          </p>
          {accept.isSuccess && accept.variables === place.readAt ? (
            <p role="status">{t('places.accepted')}</p>
          ) : (
            <button
              type="button"
              className="control"
              disabled={accept.isPending}
              onClick={() => accept.mutate(place.readAt)}
            >
              {t('places.accept')}
            </button>
          )}
        </div>
      )}
      {problems.length > 0 && (
        <details className="mt-1">
          <summary className="min-h-6 cursor-pointer text-amber">
            {t('places.problems', { count: place.problems, n: n(place.problems) })}
          </summary>
          <ul className="mt-1 text-ink-2">
            {problems.map((each) => (
              <li key={each.stockUnitId} className="break-words">
                {each.sku ?? each.stockUnitId}:{' '}
                {each.problemTold === null ? (
                  t(`places.problem.${each.code}`)
                ) : (
                  <TroubleText problem={each.problem} told={each.problemTold} />
                )}
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  )
}
