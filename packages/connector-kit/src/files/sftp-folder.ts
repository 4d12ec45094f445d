import { createHash, timingSafeEqual } from 'node:crypto'
import { connect as connectTcp, type Socket } from 'node:net'
import type { Client, FileEntryWithStats, SFTPWrapper, Stats } from 'ssh2'
import type { Clock } from '../clock.ts'
import { Forbidden, isConnectorError, Malformed, NotFound, Unauthorized, Unavailable } from '../errors.ts'
import { publicLookup } from '../public-lookup.ts'
import { contain } from './contain.ts'
import {
  FILE_BYTES_MAX,
  FOLDER_TIMEOUT_MS,
  type Folder,
  type FolderPlace,
  joinPath,
  parentOf,
  pathProblem,
} from './folder.ts'
import { tooLarge } from './local-folder.ts'
import { withinTime } from './within-time.ts'

type SftpPlace = FolderPlace & { kind: 'sftp' }
type Session = {
  client: Client
  sftp: SFTPWrapper
  /** Rejects once the connection is over: what was under way then ssh2 may leave unanswered. */
  over: Promise<never>
}

/** Status codes of SFTP version 3 (draft-ietf-secsh-filexfer-02, section 7), which is what servers speak. */
const NO_SUCH_FILE = 2
const PERMISSION_DENIED = 3

/**
 * A folder on an SFTP server. Opened at the first call, and again after it broke off.
 * @param publicOnly refuses names and addresses that lead into a private network
 */
export function openSftpFolder(
  place: SftpPlace,
  { clock, publicOnly }: { clock: Clock; publicOnly: boolean },
): Folder {
  let opening: Promise<Session> | undefined
  let seenKey: string | undefined

  const session = async (): Promise<Session> => {
    opening ??= openSession(place, publicOnly, (key) => {
      seenKey = key
    }).then((opened) => {
      // The next call opens another.
      opened.client.once('close', () => {
        opening = undefined
      })
      return opened
    })
    try {
      return await opening
    } catch (error) {
      opening = undefined
      throw error
    }
  }
  const close = async (): Promise<void> => {
    const open = await opening?.catch(() => undefined)
    opening = undefined
    open?.client.end()
  }
  /** @param reach whether what fails may have been done */
  const call = async <T>(
    below: string,
    signal: AbortSignal | undefined,
    work: (sftp: SFTPWrapper, full: (path: string) => string) => Promise<T>,
  ): Promise<T> => {
    const problem = pathProblem(below)
    if (problem !== undefined) throw new Forbidden(`"${below}": ${problem}.`, 'path')
    let isSent = false
    const done = async () => {
      const { sftp, over } = await session()
      isSent = true
      return await Promise.race([work(sftp, (path) => joinPath(place.root, path)), over])
    }
    try {
      return await withinTime(done(), { clock, ms: FOLDER_TIMEOUT_MS, signal })
    } catch (error) {
      // A session that hangs or broke off is of no more use.
      if (!isStatus(error)) await close()
      throw toConnectorError(error, below, isSent)
    }
  }

  const find = (below: string, signal: AbortSignal | undefined) =>
    call(below, signal, async (sftp, full) => {
      const stats = await ask<Stats>((done) => sftp.stat(full(below), done)).catch(ifMissing)
      if (stats === undefined || !stats.isFile()) return undefined
      return toFile(below.slice(below.lastIndexOf('/') + 1), stats)
    })
  const makeFolder = async (
    sftp: SFTPWrapper,
    full: (path: string) => string,
    folder: string,
  ): Promise<void> => {
    if (folder === '') return
    const known = await ask((done) => sftp.stat(full(folder), done)).catch(ifMissing)
    if (known !== undefined) return
    await makeFolder(sftp, full, parentOf(folder))
    // Another may have made it meanwhile: then what follows finds it.
    await ask<void>((done) => sftp.mkdir(full(folder), done)).catch(ifStatus)
  }

  return {
    list: (below, { signal } = {}) =>
      call(below, signal, async (sftp, full) => {
        const entries = await ask<FileEntryWithStats[]>((done) => sftp.readdir(full(below), done))
        return entries
          .filter(({ attrs }) => attrs.isFile())
          .map(({ filename, attrs }) => toFile(filename, attrs))
          .sort((one, other) => (one.name < other.name ? -1 : 1))
      }),
    read: (below, { signal } = {}) =>
      call(below, signal, async (sftp, full) => {
        const stats = await ask<Stats>((done) => sftp.stat(full(below), done))
        if (stats.size > FILE_BYTES_MAX) throw tooLarge(below)
        const content = await ask<Buffer>((done) => sftp.readFile(full(below), done))
        // Some servers end a transfer that broke off as if it were whole.
        const after = await ask<Stats>((done) => sftp.stat(full(below), done))
        if (content.length !== after.size)
          throw new Malformed(`"${below}" has ${after.size} bytes, and ${content.length} came.`, '')
        return content
      }),
    write: (below, content, { signal } = {}) =>
      call(below, signal, async (sftp, full) => {
        await makeFolder(sftp, full, parentOf(below))
        const [beside, target] = [`${full(below)}.tmp`, full(below)]
        await ask<void>((done) => sftp.writeFile(beside, Buffer.from(content), done))
        await replace(sftp, beside, target)
      }),
    move: (from, to, { signal } = {}) =>
      call(to, signal, async (sftp, full) => {
        await makeFolder(sftp, full, parentOf(to))
        const taken = await ask((done) => sftp.stat(full(to), done)).catch(ifMissing)
        if (taken !== undefined) return 'taken'
        const source = await ask((done) => sftp.stat(full(from), done)).catch(ifMissing)
        if (source === undefined) return 'missing'
        await ask<void>((done) => sftp.rename(full(from), full(to), done))
        return 'moved'
      }),
    find: (below, { signal } = {}) => find(below, signal),
    hostKey: () => seenKey,
    close,
  }
}

