import { type ImportJobView, importJob } from '@plimsoll/client'
import { expect, test } from 'vitest'
import { sheetStandingOf } from './sheet-standing.ts'

const job: ImportJobView = {
  ...{ importId: 'i', what: 'mappings', name: 'm', fileName: 'm.xlsx', sheet: null, format: 'xlsx' },
  ...{ encoding: null, bytes: 10, state: 'checked', mode: null, rowsTotal: 5, rowsBad: 0, warnings: 0 },
  ...{ isCut: false, zeroed: 0, stocked: 0, needsConfirmation: false, failure: null, rowsPassed: 5 },
  preview: { columns: [], rows: [], effect: { created: 0, changed: 3, unchanged: 2, units: 0 } },
  ...{ isWorkedOn: false, applied: 0, unchanged: 0, skipped: 0, units: 0 },
  ...{ createdAt: '2026-11-27T00:00:00Z', checkedAt: null, finishedAt: null },
}

test.each([
  ['is being received', { state: 'uploading' }, { kind: 'working' }],
  ['is being looked at', { state: 'uploaded', rowsPassed: 2 }, { kind: 'working', passed: 2 }],
  ['is being applied', { state: 'checked', isWorkedOn: true }, { kind: 'working' }],
  ['is applied bit by bit', { state: 'applying' }, { kind: 'working' }],
  ['is good', {}, { kind: 'looked-at', changed: 3, mode: 'all-or-nothing' }],
  ['has wrong rows', { rowsBad: 1 }, { kind: 'looked-at', changed: 3, mode: 'good-rows' }],
  ['was not looked at to its end', { rowsBad: 1, isCut: true }, { kind: 'looked-at', mode: undefined }],
  [
    'changes nothing',
    { preview: { columns: [], rows: [], effect: { created: 0, changed: 0, unchanged: 5, units: 0 } } },
    { kind: 'looked-at', changed: 0, mode: undefined },
  ],
  [
    'changes no item, but brings stock',
    { preview: { columns: [], rows: [], effect: { created: 0, changed: 0, unchanged: 5, units: 7 } } },
    { kind: 'looked-at', changed: 0, mode: 'all-or-nothing' },
  ],
  ['is done', { state: 'done', applied: 3, skipped: 1 }, { kind: 'applied', applied: 3, skipped: 1 }],
  [
    'cannot be read',
    { state: 'unreadable', failure: { code: 'file-not-text', message: 'm', cure: 'c' } },
    { kind: 'unreadable', failure: { code: 'file-not-text' } },
  ],
])('a file that %s', (_, change, standing) => {
  expect(sheetStandingOf(importJob.parse({ ...job, ...change }))).toMatchObject(standing)
})
