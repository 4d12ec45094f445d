import type { LotDetail } from '@plimsoll/client'
import { formatMoment } from '../format.ts'
import { useLanguage } from '../language.ts'
import { Panel } from '../parts/panel.tsx'

/** Who set which status when and why, newest first. */
export function LotChanges({ changes }: { changes: LotDetail['changes'] }) {
  const { t, locale } = useLanguage()
  return (
    <Panel title={t('lots.history')}>
      <ol>
        {[...changes].reverse().map((change) => (
          <li key={change.changedAt + change.after} className="border-b border-line px-4 py-2 last:border-0">
            <p className="flex flex-wrap justify-between gap-x-4">
              <b className="font-semibold">
                {change.before === null
                  ? t('lots.made', { status: t(`lots.status.${change.after}`) })
                  : t('lots.changed', {
                      before: t(`lots.status.${change.before}`),
                      after: t(`lots.status.${change.after}`),
                    })}
              </b>
              <time dateTime={change.changedAt} className="text-ink-2">
                {formatMoment(locale, change.changedAt)}
              </time>
            </p>
            <p className="text-ink-2">
              {[change.reason, t(`actor.${change.actor}`, { defaultValue: change.actor })]
                .filter((text) => text !== null)
                .join(' · ')}
            </p>
          </li>
        ))}
      </ol>
    </Panel>
  )
}
