import { useQuery } from '@tanstack/react-query'
import { Check, X } from 'lucide-react'
import { useState } from 'react'
import { currentOrganization } from '../accounts/organization.ts'
import { meQuery } from '../accounts/queries.ts'
import { TrySample } from '../accounts/try-sample.tsx'
import { formatNumber } from '../format.ts'
import { firstDayQuery } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { AddLocation } from './add-location.tsx'
import { ItemsLink, OpeningLink, type Step, StepLink } from './step-link.tsx'

/** What is left to do until the first channel is live. Each step is ticked off by what there is; put away, it stays away. */
export function FirstDay() {
  const { t, locale } = useLanguage()
  const { data } = useQuery(firstDayQuery)
  const { data: me } = useQuery({ ...meQuery, retry: false, retryOnMount: false })
  const [isAway, setAway] = useState(() => localStorage.getItem(awayKey()) !== null)
  if (data === undefined || data.isLive || isAway) return null
  const next = data.steps.find(({ isDone }) => !isDone)
  const done = data.steps.filter(({ isDone }) => isDone).length
  const isSample = me?.organizations.some(
    (each) => each.organizationId === currentOrganization() && each.isSample,
  )
  return (
    <section aria-label={t('firstDay.title')} className="panel min-w-0">
      <header className="flex min-h-11 items-center justify-between gap-3 border-b border-line px-4 py-1.5">
        <h2 className="font-semibold">{t('firstDay.title')}</h2>
        <p className="ml-auto text-xs text-ink-2">
          {t('firstDay.progress', {
            n: formatNumber(locale, done),
            of: formatNumber(locale, data.steps.length),
          })}
        </p>
        <button
          type="button"
          className="grid size-8 place-items-center rounded text-ink-2 hover:text-ink"
          aria-label={t('firstDay.dismiss')}
          title={t('firstDay.dismiss')}
          onClick={() => {
            localStorage.setItem(awayKey(), 'away')
            setAway(true)
          }}
        >
          <X size={16} aria-hidden />
        </button>
      </header>
      <ol>
        {data.steps.map((step, nth) => (
          <Line key={step.step} step={step} nth={nth + 1} isNext={step === next} />
        ))}
      </ol>
      {me?.mayMakeSample === true && !isSample && done < 2 && (
        <div className="border-t border-line px-4 py-3">
          <TrySample />
        </div>
      )}
    </section>
  )
}

function Line({ step, nth, isNext }: { step: Step; nth: number; isNext: boolean }) {
  const { t, locale } = useLanguage()
  const { isDone } = step
  // What is about a connection leads nowhere before there is one.
  const hasLink =
    !isDone && step.step !== 'location' && (isNext || step.step === 'connect' || step.connectionId !== null)
  return (
    <li
      aria-current={isNext ? 'step' : undefined}
      className={`flex flex-wrap items-center gap-3 border-b border-line px-4 py-2 last:border-0 ${isNext ? 'bg-sea-soft' : ''}`}
    >
      <span
        className={`grid size-6 shrink-0 place-items-center rounded-full border text-xs ${isDone ? 'border-green text-green' : isNext ? 'border-sea font-semibold text-sea' : 'border-line-2 text-ink-2'}`}
      >
        {isDone ? <Check size={14} aria-hidden /> : formatNumber(locale, nth)}
      </span>
      <div className="min-w-48 flex-1">
        <p className={isDone ? 'text-ink-2' : 'font-medium'}>
          {t(`firstDay.step.${step.step}`)}
          {isDone && <span className="sr-only"> ({t('firstDay.done')})</span>}
        </p>
        {!isDone && <p className="text-xs text-ink-2">{t(`firstDay.why.${step.step}`)}</p>}
      </div>
      {isNext && <OpeningLink step={step} />}
      {isNext && <ItemsLink step={step} />}
      {hasLink && <StepLink step={step} isNext={isNext} text={t(isNext ? 'firstDay.go' : 'firstDay.look')} />}
      {!isDone && step.step === 'location' && <AddLocation />}
    </li>
  )
}

const awayKey = () => `plimsoll.first-day.${currentOrganization() ?? ''}`
