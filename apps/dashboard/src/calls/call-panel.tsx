import type { CallDetail } from '@plimsoll/client'
import { useQuery } from '@tanstack/react-query'
import { X } from 'lucide-react'
import type { ReactNode } from 'react'
import { formatDuration, formatMoment, formatNumber } from '../format.ts'
import { callQuery } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { Failure, Loading } from '../parts/notice.tsx'
import { laidOut } from './call-search.ts'
import { Outcome } from './outcome.tsx'

/** One call: what was asked, what was answered, and what for; masked before it was kept. */
export function CallPanel(props: { connectionId: string; callId: string; onClose: () => void }) {
  const { t } = useLanguage()
  const call = useQuery(callQuery(props.connectionId, props.callId))
  return (
    <section aria-label={t('calls.one')} className="panel max-xl:order-first xl:sticky xl:top-4">
      <header className="flex items-center justify-between gap-3 border-b border-line px-4 py-2">
        <h2 className="min-w-0 truncate font-semibold">{call.data?.operation ?? t('calls.one')}</h2>
        <button type="button" className="control" aria-label={t('app.close')} onClick={props.onClose}>
          <X size={15} aria-hidden />
        </button>
      </header>
      {call.data ? (
        <Detail call={call.data} />
      ) : call.error ? (
        <Failure error={call.error} onRetry={() => void call.refetch()} />
      ) : (
        <Loading lines={6} />
      )}
    </section>
  )
}

function Detail({ call }: { call: CallDetail }) {
  const { t, locale } = useLanguage()
  return (
    <div className="space-y-4 p-4">
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1">
        <Fact name={t('calls.outcome')}>
          <Outcome row={call} />
        </Fact>
        <Fact name={t('calls.address')}>
          <span className="font-mono text-xs break-all">
            {call.method} {call.address}
          </span>
        </Fact>
        <Fact name={t('calls.at')}>{formatMoment(locale, call.at)}</Fact>
        <Fact name={t('calls.took')}>
          {formatDuration(locale, call.durationMs)}
          {call.waitedMs > 0 && ` (${t('calls.waited', { time: formatDuration(locale, call.waitedMs) })})`}
        </Fact>
        {call.platformRequestId !== null && (
          <Fact name={t('calls.requestId')}>
            <span className="font-mono text-xs break-all">{call.platformRequestId}</span>
          </Fact>
        )}
        {call.purpose !== null && (
          <Fact name={t('calls.purpose')}>
            {t(`calls.purposes.${call.purpose as 'order'}`, { defaultValue: call.purpose })}
          </Fact>
        )}
        {call.about.length > 0 && (
          <Fact name={t('calls.about')}>
            <ul className="max-h-32 overflow-y-auto font-mono text-xs break-all">
              {call.about.map((each) => (
                <li key={each}>{each}</li>
              ))}
            </ul>
          </Fact>
        )}
      </dl>
      <Said
        title={t('calls.asked', { n: formatNumber(locale, call.requestBytes) })}
        headers={call.requestHeaders}
        body={call.requestBody}
        bytes={call.requestBytes}
      />
      <Said
        title={t('calls.answered', { n: formatNumber(locale, call.responseBytes) })}
        headers={call.responseHeaders}
        body={call.responseBody}
        bytes={call.responseBytes}
      />
      <p className="text-xs text-ink-2">{t('calls.masked')}</p>
    </div>
  )
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-ink-2">{name}</dt>
      <dd className="min-w-0">{children}</dd>
    </>
  )
}

function Said(props: { title: string; headers: Record<string, string>; body: string | null; bytes: number }) {
  const { t } = useLanguage()
  const headers = Object.entries(props.headers)
  return (
    <div>
      <h3 className="font-medium">{props.title}</h3>
      {headers.length > 0 && (
        <ul className="mt-1 font-mono text-xs text-ink-2">
          {headers.map(([name, value]) => (
            <li key={name} className="break-all">
              {name}: {value}
            </li>
          ))}
        </ul>
      )}
      {props.body !== null ? (
        <section
          aria-label={props.title}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a stretch that scrolls must be reachable by keyboard.
          tabIndex={0}
          className="mt-1 max-h-80 overflow-auto rounded bg-sunken p-2"
        >
          <pre className="font-mono text-xs whitespace-pre-wrap break-all">{laidOut(props.body)}</pre>
        </section>
      ) : (
        <p className="mt-1 text-xs text-ink-2">
          {t(props.bytes === 0 ? 'calls.noBody' : 'calls.bodyNotKept')}
        </p>
      )}
    </div>
  )
}
