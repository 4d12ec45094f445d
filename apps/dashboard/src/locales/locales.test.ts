import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { en } from './en.ts'
import { enFirst } from './en-first.ts'
import { zh } from './zh.ts'
import { zhFirst } from './zh-first.ts'

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

test('one Chinese word for one thing, in every file', () => {
  const words: Record<string, string> = {
    Available: '可售',
    Reserved: '占用',
    Listing: '刊登',
    Listings: '刊登',
    Lot: '批次',
    Lots: '批次',
    'Serial number': '序列号',
    'Serial numbers': '序列号',
    Transfer: '调拨',
    'Stock counts': '盘点',
    'Overseas warehouse': '海外仓',
    Kit: '套装',
    Routing: '分仓',
    'Routing rules': '分仓规则',
  }
  const told = [...english].flatMap(([key, text]) => (words[text] === undefined ? [] : [[key, words[text]]]))
  expect(told.length).toBeGreaterThan(10)
  const wrong = told.filter(([key, word]) => !chinese.get(key ?? '')?.includes(word ?? ''))
  expect(wrong).toEqual([])
  // Other words for the same: 可用 for 可售, 已预留 for 占用, 组合 for 套装, 路由 for 分仓, 映射 for 匹配 (of fields it is right), and
  // what nobody in a warehouse says.
  const others =
    /可用库存|已预留|可用 \{\{|调库|盘库|在售商品|商品链接|(?<!商品)序号|组合商品|虚拟组合|路由|(?<!字段)映射/
  expect([...chinese].filter(([, text]) => others.test(text))).toEqual([])
})

test('no file of words hides a group of another', async () => {
  const parts = readdirSync(import.meta.dirname).flatMap((name) => /^(en-.*)\.ts$/.exec(name)?.[1] ?? [])
  expect(parts.length).toBeGreaterThan(5)
  for (const part of parts) {
    const words: Record<string, Tree> = await import(`./${part}.ts`)
    for (const tree of Object.values(words))
      expect([part, flatten(tree).filter(([key, text]) => english.get(key) !== text)]).toEqual([part, []])
  }
})

test('whatever can be shown before the words of all screens are there has its own with the first', () => {
  const folder = path.join(import.meta.dirname, '..')
  const seen = new Set<string>()
  const read = (file: string) => {
    if (seen.has(file)) return
    seen.add(file)
    const imports = readFileSync(file, 'utf8').matchAll(/^import (?!type)[^;]*?'(\.[^']+\.tsx?)'/gms)
    for (const [, to] of imports) read(path.join(path.dirname(file), to ?? ''))
  }
  for (const file of ['main', 'overview/overview-screen', 'accounts/first-brand'])
    read(path.join(folder, `${file}.tsx`))
  const said = [...seen].flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/['"`](\w+)\.[\w${-]/g)].map((match) => match[1] ?? ''),
  )
  const groups = new Set(said.filter((group) => group in en))
  expect(groups.size).toBeGreaterThan(10)
  expect([...groups].filter((group) => !(group in enFirst) || !(group in zhFirst))).toEqual([])
})

test('each name that a connector makes up for a place has words', () => {
  const connectors = path.join(import.meta.dirname, '..', '..', '..', '..', 'packages', 'connectors')
  const made = readdirSync(connectors, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && !/simulator|testing/.test(name))
    .flatMap((name) => [
      ...readFileSync(path.join(connectors, name), 'utf8').matchAll(
        /externalId: \w+,\s*name: '([^']+)',\s*active/g,
      ),
    ])
    .map(([, name]) => name ?? '')
  expect(made.length).toBeGreaterThan(5)
  // What the platform calls itself is called so in every language.
  expect(made.filter((name) => name !== 'eBay' && !english.has(`madePlace.${name}`))).toEqual([])
})
