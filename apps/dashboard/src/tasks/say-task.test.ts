import {
  activityCodes,
  auditActions,
  notUndoableCodes,
  parkedCodes,
  problemCodes,
  toldCodes,
  troubleCodes,
} from '@plimsoll/client'
import { expect, test } from 'vitest'
import { enAudit } from '../locales/en-audit.ts'
import { enToldProblems } from '../locales/en-told-problems.ts'
import { enToldTasks } from '../locales/en-told-tasks.ts'
import { enToldTroubles } from '../locales/en-told-troubles.ts'
import { zhAudit } from '../locales/zh-audit.ts'
import { zhToldProblems } from '../locales/zh-told-problems.ts'
import { zhToldTasks } from '../locales/zh-told-tasks.ts'
import { zhToldTroubles } from '../locales/zh-told-troubles.ts'
import { sayFacts } from './say-task.ts'

const words = {
  locale: 'en',
  none: 'none',
  units: (n: number) => `${n} units`,
  because: (code: string) => (code === 'no-stock' ? 'nothing is there' : code),
  refusal: (code: string) => `(${code})`,
  tracking: (kind: string) => `by ${kind}`,
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

test('so is what is the matter with levels, counts, jobs, bulk edits, destinations and deliveries, with the same facts', () => {
  const [en, zh] = [enToldTroubles.toldTrouble, zhToldTroubles.toldTrouble]
  for (const words of [en, zh]) expect(Object.keys(words).sort()).toEqual([...troubleCodes].sort())
  for (const { notUndoable } of [enToldTroubles, zhToldTroubles])
    expect(Object.keys(notUndoable).sort()).toEqual([...notUndoableCodes].sort())
  for (const { toldActivity } of [enToldTroubles, zhToldTroubles])
    expect(Object.keys(toldActivity).sort()).toEqual([...activityCodes].sort())
  const facts = (text: string) => [...text.matchAll(/{{(\w+)}}/g)].map(([, fact]) => fact).sort()
  for (const code of troubleCodes) {
    expect(zh[code], code).toMatch(/\p{Script=Han}|refusal/u)
    expect(facts(zh[code]), code).toEqual(facts(en[code]))
  }
  expect(sayFacts({ refusal: 'name-taken', tracking: 'lot', message: 'No' }, words)).toMatchObject({
    refusal: '(name-taken)',
    tracking: 'by lot',
  })
})