/** Version 3 knows no replacing; OpenSSH's extension does, in one step. Elsewhere the old one goes first. */
async function replace(sftp: SFTPWrapper, from: string, to: string): Promise<void> {
  try {
    await ask<void>((done) => sftp.ext_openssh_rename(from, to, done))
  } catch {
    // Thrown where the server has no such extension; whatever else it is, what follows meets it too.
    const old = await ask((done) => sftp.stat(to, done)).catch(ifMissing)
    if (old !== undefined) await ask<void>((done) => sftp.unlink(to, done))
    await ask<void>((done) => sftp.rename(from, to, done))
  }
}

async function openSession(
  place: SftpPlace,
  publicOnly: boolean,
  onKey: (key: string) => void,
): Promise<Session> {
  // Loaded only where a connection has such a folder.
  const { Client: SshClient } = await import('ssh2')
  const socket = await openSocket(place, publicOnly)
  const client = new SshClient()
  let isKeyWrong: string | undefined
  const over = new Promise<never>((_, reject) => {
    client.on('error', reject)
    client.once('close', () => reject(new Error('the server closed the connection')))
  })
  // Whoever waits for nothing just then does not hear of it.
  over.catch(() => undefined)
  try {
    const ready = new Promise<void>((resolve) => {
      client.once('ready', resolve)
      client.connect({
        sock: contain(socket),
        username: place.user,
        ...(place.password !== undefined && { password: place.password }),
        ...(place.privateKey !== undefined && { privateKey: place.privateKey }),
        ...(place.passphrase !== undefined && { passphrase: place.passphrase }),
        readyTimeout: 20_000,
        keepaliveInterval: 15_000,
        hostVerifier: (key: Buffer) => {
          const shown = fingerprintOf(key)
          onKey(shown)
          const isRight = place.hostKey === undefined || isSame(place.hostKey, shown)
          if (!isRight) isKeyWrong = shown
          return isRight
        },
      })
    })
    await Promise.race([ready, over])
    const sftp = await Promise.race([ask<SFTPWrapper>((done) => client.sftp(done)), over])
    return { client, sftp, over }
  } catch (error) {
    client.end()
    socket.destroy()
    if (isKeyWrong !== undefined)
      throw new Unauthorized(
        `The server shows the key ${isKeyWrong}, and ${place.hostKey} was expected. Ask the warehouse whether it has a new key before you enter it.`,
        { code: 'host-key', cause: error },
      )
    throw error
  }
}

async function openSocket({ host, port }: SftpPlace, publicOnly: boolean): Promise<Socket> {
  return await new Promise((resolve, reject) => {
    const socket = connectTcp({ host, port, ...(publicOnly && { lookup: publicLookup }), timeout: 10_000 })
    socket.once('connect', () => {
      socket.setTimeout(0)
      socket.removeAllListeners('error')
      socket.setNoDelay(true)
      resolve(socket)
    })
    socket.once('timeout', () => socket.destroy(new Error('no connection within 10 seconds')))
    socket.once('error', reject)
  })
}

/** As OpenSSH shows it. */
export function fingerprintOf(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`
}

function isSame(wanted: string, shown: string): boolean {
  const [one, other] = [wanted.trim().replace(/=+$/, ''), shown].map((text) => Buffer.from(text))
  return one?.length === other?.length && timingSafeEqual(one ?? Buffer.alloc(0), other ?? Buffer.alloc(0))
}

/** ssh2 speaks in callbacks. */
function ask<T>(call: (done: (error: Error | null | undefined, value?: T) => void) => unknown): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    call((error, value) => {
      if (error !== null && error !== undefined) reject(error)
      // Calls that answer nothing are asked as `void`.
      else resolve(value as T)
    })
  })
}

function toFile(name: string, { size, mtime }: { size: number; mtime: number }) {
  return { name, bytes: size, modifiedAt: mtime > 0 ? new Date(mtime * 1_000) : undefined }
}

function isStatus(error: unknown): error is Error & { code: number } {
  return error instanceof Error && 'code' in error && typeof error.code === 'number'
}

function ifStatus(error: unknown): undefined {
  if (isStatus(error)) return undefined
  throw error
}

function ifMissing(error: unknown): undefined {
  if (isStatus(error) && error.code === NO_SUCH_FILE) return undefined
  throw error
}

function toConnectorError(cause: unknown, below: string, isSent: boolean): unknown {
  if (isConnectorError(cause)) return cause
  if (!(cause instanceof Error)) return cause
  if (isStatus(cause)) {
    const code = String(cause.code)
    if (cause.code === NO_SUCH_FILE) return new NotFound(`The server has no "${below}".`, { code, cause })
    if (cause.code === PERMISSION_DENIED)
      return new Forbidden(`The server does not let this user read or write "${below}".`, below, {
        code,
        cause,
      })
    return new Unavailable(`"${below}": ${cause.message}.`, isSent, { code, cause })
  }
  if ('level' in cause && cause.level === 'client-authentication')
    return new Unauthorized('The server refused the user name, password or key.', { cause })
  if (/Cannot parse privateKey|no passphrase given|OpenSSH key/i.test(cause.message))
    return new Unauthorized(`The private key cannot be read: ${cause.message}`, { cause })
  return new Unavailable(`The SFTP server: ${cause.message}`, isSent, { cause })
}
