import type { LotDetail } from '@plimsoll/client'
import { useActorName } from '../accounts/actor-name.ts'
import { formatDay, formatMoment } from '../format.ts'
import { useLanguage } from '../language.ts'
import { Panel } from '../parts/panel.tsx'

type Told = { said: string; reason: string | null; actor: string; changedAt: string }

/** Who set which status and corrected what, when and why, newest first. */
export function LotChanges({ lot: { changes, corrections } }: { lot: LotDetail }) {
  const { t, locale } = useLanguage()
  const nameOf = useActorName()
  const value = (what: string, text: string | null) =>
    text === null ? '–' : what === 'supplierLot' ? text : formatDay(locale, text)
  const told: Told[] = [
    ...changes.map((change) => ({
      ...change,
      said:
        change.before === null
          ? t('lots.made', { status: t(`lots.status.${change.after}`) })
          : t('lots.changed', {
              before: t(`lots.status.${change.before}`),
              after: t(`lots.status.${change.after}`),
            }),
    })),
    ...corrections.map((correction) => ({
      ...correction,
      said: t('lots.corrected', {
        what: t(`lots.${correction.what}`),
        before: value(correction.what, correction.before),
        after: value(correction.what, correction.after),
      }),
    })),
  ].toSorted((a, b) => b.changedAt.localeCompare(a.changedAt))
  return (
    <Panel title={t('lots.history')}>
      <ol>
        {told.map(({ said, reason, actor, changedAt }) => (
          <li key={changedAt + said} className="border-b border-line px-4 py-2 last:border-0">
            <p className="flex flex-wrap justify-between gap-x-4">
              <b className="font-semibold">{said}</b>
              <time dateTime={changedAt} className="text-ink-2">
                {formatMoment(locale, changedAt)}
              </time>
            </p>
            <p className="text-ink-2">
              {[reason, nameOf(actor)].filter((text) => text !== null).join(' · ')}
            </p>
          </li>
        ))}
      </ol>
    </Panel>
  )
}
