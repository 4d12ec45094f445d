import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { enChanges } from '../locales/en-changes.ts'
import { sayValue, type Telling, toWords } from './say-value.ts'

const ids: Record<string, string> = { 'id-1': 'Main warehouse', 'id-2': 'Rotterdam' }
const telling: Telling = {
  ...{ nothing: 'nothing', yes: 'yes', no: 'no', locale: 'en' },
  nameOf: (id) => ids[id],
  wordOf: (field, value) => (field === 'whenEmpty' && value === 'leave' ? 'not written' : undefined),
  labelOf: (field) => (field === 'locationIds' ? 'Locations' : toWords(field)),
}

test.each([
  [null, 'nothing'],
  [[], 'nothing'],
  [{}, 'nothing'],
  [true, 'yes'],
  [12_000, '12,000'],
  ['id-2', 'Rotterdam'],
  [
    { whenEmpty: 'leave', locationIds: ['id-1', 'id-2'] },
    'When empty not written · Locations Main warehouse, Rotterdam',
  ],
  ['x'.repeat(200), `${'x'.repeat(160)}…`],
])('%j is said as "%s"', (value, said) => {
  expect(sayValue('field', value, telling)).toBe(said)
})

test('a moment is told in the reader’s locale', () => {
  expect(sayValue('at', '2026-11-27T03:11:28.000Z', telling)).toContain('2026')
})

test('numbers are told by what they are of: spans, days of the week; ids of platforms by their last part', () => {
  expect(sayValue('ordersPollMs', 10_000, telling)).toBe('10 sec')
  expect(sayValue('ordersPollMs', 900_000, telling)).toBe('15 min')
  expect(sayValue('openingDays', [1, 7], telling)).toBe('Mon, Sun')
  expect(toWords('gid://shopify/Location/50')).toBe('50')
})

test('lists have commas in Chinese too', () => {
  expect(sayValue('openingDays', [1, 2], { ...telling, locale: 'zh-CN' })).toBe('周一、周二')
})

// That both languages have the same words, another test says.
test('each field whose changes are recorded has a word', () => {
  const folder = `${import.meta.dirname}/../../../../packages/database/migrations`
  const fields = readdirSync(folder).flatMap((name) =>
    [
      ...readFileSync(`${folder}/${name}`, 'utf8').matchAll(
        /setting_is_recorded\(\s*'[^']*',\s*'[^']*',\s*'([^']*)'/g,
      ),
    ].flatMap(([, list = '']) => list.split(',').map((field) => field.trim())),
  )
  expect(fields.length).toBeGreaterThan(60)
  expect(fields.filter((field) => !(field in enChanges.changeLog.field))).toEqual([])
})
