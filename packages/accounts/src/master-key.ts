import { randomBytes } from 'node:crypto'
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { MasterKey } from './sealing.ts'

/**
 * The key that secrets are sealed with: `PLIMSOLL_SECRET_KEY` (64 hexadecimal digits), else a file of
 * mode 0600 in the data folder, made on first use. Several processes that start at once agree on one file.
 */
export function loadMasterKey(options: { fromEnvironment: string | undefined; folder: string }): MasterKey {
  if (options.fromEnvironment !== undefined && options.fromEnvironment !== '') {
    return { name: 'environment', bytes: parseKey(options.fromEnvironment, 'PLIMSOLL_SECRET_KEY') }
  }
  const path = join(options.folder, 'secret.key')
  const existing = readIfPresent(path)
  if (existing !== undefined) return { name: 'file', bytes: parseKey(existing, path) }

  mkdirSync(options.folder, { recursive: true, mode: 0o700 })
  const draft = join(options.folder, `secret.key.${process.pid}.${randomBytes(4).toString('hex')}`)
  writeFileSync(draft, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600, flag: 'wx' })
  try {
    // A link, unlike a rename, never replaces a key that another process has just made.
    linkSync(draft, path)
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error
  } finally {
    rmSync(draft, { force: true })
  }
  return { name: 'file', bytes: parseKey(readFileSync(path, 'utf8'), path) }
}

function parseKey(text: string, where: string): Buffer {
  if (!/^[0-9a-f]{64}$/i.test(text.trim())) {
    throw new Error(`${where} must hold 64 hexadecimal digits; make one with: openssl rand -hex 32`)
  }
  return Buffer.from(text.trim(), 'hex')
}

function readIfPresent(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined
}
