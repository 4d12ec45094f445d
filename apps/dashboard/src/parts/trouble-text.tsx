import type { ToldTrouble } from '@plimsoll/client'
import { useLanguage } from '../language.ts'
import { useSayTold } from '../tasks/use-say-told.ts'

/** What is the matter, in the reader's language; what was noted before facts were kept, in the hub's English. */
export function TroubleText({ problem, told }: { problem: string; told: ToldTrouble | null }) {
  const { language } = useLanguage()
  const say = useSayTold()
  if (told !== null) return <span className="break-words">{say('toldTrouble', told)}</span>
  return (
    <span className="break-words" {...(language !== 'en' && { lang: 'en' })}>
      {problem}
    </span>
  )
}

/** What a platform or a warehouse said, as it came, and that these are its words. */
export function Quoted({ text }: { text: string }) {
  const { t } = useLanguage()
  return <span className="break-words">{t('quoted', { message: text })}</span>
}
