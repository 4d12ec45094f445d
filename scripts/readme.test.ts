import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const read = (name: string) => readFileSync(`${import.meta.dirname}/../${name}`, 'utf8')
const all = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, found]) => found)

test('both READMEs name each other, the same commands and the same pages', () => {
  const [english, chinese] = [read('README.md'), read('README.zh-CN.md')]
  expect(all(chinese, /```sh\n(.+?)```/gs)).toEqual(all(english, /```sh\n(.+?)```/gs))
  // Chinese pages stand in for English ones, and each README for the other.
  const pages = (text: string) =>
    new Set(all(text, /\]\(([^)]+)\)/g).map((link) => link?.replace(/\.zh(-CN)?\.(md|webp)$/, '.$2')))
  expect([...pages(chinese)].sort()).toEqual([...pages(english)].sort())
  for (const text of [english, chinese])
    for (const link of all(text, /\]\(([^)#]+)\)/g)) expect(() => read(link ?? '')).not.toThrow()
})
