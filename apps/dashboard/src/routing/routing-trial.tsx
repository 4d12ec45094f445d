import type { RoutingTrialAnswer } from '@plimsoll/client'
import { formatNumber } from '../format.ts'
import { useLanguage } from '../language.ts'
import { Panel } from '../parts/panel.tsx'
import { Scrolling } from '../parts/scrolling.tsx'

const SHOWN = 30
type Summary = RoutingTrialAnswer['present']

/** What the rules would have come to on past orders, beside those in force. */
export function RoutingTrial({ trial, isChanged }: { trial: RoutingTrialAnswer; isChanged: boolean }) {
  const { t, locale } = useLanguage()
  const n = (value: number) => formatNumber(locale, value)
  if (trial.orders === 0) {
    return (
      <Panel title={t('routing.trialTitle')}>
        <p className="px-4 py-3 text-ink-2">{t('routing.noOrders')}</p>
      </Panel>
    )
  }
  const codes = [
    ...new Set([...trial.present.byLocation, ...trial.tried.byLocation].map(({ code }) => code)),
  ].sort()
  const at = (summary: Summary, code: string) =>
    summary.byLocation.find((each) => each.code === code)?.parcels ?? 0
  const reasons = [...new Set([...Object.keys(trial.present.because), ...Object.keys(trial.tried.because)])]
  const rows: [string, (summary: Summary) => number | null][] = [
    [t('routing.result.parcels'), ({ parcels }) => parcels],
    [t('routing.result.split'), ({ split }) => split],
    [t('routing.result.waiting'), ({ waitingUnits }) => waitingUnits],
    ...reasons.map((why): [string, (summary: Summary) => number | null] => [
      `– ${t(`routing.because.${why as 'no-stock'}`, { defaultValue: why })}`,
      ({ because }) => because[why] ?? 0,
    ]),
    ...(trial.present.cost === null && trial.tried.cost === null
      ? []
      : ([[t('routing.result.cost'), ({ cost }) => cost]] as [
          string,
          (summary: Summary) => number | null,
        ][])),
    ...codes.map((code): [string, (summary: Summary) => number | null] => [
      t('routing.result.from', { code }),
      (summary) => at(summary, code),
    ]),
  ]
  return (
    <Panel title={t('routing.trialTitle')}>
      <p role="status" className="px-4 pt-3">
        {t('routing.tried', { n: n(trial.orders), changed: n(trial.changed) })}{' '}
        {trial.withDestination < trial.orders && (
          <span className="text-ink-2">
            {t('routing.withoutDestination', { n: n(trial.orders - trial.withDestination) })}
          </span>
        )}
      </p>
      <Scrolling label={t('routing.trialTitle')}>
        <table className="w-full border-collapse">
          <thead className="text-xs text-ink-2">
            <tr className="border-b border-line">
              <th className="px-4 py-1.5 text-left font-medium">
                <span className="sr-only">{t('routing.trialTitle')}</span>
              </th>
              <th className="px-3 py-1.5 text-right font-medium">{t('routing.now')}</th>
              <th className="px-4 py-1.5 text-right font-medium">{t('routing.these')}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(([label, of]) => {
              const [present, tried] = [of(trial.present), of(trial.tried)]
              return (
                <tr key={label} className="border-b border-line last:border-0">
                  <th scope="row" className="px-4 py-1.5 text-left font-normal">
                    {label}
                  </th>
                  <td className="px-3 py-1.5 text-right tabular-nums">
                    {present === null ? '–' : n(present)}
                  </td>
                  <td
                    className={`px-4 py-1.5 text-right tabular-nums ${present === tried ? '' : 'font-semibold'}`}
                  >
                    {tried === null ? '–' : n(tried)}
                  </td>
                </tr>
              )
            })}
          </tbody>
        </table>
      </Scrolling>
      {isChanged && trial.differences.length > 0 && (
        <details className="border-t border-line px-4 py-3">
          <summary className="min-h-6 cursor-pointer">{t('routing.which')}</summary>
          <ul className="mt-2 space-y-1">
            {trial.differences.slice(0, SHOWN).map(({ orderId, number, present, tried }) => (
              <li key={orderId} className="break-words">
                <span className="font-mono">{number}</span>{' '}
                <span className="text-ink-2">
                  {present.join(', ') || t('routing.waits')} → {tried.join(', ') || t('routing.waits')}
                </span>
              </li>
            ))}
          </ul>
        </details>
      )}
    </Panel>
  )
}
