import { readFileSync } from 'node:fs'
import { accountErrors } from '@plimsoll/accounts'
import { listProblems } from '@plimsoll/database'
import { fileErrors } from '@plimsoll/files'
import { stockErrors } from '@plimsoll/stock'
import { syncErrors } from '@plimsoll/sync'
import { expect, test } from 'vitest'
import { apiErrors } from './http/problem.ts'
import { importErrors } from './imports/import-errors.ts'

type Entry = { code: string; status: string; fault: string; cure: string }

const reference = readFileSync(new URL('../../../docs/reference/errors.md', import.meta.url), 'utf8')

const catalogues: [heading: string, entries: Entry[]][] = [
  ['Stock', toEntries(stockErrors)],
  ['Connections and listings', toEntries(syncErrors)],
  ['Accounts', toEntries(accountErrors)],
  ['Files', toEntries(fileErrors)],
  ['Imports', toEntries(importErrors)],
  ['The API itself', toEntries(apiErrors)],
  // Only ever answered with 503: the hub cannot serve anybody until a person has put the database right.
  ['The database', listProblems().map((problem) => ({ ...problem, status: '503', fault: 'yours' }))],
]

test.each(catalogues)('the reference lists the errors of "%s" as the code does', (heading, entries) => {
  const rows = rowsUnder(heading)
  expect(rows.map(({ meaning: _meaning, ...entry }) => entry)).toEqual(entries)
})

test('every error has a meaning in words', () => {
  const all = catalogues.flatMap(([heading]) => rowsUnder(heading))
  expect(all.length).toBeGreaterThan(0)
  expect(all.filter((row) => row.meaning.length < 10).map((row) => row.code)).toEqual([])
})

test('the reference has no heading that no catalogue stands behind', () => {
  const headings = [...reference.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading)
  expect(headings).toEqual(catalogues.map(([heading]) => heading))
})

function toEntries(errors: Record<string, { status: number; fault: string; cure: string }>): Entry[] {
  return Object.entries(errors).map(([code, { status, fault, cure }]) => ({
    code,
    status: String(status),
    fault,
    cure,
  }))
}

/** The rows of the table under a heading: code, status, fault, meaning, cure. */
function rowsUnder(heading: string): (Entry & { meaning: string })[] {
  const [, section = ''] = reference.split(`## ${heading}\n`)
  const [table = ''] = section.split('\n## ')
  return table
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => {
      const [, code = '', status = '', fault = '', meaning = '', cure = ''] = line
        .split('|')
        .map((cell) => cell.trim())
      return { code: code.replaceAll('`', ''), status, fault, meaning, cure }
    })
}
