import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fromEnvironment } from '@plimsoll/database/testing'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { formatKeys, nameKey, parseKeys } from './key-text.ts'
import { loadMasterKey } from './master-key.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-key-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const DIGITS = '0123456789abcdef'.repeat(4)

test('the environment’s key is used and no file is made', () => {
  for (const text of [DIGITS, DIGITS.toUpperCase(), ` ${DIGITS}\n`]) {
    const key = loadMasterKey({ fromEnvironment: text, folder })
    expect(key.from).toBe('environment')
    expect(key.bytes).toEqual(Buffer.from(DIGITS, 'hex'))
    expect(key.name).toMatch(/^key-[0-9a-f]{12}$/)
  }
  expect(readdirSync(folder)).toEqual([])
})

test.each([
  ['too short', DIGITS.slice(1)],
  ['too long', `${DIGITS}0`],
  ['not hexadecimal', DIGITS.replace('a', 'g')],
  ['blank', ' '],
])('a key from the environment that is %s is refused, with how to make one', (_name, text) => {
  expect(() => loadMasterKey({ fromEnvironment: text, folder })).toThrow(
    /PLIMSOLL_SECRET_KEY must hold 64 hexadecimal digits; make one with: openssl rand -hex 32/,
  )
})

test.each([undefined, ''])(
  'without one (%o) a file is made that only its owner may read, and kept',
  (given) => {
    const inside = join(folder, 'data')
    const key = loadMasterKey({ fromEnvironment: given, folder: inside })
    expect(key.from).toBe(join(inside, 'secret.key'))
    expect(key.bytes).toHaveLength(32)
    expect(statSync(join(inside, 'secret.key')).mode & 0o777).toBe(0o600)
    expect(statSync(inside).mode & 0o777).toBe(0o700)
    expect(readdirSync(inside), 'no draft stays behind').toEqual(['secret.key'])
    expect(loadMasterKey({ fromEnvironment: given, folder: inside }).bytes).toEqual(key.bytes)
  },
)

test('a damaged file is never replaced: what it sealed would be lost', () => {
  const path = join(folder, 'secret.key')
  writeFileSync(path, 'half a ke')
  expect(() => loadMasterKey({ fromEnvironment: undefined, folder })).toThrow(`${path} must hold 64`)
  expect(readFileSync(path, 'utf8')).toBe('half a ke')
})

test('processes that start at once in an empty folder agree on one key', async () => {
  const code = `
    const { loadMasterKey } = await import(${JSON.stringify(new URL('./master-key.ts', import.meta.url).href)})
    process.stdout.write('ready')
    for await (const _line of process.stdin) break
    const { bytes } = loadMasterKey({ fromEnvironment: undefined, folder: ${JSON.stringify(join(folder, 'data'))} })
    process.stdout.write(bytes.toString('hex'))`
  const children = Array.from({ length: 4 }, () =>
    spawn(process.execPath, ['--input-type=module', '--eval', code], { stdio: ['pipe', 'pipe', 'inherit'] }),
  )
  const ready = children.map((child) => new Promise((resolve) => child.stdout.once('data', resolve)))
  const said = children.map(
    (child) =>
      new Promise<string>((resolve) => {
        let text = ''
        child.stdout.on('data', (chunk) => {
          text += chunk
        })
        child.on('close', () => resolve(text.replace('ready', '')))
      }),
  )
  await Promise.all(ready)
  for (const child of children) child.stdin.end('go\n')
  const keys = await Promise.all(said)
  expect(keys[0]).toMatch(/^[0-9a-f]{64}$/)
  expect(new Set(keys).size).toBe(1)
  expect(readdirSync(join(folder, 'data'))).toEqual(['secret.key'])
})

test('whoever has the file read sees keys that were put in their place, and keeps its own while the file is damaged', () => {
  const here = loadMasterKey({ fromEnvironment: undefined, folder })
  const there = loadMasterKey({ fromEnvironment: undefined, folder })
  const former = here.keys.seals
  const next = nameKey(Buffer.alloc(32, 1))
  here.write?.({ seals: former, next, former: [] })
  expect(there.others).toEqual([])
  expect([there.refresh(), there.refresh()]).toEqual([true, false])
  expect(there.keys).toEqual({ seals: former, next, former: [] })
  here.write?.({ seals: next, next: undefined, former: [former] })
  there.refresh()
  expect([there.name, there.others?.map(({ name }) => name)]).toEqual([next.name, [former.name]])
  expect(statSync(here.from).mode & 0o777).toBe(0o600)
  expect(readdirSync(folder), 'no draft stays behind').toEqual(['secret.key'])

  writeFileSync(here.from, 'half a ke')
  expect(() => there.refresh()).toThrow('must hold 64')
  expect(there.name).toBe(next.name)
})

test('keys are read as they are written; two that seal nothing yet, none that seals, or one twice are refused', () => {
  const key = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => nameKey(Buffer.from(bytes)))
  const distinct = { selector: ({ name }: { name: string }) => name, minLength: 1, maxLength: 5 }
  fc.assert(
    fc.property(fc.uniqueArray(key, distinct), fc.boolean(), ([seals, ...rest], hasNext) => {
      if (seals === undefined) throw new Error('at least one was asked for')
      const next = hasNext ? rest[0] : undefined
      const keys = { seals, next, former: next === undefined ? rest : rest.slice(1) }
      expect(parseKeys(formatKeys(keys), 'here')).toEqual(keys)
      expect(parseKeys(formatKeys(keys).trim().replaceAll('\n', ', '), 'here')).toEqual(keys)
    }),
    fromEnvironment(50),
  )
  const other = 'f'.repeat(64)
  expect(() => parseKeys(`next ${DIGITS}`, 'here')).toThrow('a key that is not "next"')
  expect(() => parseKeys(`${DIGITS}\nnext ${other}\nnext ${'e'.repeat(64)}`, 'here')).toThrow(
    'one "next" key',
  )
  expect(() => parseKeys(`${DIGITS}\n${DIGITS}`, 'here')).toThrow('the same key twice')
})
