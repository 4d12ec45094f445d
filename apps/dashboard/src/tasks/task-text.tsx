import type { TaskList } from '@plimsoll/client'
import { useLanguage } from '../language.ts'
import { meaningOf } from './task-meaning.ts'
import { useSayTold } from './use-say-told.ts'

/** What a task is about. One from before facts were kept is told in the hub's English, under what is asked of the reader. */
export function TaskText({ task }: { task: TaskList['rows'][number] }) {
  const { t, language } = useLanguage()
  const say = useSayTold()
  if (task.told !== null) return <p className="mt-0.5 break-words text-ink-2">{say('toldTask', task.told)}</p>
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
