import type { ToldActivity, ToldParked, ToldProblem, ToldTask, ToldTrouble } from '@plimsoll/client'
import { formatNumber } from '../format.ts'
import { useLanguage } from '../language.ts'
import { sayFacts } from './say-task.ts'

type Told = {
  toldTask: ToldTask
  toldProblem: ToldProblem
  toldParked: ToldParked
  toldTrouble: ToldTrouble
  toldActivity: ToldActivity
}

/** Says what is told by a code and its facts; for screens that have all words. */
export function useSayTold(): <Group extends keyof Told>(group: Group, told: Told[Group]) => string {
  const { t, locale } = useLanguage()
  return (group, { code, facts }) =>
    t(
      // Each group has its codes, by the types of what is told; together they are too many for the translator's.
      `${group}.${code}` as 'toldTask.oversold',
      sayFacts(facts, {
        locale,
        none: t('changeLog.nothing'),
        units: (n) => t('task.units', { count: n, n: formatNumber(locale, n) }),
        because: (each) => t(`routing.because.${each as 'no-stock'}`, { defaultValue: each }),
        refusal: (each) => t(`refusal.${each}`, { defaultValue: '' }),
        tracking: (each) => t(`tracking.${each as 'lot'}`, { defaultValue: each }),
        // What a task was answered ends its sentence; in others it stands in the midst of them.
        said: (message) => t(group === 'toldTask' ? 'toldTask.said' : 'toldProblem.said', { message }),
      }),
    )
}
