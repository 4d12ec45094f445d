import type { ConnectionRow } from '@plimsoll/client'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { OnlyFor } from '../accounts/only-for.tsx'
import { formatNumber } from '../format.ts'
import { hub, queryClient } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { Confirm } from '../parts/confirm.tsx'
import { useProblemText } from '../parts/notice.tsx'
import { FirstWrites } from './first-writes.tsx'

/** What a person may do to a connection in its state: pause (with a reason), resume, go live from shadow. */
export function ConnectionActions({
  row,
  goLive = (previewId) => hub.goLive(row.connectionId, previewId),
  isGoLiveAlone,
}: {
  row: ConnectionRow
  /** By a preview that was looked at; of a cut-over it is the cut-over's last step. */
  goLive?: ((previewId: string) => Promise<unknown>) | undefined
  isGoLiveAlone?: boolean
}) {
  const { t, locale } = useLanguage()
  const [asking, setAsking] = useState<'pause' | 'go-live'>()
  const [reason, setReason] = useState('')
  const [isMissing, setMissing] = useState(false)
  const [isZero, setZero] = useState(false)
  // What is about to be written: going live names what was looked at.
  const preview = useQuery({
    queryKey: ['preview', row.connectionId],
    queryFn: () => hub.preview(row.connectionId),
    enabled: asking === 'go-live',
    staleTime: 0,
    gcTime: 0,
  })
  const change = useMutation({
    mutationFn: (action: 'pause' | 'resume' | 'go-live') => {
      if (action === 'pause') return hub.pause(row.connectionId, reason.trim(), isZero ? 'zero' : 'freeze')
      if (action === 'resume') return hub.resume(row.connectionId)
      return goLive(preview.data?.previewId ?? '')
    },
    onSuccess: async () => {
      setAsking(undefined)
      setReason('')
      await queryClient.invalidateQueries({
        predicate: ({ queryKey }) => ['connections', 'overview', 'cutovers'].includes(String(queryKey[0])),
      })
    },
  })
  const problem = useProblemText(change.error ?? preview.error)
  const totals = preview.data?.totals
  const goLiveText =
    totals === undefined
      ? t('connections.goLiveLooking')
      : t('connections.goLiveText', {
          up: formatNumber(locale, totals.up),
          down: formatNumber(locale, totals.down),
          zero: formatNumber(locale, totals.zero),
          same: formatNumber(locale, totals.same),
        })
  const failure = (change.isError || preview.isError) && (
    <p role="alert" className="mt-3 text-red">
      {t('connections.failed', { detail: problem })}
    </p>
  )
  const ask = (what: 'pause' | 'go-live') => {
    change.reset()
    setMissing(false)
    setAsking(what)
  }
  const pause = () => {
    if (reason.trim() === '') return setMissing(true)
    change.mutate('pause')
  }
  return (
    <>
      <OnlyFor needs="admin" isQuiet>
        {!isGoLiveAlone && (row.state === 'live' || row.state === 'shadow') && (
          <button type="button" className="control" onClick={() => ask('pause')}>
            {t('connections.pause')}
          </button>
        )}
        {!isGoLiveAlone && row.state === 'paused' && (
          <button
            type="button"
            className="control control-strong"
            disabled={change.isPending}
            onClick={() => change.mutate('resume')}
          >
            {t('connections.resume')}
          </button>
        )}
        {row.state === 'shadow' && (
          <button type="button" className="control control-strong" onClick={() => ask('go-live')}>
            {t('connections.goLive')}
          </button>
        )}
      </OnlyFor>
      {asking === undefined && failure}
      <Confirm
        isOpen={asking === 'pause'}
        title={t('connections.pauseTitle', { name: row.name })}
        text={t('connections.pauseText')}
        action={t('connections.pauseConfirm')}
        isBusy={change.isPending}
        onConfirm={pause}
        onClose={() => setAsking(undefined)}
      >
        <label className="mt-4 block">
          <span className="font-medium">{t('connections.pauseReason')}</span>
          <input
            value={reason}
            maxLength={200}
            aria-invalid={isMissing}
            aria-describedby={`reason-${row.connectionId}`}
            onChange={(event) => setReason(event.target.value)}
            className="mt-1 h-9 w-full rounded border border-line-2 bg-surface px-2.5"
          />
        </label>
        <p
          id={`reason-${row.connectionId}`}
          className={`mt-1 text-xs ${isMissing ? 'text-red' : 'text-ink-2'}`}
        >
          {t(isMissing ? 'connections.pauseReasonMissing' : 'connections.pauseReasonHint')}
        </p>
        {row.state === 'live' && (
          <label className="mt-3 flex min-h-6 items-center gap-2">
            <input type="checkbox" checked={isZero} onChange={(event) => setZero(event.target.checked)} />
            {t('connections.pauseZero')}
          </label>
        )}
        {failure}
      </Confirm>
      <Confirm
        isOpen={asking === 'go-live'}
        title={t('connections.goLiveTitle', { name: row.name })}
        text={goLiveText}
        action={t('connections.goLiveConfirm')}
        isBusy={change.isPending || preview.data === undefined}
        onConfirm={() => change.mutate('go-live')}
        onClose={() => setAsking(undefined)}
      >
        {preview.data && <FirstWrites rows={preview.data.rows} />}
        {failure}
      </Confirm>
    </>
  )
}
