import type { LotDetail } from '@plimsoll/client'
import { ApiProblem } from '@plimsoll/client/client'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { ArrowLeft } from 'lucide-react'
import { OnlyFor } from '../accounts/only-for.tsx'
import { formatDay, formatMoment } from '../format.ts'
import { lotTraceQuery } from '../hub.ts'
import { MovementTable } from '../item/movement-table.tsx'
import { useLanguage } from '../language.ts'
import { More } from '../parts/more.tsx'
import { Empty, Failure, Loading } from '../parts/notice.tsx'
import { Live } from '../parts/number.tsx'
import { Panel } from '../parts/panel.tsx'
import { Scrolling } from '../parts/scrolling.tsx'
import { hasAny, LotBalanceRow, LotFigureHeads, lotFigures } from './lot-balances.tsx'
import { LotChanges } from './lot-changes.tsx'
import { LotOwners } from './lot-owners.tsx'
import { LotStatus } from './lot-status.tsx'
import { LotStatusChange } from './lot-status-change.tsx'

/** One lot: what it is, where it is, where it went, who changed what of it, and every movement of it. */
export function LotScreen() {
  const { t, locale } = useLanguage()
  const { sku, lot: code } = useParams({ from: '/items/$sku/lots/$lot' })
  const trace = useInfiniteQuery(lotTraceQuery(sku, code))
  const { data, error } = trace
  const isUnknown = error instanceof ApiProblem && error.problem.status === 404
  const first = data?.pages[0]
  const last = data?.pages.at(-1)
  const movements = data?.pages.flatMap((page) => page.movements) ?? []
  return (
    <>
      <Link
        to="/items/$sku"
        params={{ sku }}
        className="link mb-2 inline-flex min-h-7 items-center gap-1 wrap-anywhere"
      >
        <ArrowLeft size={15} className="shrink-0" aria-hidden />
        {t('lots.back', { sku })}
      </Link>
      {!first && isUnknown && (
        <div className="panel">
          <Empty isPage title={t('lots.unknown', { sku, lot: code })} cure={t('lots.unknownCure')} />
        </div>
      )}
      {!first && !isUnknown && (
        <>
          <h1 className="mb-4 font-mono text-[1.5rem] leading-tight break-all">{code}</h1>
          {error ? <Failure error={error} onRetry={() => void trace.refetch()} /> : <Loading lines={9} />}
        </>
      )}
      {first && (
        <>
          <Head lot={first.lot} reach={first} />
          <div className="grid items-start gap-4 lg:grid-cols-[minmax(20rem,29rem)_minmax(0,1fr)]">
            <div className="grid min-w-0 gap-4">
              <Facts lot={first.lot} />
              <Where lot={first.lot} />
              <LotChanges lot={first.lot} />
            </div>
            <div className="grid min-w-0 gap-4">
              <LotOwners owners={first.owners} total={first.ownersTotal} />
              <Panel title={t('item.movements')}>
                {movements.length === 0 ? (
                  <p className="px-4 py-6 text-ink-2">{t('item.noMovements')}</p>
                ) : (
                  <MovementTable rows={movements} />
                )}
                <More query={trace} />
                {last?.next === null && last.archivedBefore !== null && (
                  <p className="px-4 py-3 text-ink-2">
                    {t('lots.archived', { time: formatMoment(locale, last.archivedBefore) })}
                  </p>
                )}
              </Panel>
            </div>
          </div>
        </>
      )}
    </>
  )
}

function Head({ lot, reach }: { lot: LotDetail; reach: Parameters<typeof LotStatusChange>[0]['reach'] }) {
  const { t } = useLanguage()
  const isUsable = lot.available === 0 || lot.balances.some((balance) => balance.isUsable)
  return (
    <div className="mb-4 flex flex-wrap items-end justify-between gap-x-8 gap-y-3">
      <div className="flex min-w-0 flex-wrap items-end gap-x-6 gap-y-2">
        <div className="min-w-0">
          <h1 className="font-mono text-[1.5rem] leading-tight break-all">{lot.lot}</h1>
          <p className="font-semibold">
            <LotStatus lot={lot} />
          </p>
        </div>
        <div className="flex flex-wrap gap-2">
          <OnlyFor needs="operator">
            <LotStatusChange lot={lot} reach={reach} />
          </OnlyFor>
        </div>
      </div>
      <dl className="flex flex-wrap gap-x-7 gap-y-2">
        {lotFigures.map((name) => (
          <div key={name}>
            <dt className="text-xs text-ink-2">{t(`stock.${name}`)}</dt>
            <dd
              className={`text-[1.35rem] leading-7 font-semibold ${lot[name] < 0 ? 'text-red' : name === 'available' && !isUsable ? 'text-ink-3' : ''}`}
            >
              <Live value={lot[name]} of={lot.lot} />
              {/* The figure of the ledger, of which nothing may be sold. */}
              {name === 'available' && !isUsable && (
                <span className="ml-1.5 text-xs font-normal">{t('lots.unusable')}</span>
              )}
            </dd>
          </div>
        ))}
      </dl>
    </div>
  )
}

function Facts({ lot }: { lot: LotDetail }) {
  const { t, locale } = useLanguage()
  const day = (value: string | null) => (value === null ? '–' : formatDay(locale, value))
  return (
    <Panel title={t('lots.facts')}>
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-5 gap-y-2 px-4 py-3 [&>dt]:text-ink-2">
        <dt>{t('stock.item')}</dt>
        <dd>
          <Link to="/items/$sku" params={{ sku: lot.sku }} className="link font-mono break-all">
            {lot.sku}
          </Link>
        </dd>
        <dt>{t('lots.expiresOn')}</dt>
        <dd>{day(lot.expiresOn)}</dd>
        <dt>{t('lots.manufacturedOn')}</dt>
        <dd>{day(lot.manufacturedOn)}</dd>
        <dt>{t('lots.supplierLot')}</dt>
        <dd className="break-all">{lot.supplierLot ?? '–'}</dd>
      </dl>
    </Panel>
  )
}

function Where({ lot }: { lot: LotDetail }) {
  const { t } = useLanguage()
  const there = lot.balances.filter(hasAny)
  return (
    <Panel title={t('lots.where')}>
      {there.length === 0 ? (
        <p className="px-4 py-6 text-ink-2">{t('lots.nowhere')}</p>
      ) : (
        <Scrolling label={t('lots.where')}>
          <table className="w-full">
            <LotFigureHeads first={t('stock.location')} />
            <tbody>
              {there.map((balance) => (
                <LotBalanceRow key={balance.locationCode} balance={balance} of={lot.lot} />
              ))}
            </tbody>
          </table>
        </Scrolling>
      )}
    </Panel>
  )
}
