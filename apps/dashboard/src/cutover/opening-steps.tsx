import type { Cutover } from '@plimsoll/client'
import { Check } from 'lucide-react'
import { formatNumber } from '../format.ts'
import { useLanguage } from '../language.ts'

const steps = ['begin', 'orders', 'look', 'taken'] as const
const reached: Readonly<Record<Cutover['state'], number>> = {
  cancelled: 0,
  begun: 1,
  'orders-imported': 1,
  proposed: 2,
  approved: 3,
  applied: 4,
  live: 4,
}

/** The way of an opening stock, and how far along it is. */
export function OpeningSteps({ state }: { state: Cutover['state'] }) {
  const { t, locale } = useLanguage()
  const at = reached[state]
  return (
    <ol aria-label={t('opening.steps')} className="flex flex-wrap gap-x-6 gap-y-2">
      {steps.map((step, nth) => (
        <li
          key={step}
          aria-current={nth === at ? 'step' : undefined}
          className={`flex items-center gap-2 ${nth === at ? 'font-semibold' : 'text-ink-2'}`}
        >
          <span
            className={`grid size-6 shrink-0 place-items-center rounded-full border text-xs ${nth < at ? 'border-green text-green' : nth === at ? 'border-sea text-sea' : 'border-line-2'}`}
          >
            {nth < at ? <Check size={14} aria-hidden /> : formatNumber(locale, nth + 1)}
          </span>
          {t(`opening.step.${step}`)}
          {nth < at && <span className="sr-only"> ({t('firstDay.done')})</span>}
        </li>
      ))}
    </ol>
  )
}
