import { randomBytes } from 'node:crypto'
import {
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import type { MasterKey, SealingKey } from '../sealing.ts'
import { formatKeys, type Keys, parseKeys } from './key-text.ts'

/** Where the keys of a hub come from, and the keys themselves, which may change while it runs. */
export type KeptKeys = MasterKey & {
  /** `environment`, or the path of the file. */
  readonly from: string
  readonly keys: Keys
  refresh(): boolean
  /** Absent where the keys come from the environment: they cannot be changed from within. */
  write?(keys: Keys): void
}

/**
 * The keys that secrets are sealed with: `PLIMSOLL_SECRET_KEY` (64 hexadecimal digits; several with commas between them, the
 * first one seals), else a file of mode 0600 in the data folder, made on first use. Several processes that start at once
 * agree on one file.
 */
export function loadMasterKey(options: { fromEnvironment: string | undefined; folder: string }): KeptKeys {
  if (options.fromEnvironment !== undefined && options.fromEnvironment !== '')
    return new KeysOfEnvironment(parseKeys(options.fromEnvironment, 'PLIMSOLL_SECRET_KEY'))
  const path = join(options.folder, 'secret.key')
  if (readIfPresent(path) === undefined) makeFile(path)
  return new KeysInFile(path)
}

class KeysOfEnvironment implements KeptKeys {
  readonly from = 'environment'
  readonly keys: Keys

  constructor(keys: Keys) {
    this.keys = keys
  }
  get name(): string {
    return this.keys.seals.name
  }
  get bytes(): Buffer {
    return this.keys.seals.bytes
  }
  get others(): readonly SealingKey[] {
    return othersOf(this.keys)
  }
  refresh(): boolean {
    return false
  }
}

/** Read when it is made and by `refresh` alone, so that what reads name and bytes in one go reads those of one key. */
class KeysInFile implements KeptKeys {
  readonly from: string
  #keys: Keys
  #seen: string

  constructor(path: string) {
    this.from = path
    this.#seen = stampOf(path)
    this.#keys = parseKeys(readFileSync(path, 'utf8'), path)
  }
  get keys(): Keys {
    return this.#keys
  }
  get name(): string {
    return this.#keys.seals.name
  }
  get bytes(): Buffer {
    return this.#keys.seals.bytes
  }
  get others(): readonly SealingKey[] {
    return othersOf(this.#keys)
  }

  /** @throws Error where the file is gone or damaged; the keys stay as they were */
  refresh(): boolean {
    // Before it is read: changed in between, it is read once more the next time.
    const stamp = stampOf(this.from)
    if (stamp === this.#seen) return false
    this.#keys = parseKeys(readFileSync(this.from, 'utf8'), this.from)
    this.#seen = stamp
    return true
  }

  /**
   * Puts them in the place of the file's, all at once: whatever happens meanwhile, the file holds the old ones or the new ones.
   * @throws KeysNotWritable
   */
  write(keys: Keys): void {
    const draft = draftOf(this.from)
    try {
      const file = openSync(draft, 'wx', 0o600)
      try {
        writeSync(file, formatKeys(keys))
        // Or a power cut would leave an empty file under the right name.
        fsyncSync(file)
      } finally {
        closeSync(file)
      }
      renameSync(draft, this.from)
      syncFolder(dirname(this.from))
    } catch (error) {
      const code = codeOf(error)
      // EBUSY: the file by itself is mounted into a container.
      if (code !== undefined && ['EROFS', 'EACCES', 'EPERM', 'EBUSY', 'EXDEV'].includes(code))
        throw new KeysNotWritable(this.from, error)
      throw error
    } finally {
      rmSync(draft, { force: true })
    }
    this.refresh()
  }
}

/** The file is mounted read-only, or by itself: whoever mounts it must change it. */
export class KeysNotWritable extends Error {
  constructor(path: string, cause: unknown) {
    super(`${path} cannot be replaced from here.`, { cause })
    this.name = 'KeysNotWritable'
  }
}

function othersOf({ next, former }: Keys): readonly SealingKey[] {
  return next === undefined ? former : [...former, next]
}

function makeFile(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const draft = draftOf(path)
  writeFileSync(draft, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600, flag: 'wx' })
  try {
    // A link, unlike a rename, never replaces a key that another process has just made.
    linkSync(draft, path)
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error
  } finally {
    rmSync(draft, { force: true })
  }
}

function draftOf(path: string): string {
  return `${path}.${process.pid}.${randomBytes(4).toString('hex')}`
}

function stampOf(path: string): string {
  const { ino, size, mtimeNs } = statSync(path, { bigint: true })
  return `${ino} ${size} ${mtimeNs}`
}

function syncFolder(folder: string): void {
  // Windows opens no folders; it keeps the rename by itself.
  if (process.platform === 'win32') return
  const handle = openSync(folder, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
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
