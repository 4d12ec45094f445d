import type { Alert } from '@plimsoll/client'
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { CircleAlert, Info, TriangleAlert } from 'lucide-react'
import { useActorName } from '../accounts/actor-name.ts'
import { NotYours, OnlyFor } from '../accounts/only-for.tsx'
import { hubNow } from '../clock.ts'
import { formatMoment } from '../format.ts'
import { alertsQuery, hub } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { More } from '../parts/more.tsx'
import { Empty, Failure, Loading, useProblemText } from '../parts/notice.tsx'
import { Ago } from '../parts/number.tsx'
import { useRuleName } from './rule-name.ts'

type State = 'open' | 'snoozed' | 'resolved'

/** Alerts in one state, the most severe first. */
export function AlertList({ state }: { state: State }) {
  const { t } = useLanguage()
  const alerts = useInfiniteQuery(alertsQuery(state))
  const client = useQueryClient()
  const act = useMutation({
    mutationFn: (run: () => Promise<unknown>) => run(),
    onSettled: () => client.invalidateQueries({ queryKey: ['alerts'] }),
  })
  const problem = useProblemText(act.error)
  const rows = alerts.data?.pages.flatMap((page) => page.rows) ?? []
  if (alerts.data === undefined) {
    return alerts.error ? (
      <Failure error={alerts.error} onRetry={() => void alerts.refetch()} />
    ) : (
      <div className="panel">
        <Loading />
      </div>
    )
  }
  return (
    <>
      <div role="status" aria-live="polite">
        {act.isError && (
          <p className="mb-3 rounded border border-red/40 bg-red-soft px-4 py-2">
            {t('alerts.failed', { detail: problem })}
          </p>
        )}
      </div>
      <NotYours needs="operator" />
      <div className="panel">
        {rows.length === 0 ? (
          <Empty title={t(`alerts.empty.${state}`)} cure={t(`alerts.empty.${state}Cure`)} />
        ) : (
          <ul aria-label={t(`alerts.view.${state}`)}>
            {rows.map((row) => (
              <AlertLine
                key={row.alertId}
                alert={row}
                isBusy={act.isPending}
                onAct={(run) => act.mutate(run)}
              />
            ))}
          </ul>
        )}
        <More query={alerts} />
      </div>
    </>
  )
}

const icons = { critical: CircleAlert, warning: TriangleAlert, info: Info } as const
const colours = { critical: 'text-red', warning: 'text-amber', info: 'text-ink-2' } as const

function AlertLine(props: { alert: Alert; isBusy: boolean; onAct: (run: () => Promise<unknown>) => void }) {
  const { alert } = props
  const { t, language } = useLanguage()
  const Icon = icons[alert.severity]
  const ruleName = useRuleName()
  const text = alert.text[language]
  return (
    <li className="flex flex-wrap items-start gap-x-4 gap-y-2 border-b border-line px-4 py-2.5 last:border-0">
      <div className="flex min-w-0 flex-1 basis-72 gap-2.5">
        <Icon size={17} className={`mt-0.5 shrink-0 ${colours[alert.severity]}`} aria-hidden />
        <div className="min-w-0">
          <p className="font-medium break-words">
            <span className="sr-only">{t(`alerts.severity.${alert.severity}`)}: </span>
            <About alert={alert} text={text} />
          </p>
          <p className="text-ink-2">
            {ruleName(alert.rule)} · <Ago at={alert.openedAt} />
            <Standing alert={alert} />
          </p>
          {alert.note !== null && <p className="break-words">{alert.note}</p>}
        </div>
      </div>
      {alert.resolvedAt === null && (
        <OnlyFor needs="operator" isQuiet>
          <Actions {...props} text={text} />
        </OnlyFor>
      )}
    </li>
  )
}

/** Its sentence, which leads to what it is about where there is a screen for it. */
function About({ alert, text }: { alert: Alert; text: string }) {
  if (alert.sku !== null) {
    return (
      <Link to="/items/$sku" params={{ sku: alert.sku }} className="hover:underline">
        {text}
      </Link>
    )
  }
  if (alert.kind === 'parked-events') {
    return (
      <Link to="/parked" className="hover:underline">
        {text}
      </Link>
    )
  }
  if (alert.connectionId !== null) {
    return (
      <Link to="/connections/$id" params={{ id: alert.connectionId }} className="hover:underline">
        {text}
      </Link>
    )
  }
  return text
}

function Standing({ alert }: { alert: Alert }) {
  const { t, locale } = useLanguage()
  const { resolvedAt, clearSince, snoozedUntil, snoozedBy, acknowledgedBy, acknowledgedUntil } = alert
  const nameOf = useActorName()
  const at = (moment: string) => formatMoment(locale, moment)
  return (
    <>
      {resolvedAt !== null && (
        <>
          {' · '}
          {t('alerts.ended', { ago: at(resolvedAt) })}
        </>
      )}
      {resolvedAt === null && clearSince !== null && ` · ${t('alerts.clearing')}`}
      {resolvedAt === null &&
        snoozedUntil !== null &&
        ` · ${t('alerts.snoozedUntil', { who: nameOf(snoozedBy ?? ''), at: at(snoozedUntil) })}`}
      {acknowledgedBy !== null &&
        ` · ${
          acknowledgedUntil === null
            ? t('alerts.lookedAfter', { who: nameOf(acknowledgedBy) })
            : t('alerts.lookedAfterUntil', { who: nameOf(acknowledgedBy), at: at(acknowledgedUntil) })
        }`}
    </>
  )
}

const snoozeHours = [1, 4, 24, 168] as const

function Actions(props: {
  alert: Alert
  text: string
  isBusy: boolean
  onAct: (run: () => Promise<unknown>) => void
}) {
  const { alert, text, isBusy, onAct } = props
  const { alertId } = alert
  const { t } = useLanguage()
  const isMine = alert.acknowledgedAt !== null
  return (
    <div className="flex flex-wrap gap-2">
      <button
        type="button"
        className="control"
        disabled={isBusy}
        aria-label={`${t(isMine ? 'alerts.unacknowledge' : 'alerts.acknowledge')}: ${text}`}
        onClick={() =>
          onAct(() => (isMine ? hub.unacknowledgeAlert(alertId) : hub.acknowledgeAlert(alertId, null)))
        }
      >
        {t(isMine ? 'alerts.unacknowledge' : 'alerts.acknowledge')}
      </button>
      {alert.snoozedUntil === null ? (
        <select
          className="control w-24 appearance-none"
          aria-label={t('alerts.snoozeFor', { what: text })}
          disabled={isBusy}
          value=""
          onChange={({ target }) => {
            const until = new Date(hubNow() + Number(target.value) * 3_600_000).toISOString()
            onAct(() => hub.snoozeAlert(alertId, until))
          }}
        >
          <option value="" disabled>
            {t('alerts.snooze')}
          </option>
          {snoozeHours.map((hours) => (
            <option key={hours} value={hours}>
              {t(`alerts.snoozeHours.${hours}`)}
            </option>
          ))}
        </select>
      ) : (
        <button
          type="button"
          className="control"
          disabled={isBusy}
          aria-label={`${t('alerts.wake')}: ${text}`}
          onClick={() => onAct(() => hub.wakeAlert(alertId))}
        >
          {t('alerts.wake')}
        </button>
      )}
    </div>
  )
}
