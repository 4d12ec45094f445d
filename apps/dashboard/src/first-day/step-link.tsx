import type { FirstDay } from '@plimsoll/client'
import { Link } from '@tanstack/react-router'
import { useLanguage } from '../language.ts'

export type Step = FirstDay['steps'][number]

/** To the screen where a step is taken. */
export function StepLink(props: { step: Step; isNext: boolean; text: string }) {
  const { isNext, text } = props
  const { step, connectionId } = props.step
  const { t } = useLanguage()
  const className = `control shrink-0 ${isNext ? 'control-strong' : ''}`
  const shared = { className, 'aria-label': `${text}: ${t(`firstDay.step.${step}`)}` }
  if (step === 'connect' || connectionId === null)
    return (
      <Link to="/connections/new" {...shared}>
        {text}
      </Link>
    )
  if (step === 'match')
    return (
      <Link to="/mapping" {...shared}>
        {text}
      </Link>
    )
  const params = { id: connectionId }
  return step === 'shadow' ? (
    <Link to="/connections/$id/shadow" params={params} {...shared}>
      {text}
    </Link>
  ) : (
    <Link to="/connections/$id" params={params} {...shared}>
      {text}
    </Link>
  )
}

/** Before the first numbers are looked at: a shop that has its stock already need not count it again. Nothing at other steps. */
export function OpeningLink({ step: { step, connectionId } }: { step: Step }) {
  const { t } = useLanguage()
  if (connectionId === null || (step !== 'preview' && step !== 'live')) return null
  return (
    <Link to="/connections/$id/opening" params={{ id: connectionId }} className="control shrink-0">
      {t('firstDay.openingStock')}
    </Link>
  )
}

/** A brand that has its items in a spreadsheet brings them before it connects, or when its listings find none. Nothing at other steps. */
export function ItemsLink({ step: { step } }: { step: Step }) {
  const { t } = useLanguage()
  if (step !== 'connect' && step !== 'match') return null
  return (
    <Link to="/import-items" className="control shrink-0">
      {t('firstDay.itemsFromFile')}
    </Link>
  )
}
