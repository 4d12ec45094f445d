import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { en } from './en.ts'
import { zh } from './zh.ts'

type Tree = { [key: string]: string | Tree }
function flatten(tree: Tree, path = ''): [string, string][] {
  return Object.entries(tree).flatMap(([key, value]) =>
    typeof value === 'string'
      ? [[`${path}${key}`, value] as [string, string]]
      : flatten(value, `${path}${key}.`),
  )
}
const english = new Map(flatten(en))
const chinese = new Map(flatten(zh))

test('both locales have the same keys, none empty', () => {
  expect([...chinese.keys()].sort()).toEqual([...english.keys()].sort())
  expect([...english, ...chinese].filter(([, text]) => text.trim() === '')).toEqual([])
})

test('both locales take the same placeholders', () => {
  const placeholders = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map((match) => match[1]).sort()
  // English spells out "one"; the number may then be left out.
  for (const [key, text] of english) {
    if (!key.endsWith('_one'))
      expect([key, placeholders(chinese.get(key) ?? '')]).toEqual([key, placeholders(text)])
  }
})

test('every key that the screens name in full exists', () => {
  const folder = `${import.meta.dirname}/..`
  const named = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name) && !name.includes('locales'))
    .flatMap((name) =>
      [...readFileSync(`${folder}/${name}`, 'utf8').matchAll(/\bt\('([\w.-]+)'/g)].map(
        (match) => match[1] ?? '',
      ),
    )
  const isKnown = (key: string) => english.has(key) || english.has(`${key}_other`)
  expect(named.length).toBeGreaterThan(50)
  expect(named.filter((key) => !isKnown(key))).toEqual([])
})
