import { type LookupAddress, lookup } from 'node:dns'
import { isIP } from 'node:net'
import { Readable, Writable } from 'node:stream'
import { checkServerIdentity } from 'node:tls'
import type { Client } from 'basic-ftp'
import type { Clock } from '../clock.ts'
import { Forbidden, isConnectorError, Malformed, NotFound, Unauthorized, Unavailable } from '../errors.ts'
import { publicLookup } from '../public-lookup.ts'
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

type FtpsPlace = FolderPlace & { kind: 'ftps' }

/**
 * A folder on an FTP server, over TLS alone: what is sent in the clear could be read and changed by anybody on the way.
 * One call after the other, as FTP has it.
 */
export function openFtpsFolder(
  place: FtpsPlace,
  { clock, publicOnly }: { clock: Clock; publicOnly: boolean },
): Folder {
  let client: Client | undefined
  let before: Promise<unknown> = Promise.resolve()

  const session = async (): Promise<Client> => {
    if (client !== undefined && !client.closed) return client
    const { Client: FtpClient } = await import('basic-ftp')
    const opened = new FtpClient(FOLDER_TIMEOUT_MS)
    client = opened
    await opened.access({
      // The address that was judged is the one that is called.
      host: await addressOf(place.host, publicOnly),
      port: place.port,
      user: place.user,
      password: place.password,
      secure: place.implicit ? 'implicit' : true,
      secureOptions: {
        // TLS names no addresses; what the certificate must be of is the place that was given, either way.
        ...(isIP(place.host) === 0 && { servername: place.host }),
        checkServerIdentity: (_name, certificate) => checkServerIdentity(place.host, certificate),
        ...(place.certificate !== undefined && { ca: place.certificate }),
      },
    })
    return opened
  }
  const close = async (): Promise<void> => {
    client?.close()
    client = undefined
  }
  const call = async <T>(
    below: string,
    signal: AbortSignal | undefined,
    work: (ftp: Client) => Promise<T>,
  ): Promise<T> => {
    const problem = pathProblem(below) ?? (/[\r\n]/.test(below) ? 'it holds a line break' : undefined)
    if (problem !== undefined) throw new Forbidden(`"${below}": ${problem}.`, 'path')
    const turn = before.then(async () => {
      let isSent = false
      const done = async () => {
        const ftp = await session()
        isSent = true
        return await work(ftp)
      }
      try {
        return await withinTime(done(), { clock, ms: FOLDER_TIMEOUT_MS, signal })
      } catch (error) {
        if (replyOf(error) === undefined) await close()
        throw toConnectorError(error, below, isSent)
      }
    })
    before = turn.catch(() => undefined)
    return await turn
  }
  const full = (below: string) => joinPath(place.root, below)
  const listOf = async (ftp: Client, folder: string) =>
    (await ftp.list(full(folder) || '/'))
      .filter((entry) => entry.isFile)
      .map(({ name, size, modifiedAt }) => ({ name, bytes: size, modifiedAt }))
      .sort((one, other) => (one.name < other.name ? -1 : 1))
  const findOf = async (ftp: Client, below: string) =>
    (await listOf(ftp, parentOf(below)).catch(ifMissing))?.find(
      ({ name }) => name === below.slice(below.lastIndexOf('/') + 1),
    )
  const makeFolder = async (ftp: Client, folder: string): Promise<void> => {
    if (folder === '') return
    await ftp.ensureDir(full(folder))
    await ftp.cd('/')
  }
  return {
    list: (below, { signal } = {}) => call(below, signal, (ftp) => listOf(ftp, below)),
    read: (below, { signal } = {}) =>
      call(below, signal, async (ftp) => {
        const chunks: Buffer[] = []
        let bytes = 0
        const into = new Writable({
          write(chunk: Buffer, _encoding, done) {
            bytes += chunk.length
            chunks.push(chunk)
            done(bytes > FILE_BYTES_MAX ? tooLarge(below) : null)
          },
        })
        await ftp.downloadTo(into, full(below))
        // A data connection that broke off looks like one that ended.
        const whole = await ftp.size(full(below)).catch(ifNotKnown)
        if (whole !== undefined && whole !== bytes)
          throw new Malformed(`"${below}" has ${whole} bytes, and ${bytes} came.`, '')
        return Buffer.concat(chunks)
      }),
    write: (below, content, { signal } = {}) =>
      call(below, signal, async (ftp) => {
        await makeFolder(ftp, parentOf(below))
        await ftp.uploadFrom(Readable.from([Buffer.from(content)]), `${full(below)}.tmp`)
        // Most servers replace; where there is one still, the old one goes first. It stays where nothing stands in the way.
        await ftp.rename(`${full(below)}.tmp`, full(below)).catch(async (error: unknown) => {
          if (replyOf(error) === undefined || (await findOf(ftp, below)) === undefined) throw error
          await ftp.remove(full(below))
          await ftp.rename(`${full(below)}.tmp`, full(below))
        })
      }),
    move: (from, to, { signal } = {}) =>
      call(to, signal, async (ftp) => {
        if ((await findOf(ftp, to)) !== undefined) return 'taken'
        if ((await findOf(ftp, from)) === undefined) return 'missing'
        await makeFolder(ftp, parentOf(to))
        await ftp.rename(full(from), full(to))
        return 'moved'
      }),
    find: (below, { signal } = {}) => call(below, signal, (ftp) => findOf(ftp, below)),
    hostKey: () => undefined,
    close,
  }
}

async function addressOf(host: string, publicOnly: boolean): Promise<string> {
  return await new Promise((resolve, reject) => {
    const found = (error: Error | null, addresses: string | LookupAddress[]) => {
      const [first] =
        typeof addresses === 'string' ? [addresses] : (addresses ?? []).map(({ address }) => address)
      if (error !== null || first === undefined) reject(error ?? new Error(`"${host}" leads nowhere`))
      else resolve(first)
    }
    if (publicOnly) publicLookup(host, { all: true }, found)
    else lookup(host, { all: true }, found)
  })
}

/** The number that the server answered with; undefined: it answered nothing. */
function replyOf(error: unknown): number | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'number' ? error.code : undefined
}

function ifMissing(error: unknown): undefined {
  if (replyOf(error) === 550) return undefined
  throw error
}

/** Not every server says how large a file is. */
function ifNotKnown(error: unknown): undefined {
  if (replyOf(error) === undefined) throw error
  return undefined
}

function toConnectorError(cause: unknown, below: string, isSent: boolean): unknown {
  if (isConnectorError(cause) || !(cause instanceof Error)) return cause
  const reply = replyOf(cause)
  const said = { ...(reply !== undefined && { code: String(reply) }), cause }
  if (reply === 530) return new Unauthorized('The server refused the user name or password.', said)
  if (reply === 550)
    return new NotFound(`The server has no "${below}", or does not let this user at it.`, said)
  if (reply === 553 || reply === 532)
    return new Forbidden(`The server does not let this user write "${below}".`, below, said)
  return new Unavailable(`The FTPS server: ${cause.message}`, isSent, said)
}
