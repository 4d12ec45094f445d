import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { expect, test } from 'vitest'
import { expression } from './expression-text.ts'
import { expressionInChinese } from './said-in-chinese.ts'

/** JSONata's own catalogue, as it is installed; what stands in braces is put in by it. */
function catalogue(): string[] {
  const source = readFileSync(createRequire(import.meta.url).resolve('jsonata'), 'utf8')
  const [, list = ''] = /var errorCodes = \{(.*?)\n {4}\};/s.exec(source) ?? []
  return [...list.matchAll(/"[STD]\d{4}": "(.*?)",?(?:\s*\/\/.*)?$/gm)].flatMap(([, text]) => text ?? [])
}

/** These two hand on what a caller says, which has no sentence of its own. */
const HANDED_ON = '{{{message}}}'

test('whatever JSONata itself can say is said in Chinese', () => {
  const all = catalogue().filter((text) => text !== HANDED_ON)
  expect(all.length).toBeGreaterThan(85)
  const english = all
    .map((text) => text.replaceAll('\\\\', '\\').replaceAll(/\{+\w+\}+/g, '"x"'))
    .filter((said) => expressionInChinese(said) === undefined)
  expect(english).toEqual([])
})

test('an expression that cannot be read says in Chinese what and where', () => {
  const saidOf = (text: string) => {
    const read = expression.safeParse(text)
    return read.success ? '' : expressionInChinese(read.error.issues[0]?.message ?? '')
  }
  expect(saidOf('Article & (')).toMatch(/^不是有效的 JSONata 表达式：.+（第 \d+ 个字符处）$/)
  expect(saidOf('"open')).toBe('不是有效的 JSONata 表达式：字符串缺少结尾的引号（第 5 个字符处）')
  expect(expressionInChinese('it took more than 300 ms')).toBe('运行超过 300 毫秒')
  expect(expressionInChinese('$eval is not to be had here')).toBe('此处不能使用 $eval')
})

test('what nobody thought of is left to whoever asks', () => {
  expect(expressionInChinese('Something new')).toBeUndefined()
  expect(expressionInChinese('it is not JSONata: something new (character 3)')).toBe(
    '不是有效的 JSONata 表达式：“something new”（第 3 个字符处）',
  )
})
