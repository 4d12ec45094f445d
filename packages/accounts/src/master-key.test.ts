import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
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
    expect(key).toEqual({ name: 'environment', bytes: Buffer.from(DIGITS, 'hex') })
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
  (fromEnvironment) => {
    const inside = join(folder, 'data')
    const key = loadMasterKey({ fromEnvironment, folder: inside })
    expect(key.name).toBe('file')
    expect(key.bytes).toHaveLength(32)
    expect(statSync(join(inside, 'secret.key')).mode & 0o777).toBe(0o600)
    expect(statSync(inside).mode & 0o777).toBe(0o700)
    expect(readdirSync(inside), 'no draft stays behind').toEqual(['secret.key'])
    expect(loadMasterKey({ fromEnvironment, folder: inside })).toEqual(key)
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
