import { auditActions, parkedCodes, problemCodes, toldCodes } from '@plimsoll/client'
import { expect, test } from 'vitest'
import { enAudit } from '../locales/en-audit.ts'
import { enToldProblems } from '../locales/en-told-problems.ts'
import { enToldTasks } from '../locales/en-told-tasks.ts'
import { zhAudit } from '../locales/zh-audit.ts'
import { zhToldProblems } from '../locales/zh-told-problems.ts'
import { zhToldTasks } from '../locales/zh-told-tasks.ts'
import { sayFacts } from './say-task.ts'

const words = {
  locale: 'en',
  none: 'none',
  units: (n: number) => `${n} units`,
  because: (code: string) => (code === 'no-stock' ? 'nothing is there' : code),
  said: (message: string) => `: ${message}`,
}

test('facts are said by the locale: moments, units, reasons in words, and no full stop twice', () => {
  const facts = {
    ...{ units: 12, hours: 5, desired: 1200, since: '2026-11-27T09:00:00.000Z', had: '' },
    ...{ because: ['no-stock', 'pinned-place'], message: 'Out of paper.', order: '#1001' },
  }
  expect(sayFacts(facts, words)).toMatchObject({
    ...{ units: '12 units', hours: '5 hours', desired: '1,200', had: 'none', order: '#1001' },
    ...{ because: 'nothing is there and pinned-place', message: 'Out of paper.', said: ': Out of paper' },
  })
  expect(sayFacts(facts, words).since).not.toContain('T09')
  expect(sayFacts({ message: 'No' }, words)).toEqual({ message: 'No.', said: ': No' })
  expect(sayFacts({ message: '' }, words)).toEqual({ message: '', said: '' })
})

test('every code is said in both languages', () => {
  for (const { toldTask } of [enToldTasks, zhToldTasks])
    expect(Object.keys(toldTask).sort()).toEqual([...toldCodes, 'said'].sort())
})

test('so is what stands in the way of connections, why events are parked, and what the audit log names', () => {
  for (const { toldProblem, toldParked } of [enToldProblems, zhToldProblems]) {
    expect(Object.keys(toldProblem).sort()).toEqual([...problemCodes, 'said'].sort())
    expect(Object.keys(toldParked).sort()).toEqual([...parkedCodes].sort())
  }
  for (const { auditAction } of [enAudit, zhAudit])
    expect(Object.keys(auditAction).sort()).toEqual([...auditActions].sort())
})
