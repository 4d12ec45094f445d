import type { TaskList, ToldTask } from '@plimsoll/client'
import { formatNumber } from '../format.ts'
import { useLanguage } from '../language.ts'
import { sayFacts } from './say-task.ts'
import { meaningOf } from './task-meaning.ts'

/** Says what is told by a code and its facts; for screens that have all words. */
export function useSayTask(): (told: ToldTask) => string {
  const { t, locale } = useLanguage()
  return ({ code, facts }) =>
    t(
      `toldTask.${code}`,
      sayFacts(facts, {
        locale,
        none: t('changeLog.nothing'),
        units: (n) => t('task.units', { count: n, n: formatNumber(locale, n) }),
        because: (each) => t(`routing.because.${each as 'no-stock'}`, { defaultValue: each }),
        said: (message) => t('toldTask.said', { message }),
      }),
    )
}

/** What a task is about. One from before facts were kept is told in the hub's English, under what is asked of the reader. */
export function TaskText({ task }: { task: TaskList['rows'][number] }) {
  const { t, language } = useLanguage()
  const say = useSayTask()
  if (task.told !== null) return <p className="mt-0.5 break-words text-ink-2">{say(task.told)}</p>
  if (task.kind === 'hold') return <p className="mt-0.5 text-ink-2">{t('task.holdText')}</p>
  const meaning = meaningOf(task.kind, language)
  return (
    <>
      {meaning !== undefined && <p className="mt-0.5 text-ink-2">{meaning}</p>}
      <p className={`mt-0.5 break-words text-ink-2 ${meaning === undefined ? '' : 'text-xs'}`} lang="en">
        {task.detail}
      </p>
    </>
  )
}
