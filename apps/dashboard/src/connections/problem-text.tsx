import type { ConnectionRow } from '@plimsoll/client'
import { useLanguage } from '../language.ts'
import { useSayTold } from '../tasks/use-say-told.ts'

/** What stands in a connection's way, in the reader's language; what was noted before facts were kept, in the hub's English. */
export function ProblemText({ row }: { row: Pick<ConnectionRow, 'error' | 'errorTold'> }) {
  const { language } = useLanguage()
  const say = useSayTold()
  if (row.errorTold !== null) return <span className="break-words">{say('toldProblem', row.errorTold)}</span>
  return <span {...(language !== 'en' && { lang: 'en' })}>{row.error}</span>
}
