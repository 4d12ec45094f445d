import type { ConnectionIntake, ConnectionRow } from '@plimsoll/client'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { formatDuration, formatNumber } from '../format.ts'
import { intakeQuery } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { Freshness } from '../overview/connection-summary.tsx'
import { Failure, Loading } from '../parts/notice.tsx'
import { Ago } from '../parts/number.tsx'
import { Panel } from '../parts/panel.tsx'
import { Quoted } from '../parts/trouble-text.tsx'
import { StaleRuleForm } from './stale-rule-form.tsx'

/** How fresh what the hub knows is: its reads, its webhooks, and what happens once it is too old. */
export function ConnectionFreshness({ row }: { row: ConnectionRow }) {
  const { t } = useLanguage()
  const intake = useQuery(intakeQuery(row.connectionId))
  const ago = (at: string | null | undefined) => (at ? <Ago at={at} /> : t('connections.never'))
  return (
    <Panel title={t('standing.fresh')}>
      <div className="space-y-3 p-4">
        <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1">
          <Fact name={t('standing.freshOrders')}>
            <Freshness row={row} />
          </Fact>
          <Fact name={t('standing.lastOrder')}>{ago(row.lastOrderAt)}</Fact>
          <Fact name={t('standing.lastWebhook')}>{ago(row.lastWebhookAt)}</Fact>
        </dl>
        {intake.data ? (
          <Intake intake={intake.data} />
        ) : intake.error ? (
          <Failure error={intake.error} onRetry={() => void intake.refetch()} />
        ) : (
          <Loading lines={4} />
        )}
        <StaleRuleForm connectionId={row.connectionId} />
      </div>
    </Panel>
  )
}

function Intake({ intake: { webhooks, streams, staleOrders } }: { intake: ConnectionIntake }) {
  const { t, locale } = useLanguage()
  const isTroubled = webhooks.verdict === 'poor' || webhooks.verdict === 'silent'
  return (
    <>
      {staleOrders !== null && (
        <p role="status" className="border-l-2 border-red-fill bg-red-soft px-3 py-1.5">
          {t('standing.stale', { ago: '' })} <Ago at={staleOrders.since} />
        </p>
      )}
      <div className={isTroubled ? 'border-l-2 border-amber-fill bg-amber-soft px-3 py-1.5' : ''}>
        <p>{t(`standing.verdict.${webhooks.verdict}`)}</p>
        {webhooks.verdict !== 'none' && (
          <p className="text-xs text-ink-2">
            {t('standing.webhookCounts', {
              arrived: formatNumber(locale, webhooks.arrived),
              missed: formatNumber(locale, webhooks.missed),
            })}
            {webhooks.delayMs !== null &&
              `, ${t('standing.webhookDelay', { time: formatDuration(locale, webhooks.delayMs) })}`}
          </p>
        )}
        {webhooks.problem !== null && (
          <p className="text-red">
            <Quoted text={webhooks.problem} />
          </p>
        )}
      </div>
      <div>
        <h3 className="text-xs text-ink-2">{t('standing.streamRead')}</h3>
        <ul>
          {streams.map((stream) => (
            <li key={stream.stream} className="py-0.5">
              <span className="font-medium">
                {t(`standing.stream.${stream.stream as 'orders'}`, { defaultValue: stream.stream })}
              </span>{' '}
              <span className="text-ink-2">
                {stream.readAt === null ? t('connections.never') : <Ago at={stream.readAt} />}
              </span>
              {stream.failures > 0 && (
                <span className="block text-red">
                  {t('standing.readFailed', {
                    n: formatNumber(locale, stream.failures),
                    problem: t('quoted', { message: stream.problem ?? '' }),
                  })}
                </span>
              )}
            </li>
          ))}
        </ul>
      </div>
    </>
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
