import type { ConnectionRow, Cutover, CutoverDetail } from '@plimsoll/client'
import { useMutation, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { formatMoment, formatNumber } from '../format.ts'
import { hub } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { Confirm } from '../parts/confirm.tsx'
import { Empty, Failure, Loading } from '../parts/notice.tsx'
import { Panel } from '../parts/panel.tsx'
import { CancelOpening } from './cancel-opening.tsx'
import { sumsOf } from './opening-figures.ts'
import { OpeningFile } from './opening-file.tsx'
import { OpeningParked } from './opening-parked.tsx'
import { OpeningProblem } from './opening-problem.tsx'
import { cutoverQuery, keepDetail } from './opening-queries.ts'
import { OpeningSource } from './opening-source.tsx'
import { OpeningTable } from './opening-table.tsx'
import { useTake } from './use-take.ts'

/** What would be booked, place by place, and the deed. */
export function OpeningProposal(props: { row: ConnectionRow; mayChange: boolean; cutover: Cutover }) {
  const { t } = useLanguage()
  const detail = useQuery(cutoverQuery(props.cutover.cutoverId))
  return (
    <Panel title={t('opening.proposal')} note={<OpeningSource cutover={props.cutover} />}>
      {detail.data === undefined ? (
        detail.error ? (
          <Failure error={detail.error} onRetry={() => void detail.refetch()} />
        ) : (
          <Loading lines={8} />
        )
      ) : (
        <Proposal row={props.row} mayChange={props.mayChange} detail={detail.data} />
      )}
    </Panel>
  )
}

function Proposal(props: { row: ConnectionRow; mayChange: boolean; detail: CutoverDetail }) {
  const { row, mayChange, detail } = props
  const { t, locale } = useLanguage()
  const [asking, setAsking] = useState<CutoverDetail>()
  const [isGiving, setGiving] = useState(false)
  const take = useTake()
  const again = useMutation({
    mutationFn: () => hub.proposeCutover(detail.cutoverId),
    onSuccess: keepDetail,
  })
  const n = (value: number) => formatNumber(locale, value)
  const told = (rows: CutoverDetail['rows']) => {
    const { places, differ, more, fewer, left } = sumsOf(rows)
    return { places: n(places), differ: n(differ), more: n(more), fewer: n(fewer), left: n(left) }
  }
  const isApproved = detail.state === 'approved'
  const mayRedo = mayChange && !isApproved
  const isOfFile = detail.source !== 'connection'
  const ask = () => {
    take.reset()
    setAsking(detail)
  }
  return (
    <>
      <div className="space-y-3 p-4">
        <OpeningParked connectionIds={[detail.connectionId, detail.sourceConnectionId]} />
        {take.data === 'changed' && (
          <p role="alert" className="border-l-2 border-amber-fill bg-amber-soft px-3 py-2">
            {t('opening.changed')}
          </p>
        )}
        {isApproved && (
          <p className="border-l-2 border-sea bg-sea-soft px-3 py-2">{t('opening.isApproved')}</p>
        )}
        {detail.rows.length > 0 && (
          <p>
            {t('opening.sums', told(detail.rows))}{' '}
            {detail.asOf !== null && (
              <span className="text-ink-2">
                {t('opening.asOf', { moment: formatMoment(locale, detail.asOf) })}
              </span>
            )}
          </p>
        )}
        {detail.rows.length > 0 && sumsOf(detail.rows).differ === 0 && (
          <p className="text-ink-2">
            {t('opening.sameTitle')}: {t('opening.sameText')}
          </p>
        )}
        <div className="flex flex-wrap gap-2">
          {mayChange && detail.rows.length > 0 && (
            <button
              type="button"
              className="control control-strong"
              disabled={take.isPending || again.isPending}
              onClick={() => (isApproved ? take.mutate(detail) : ask())}
            >
              {t(isApproved ? 'opening.goOn' : 'opening.take')}
            </button>
          )}
          {mayRedo && (
            <button
              type="button"
              className="control"
              disabled={take.isPending || again.isPending}
              {...(isOfFile && { 'aria-expanded': isGiving })}
              onClick={() => {
                take.reset()
                if (isOfFile) setGiving(!isGiving)
                else again.mutate()
              }}
            >
              {t(isOfFile ? 'opening.fileAnother' : 'opening.again')}
            </button>
          )}
          {mayChange && <CancelOpening cutover={detail} />}
        </div>
        {isGiving && mayRedo && <OpeningFile cutover={detail} onDone={() => setGiving(false)} />}
        <OpeningProblem error={again.error ?? (asking === undefined ? take.error : null)} />
      </div>
      {detail.rows.length === 0 ? (
        <Empty title={t('opening.noneTitle')} cure={t('opening.noneCure')}>
          <Link to="/mapping" className="control">
            {t('opening.match')}
          </Link>
        </Empty>
      ) : (
        <OpeningTable detail={detail} />
      )}
      <Confirm
        isOpen={asking !== undefined}
        title={t('opening.takeTitle', { name: row.name })}
        text={t('opening.takeText', told(asking?.rows ?? []))}
        action={t('opening.take')}
        isBusy={take.isPending}
        onConfirm={() => asking && take.mutate(asking, { onSuccess: () => setAsking(undefined) })}
        onClose={() => setAsking(undefined)}
      >
        <OpeningProblem error={take.error} />
      </Confirm>
    </>
  )
}
