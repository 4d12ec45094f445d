import { useQuery } from '@tanstack/react-query'
import { firstDayQuery } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { OpeningLink, StepLink } from './step-link.tsx'

const later = ['match', 'preview', 'shadow', 'live']

/**
 * Where a step of the first day is done: the way to the next one. Nothing once a channel is live.
 * @param props.isBeforeShops a shop may still be to be connected
 */
export function NextStep({ isBeforeShops = false }: { isBeforeShops?: boolean }) {
  const { t } = useLanguage()
  // What was just done here counts: what is known of the list is from before.
  const { data } = useQuery({ ...firstDayQuery, staleTime: 0 })
  const next = data?.steps.find(({ isDone }) => !isDone)
  // What comes before that is under way where this stands.
  if (data === undefined || data.isLive || next === undefined) return null
  if (!later.includes(next.step) && !(isBeforeShops && next.step === 'connect')) return null
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-2 border-l-2 border-sea bg-sea-soft px-3 py-2">
      <div className="min-w-0 flex-1 basis-56">
        <p className="font-medium">{t('firstDay.next', { step: t(`firstDay.step.${next.step}`) })}</p>
        <p className="text-xs text-ink-2">{t(`firstDay.why.${next.step}`)}</p>
      </div>
      <OpeningLink step={next} />
      <StepLink step={next} isNext text={t('firstDay.go')} />
    </div>
  )
}
