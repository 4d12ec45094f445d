import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { rowReader } from './rows.ts'
import { inChinese } from './said-in-chinese.ts'

test('whatever a row is refused for by the hub’s own words is told in Chinese, the field beside it', () => {
  const source = readFileSync(new URL('rows.ts', import.meta.url), 'utf8')
  const own = [...source.matchAll(/(?:message: |error: |\? |, )'((?:give|it is)[^']+)'/g)].map(
    ([, text]) => text,
  )
  expect(own.length).toBeGreaterThan(5)
  for (const message of own)
    expect(inChinese(`onHand: ${message}`), message).toMatch(/^onHand：[^“]*\p{sc=Han}[^“]*$/u)
})

test('of a file that is held back, and of one that cannot be read, it tells what is the matter', () => {
  const read = rowReader('levels', { decimal: '.', dates: undefined, zone: 'UTC' })
  const refused = read({ sku: 'MUG', onHand: -1 })
  expect('problem' in refused && inChinese(refused.problem)).toBe('onHand：不能小于 0')
  expect(inChinese('It has 3 readable rows, and the one before had 90.')).toBe(
    '其中可读取的有 3 行，而前一个文件有 90 行。',
  )
  expect(inChinese('stock.csv is not read: two columns have one name.')).toBe('未读取 stock.csv：两列同名。')
  expect(inChinese('locationId: there is no "B" in `locations`')).toBe('locationId：`locations` 中没有“B”')
  expect(inChinese('Something that nobody thought of.')).toBe('“Something that nobody thought of.”')
})
