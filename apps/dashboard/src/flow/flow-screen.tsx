import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { lazy, Suspense, useState } from 'react'
import { flowQuery } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { Empty, Failure, Loading } from '../parts/notice.tsx'
import { Heading } from '../parts/panel.tsx'
import { FlowList } from './flow-list.tsx'

/** Not with the other screens that are fetched beforehand: the map's library comes to whoever opens it. */
const FlowMapView = lazy(async () => ({ default: (await import('./flow-map.tsx')).FlowMapView }))

const views = ['map', 'list'] as const

/** The brand's systems as a picture, with what flows between them; or as a list, which says the same. */
export function FlowScreen() {
  const { t } = useLanguage()
  const { data, error, refetch } = useQuery(flowQuery)
  // Two hundred cards do not fit a hand.
  const [view, setView] = useState<(typeof views)[number]>(
    matchMedia('(max-width: 767px)').matches ? 'list' : 'map',
  )
  const isEmpty = data !== undefined && data.connections.length === 0
  return (
    <>
      <Heading title={t('flow.title')} note={t('flow.note')}>
        {data && !isEmpty && (
          <fieldset aria-label={t('flow.view')} className="flex">
            {views.map((each) => (
              <button
                key={each}
                type="button"
                aria-pressed={view === each}
                onClick={() => setView(each)}
                className="control not-first:-ml-px not-first:rounded-l-none not-last:rounded-r-none aria-pressed:bg-sunken aria-pressed:font-semibold"
              >
                {t(each === 'map' ? 'flow.asMap' : 'flow.asList')}
              </button>
            ))}
          </fieldset>
        )}
      </Heading>
      {error && data && <p className="mb-2 text-amber">{t('problem.stale')}</p>}
      <div className="panel overflow-hidden">
        {!data && (error ? <Failure error={error} onRetry={() => void refetch()} /> : <Loading lines={9} />)}
        {isEmpty && (
          <Empty title={t('flow.empty')} cure={t('flow.emptyCure')}>
            <Link to="/connections/new" className="control control-strong">
              {t('connections.add')}
            </Link>
          </Empty>
        )}
        {data && !isEmpty && view === 'list' && <FlowList flow={data} />}
        {data && !isEmpty && view === 'map' && (
          <Suspense fallback={<Loading lines={9} />}>
            <FlowMapView flow={data} />
          </Suspense>
        )}
      </div>
    </>
  )
}
