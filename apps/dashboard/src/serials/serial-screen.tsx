import type { SerialLives } from '@plimsoll/client'
import { ApiProblem } from '@plimsoll/client/client'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { ArrowLeft } from 'lucide-react'
import { formatNumber } from '../format.ts'
import { serialQuery } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { Empty, Failure, Loading } from '../parts/notice.tsx'
import { Panel } from '../parts/panel.tsx'
import { SearchField } from '../parts/search-field.tsx'
import { SerialLife } from './serial-life.tsx'
import { SerialState } from './serial-state.tsx'

/** One serial number: the unit, or units of several items, that bear it, each with its whole life. */
export function SerialScreen() {
  const { t, locale } = useLanguage()
  const { serial } = useParams({ from: '/serials/$serial' })
  const navigate = useNavigate()
  const { data, error, refetch } = useQuery(serialQuery(serial))
  const isUnknown = error instanceof ApiProblem && error.problem.status === 404
  const units = data?.rows ?? []
  return (
    <>
      <div className="mb-2 flex flex-wrap items-center justify-between gap-x-6 gap-y-2">
        <Link to="/serials" className="link inline-flex min-h-7 items-center gap-1">
          <ArrowLeft size={15} aria-hidden />
          {t('serials.back')}
        </Link>
        {/* The next unit is scanned where this one is looked at. */}
        <SearchField
          key={serial}
          label={t('serials.next')}
          value=""
          onSearch={() => undefined}
          onEnter={(next) => void navigate({ to: '/serials/$serial', params: { serial: next } })}
        />
      </div>
      {!data && isUnknown && (
        <div className="panel">
          <Empty isPage title={t('serials.unknown', { serial })} cure={t('serials.unknownCure')} />
        </div>
      )}
      {!isUnknown && <h1 className="mb-4 font-mono text-[1.5rem] leading-tight break-all">{serial}</h1>}
      {!data &&
        !isUnknown &&
        (error ? <Failure error={error} onRetry={() => void refetch()} /> : <Loading lines={9} />)}
      {units.length > 1 && (
        <p className="mb-3 text-ink-2">{t('serials.several', { n: formatNumber(locale, units.length) })}</p>
      )}
      <div className="grid gap-6">
        {units.map((unit) => (
          <Unit key={unit.sku} unit={unit} />
        ))}
      </div>
    </>
  )
}

function Unit({ unit }: { unit: SerialLives['rows'][number] }) {
  const { t } = useLanguage()
  return (
    <article
      aria-label={unit.sku}
      className="grid items-start gap-4 lg:grid-cols-[minmax(18rem,24rem)_minmax(0,1fr)]"
    >
      <Panel title={t('serials.unit')}>
        <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-5 gap-y-2 px-4 py-3 [&>dt]:text-ink-2">
          <dt>{t('stock.item')}</dt>
          <dd>
            <Link to="/items/$sku" params={{ sku: unit.sku }} className="link font-mono break-all">
              {unit.sku}
            </Link>
            <p className="text-ink-2">{unit.name}</p>
          </dd>
          <dt>{t('stock.status')}</dt>
          <dd className="font-semibold">
            <SerialState state={unit.state} />
          </dd>
          <dt>{t(`serials.where.${unit.state}`)}</dt>
          <dd>{unit.locationCode}</dd>
          {unit.orderNumber !== null && (
            <>
              <dt>{t('serials.order')}</dt>
              <dd>{unit.orderNumber}</dd>
            </>
          )}
        </dl>
      </Panel>
      <Panel title={t('serials.life')}>
        <SerialLife events={unit.events} />
      </Panel>
    </article>
  )
}
