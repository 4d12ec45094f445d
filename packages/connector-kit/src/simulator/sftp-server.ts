import type { AddressInfo } from 'node:net'
import path from 'node:path'
import ssh2, { type Attributes, type Connection, type SFTPWrapper } from 'ssh2'
import { fingerprintOf } from '../files/sftp-folder.ts'
import type { FileTree } from './file-tree.ts'

export type SftpServer = {
  port: number
  /** As OpenSSH shows it. */
  hostKey: string
  /** Connections so far. */
  connections(): number
  /** Ends every connection, as a restart would. */
  cut(): void
  /** Drops every connection without a word, as a network does. */
  drop(): void
  close(): Promise<void>
}

export type SftpServerOptions = {
  tree: FileTree
  user: string
  password: string
  /** True: an older server, which cannot replace by renaming. */
  isPlain?: boolean
  /** Asked before each call; true: it fails, and nothing is done. */
  fails?: (operation: string, path: string) => boolean
  /** Asked before each piece of a listing or a file; true: it is never answered. */
  hangs?: (operation: 'list' | 'read' | 'write', path: string) => boolean
  /** Told after each call that changed something. */
  onChange?: (operation: string, path: string) => void
}

const { STATUS_CODE } = ssh2.utils.sftp
const FILE_MODE = 0o100644
const FOLDER_MODE = 0o040755

/** A real SFTP server on loopback over files in memory (SFTP version 3, as OpenSSH speaks it). */
export async function startSftpServer(options: SftpServerOptions): Promise<SftpServer> {
  const { key, parsed } = newHostKey()
  let connections = 0
  const clients = new Set<Connection>()
  // What answers in small pieces must not wait for the other side to acknowledge each.
  const server = new ssh2.Server({ hostKeys: [key.private] }, (client) => {
    connections += 1
    clients.add(client)
    // It has this, though its types do not say so.
    const sends = client as Connection & { setNoDelay(on: boolean): void }
    sends.setNoDelay(true)
    client.on('authentication', (attempt) => {
      const isRight =
        attempt.method === 'password' &&
        attempt.username === options.user &&
        attempt.password === options.password
      if (isRight) attempt.accept()
      else attempt.reject(['password'])
    })
    client.on('ready', () => {
      client.on('session', (accept) => {
        accept().on('sftp', (acceptSftp) => serve(acceptSftp(), options))
      })
    })
    client.on('close', () => clients.delete(client))
    // A client that goes away in the middle is no failure of the server.
    client.on('error', () => clients.delete(client))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo // listening on TCP
  return {
    port,
    hostKey: fingerprintOf(parsed.getPublicSSH()),
    connections: () => connections,
    cut: () => {
      for (const client of clients) client.end()
    },
    drop: () => {
      for (const client of clients) socketOf(client).destroy()
    },
    close: async () => {
      for (const client of clients) client.end()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

/** It has one, though its types do not say so. */
function socketOf(client: Connection): { destroy(): void } {
  return (client as Connection & { _sock: { destroy(): void } })._sock
}

type Handle =
  | { path: string; content: Buffer; length: number; isWritten: boolean }
  | { path: string; names: string[] | undefined }

function serve(sftp: SFTPWrapper, options: SftpServerOptions): void {
  const { tree, isPlain = false } = options
  const { fails = () => false, hangs = () => false, onChange = () => undefined } = options
  const handles = new Map<number, Handle>()
  let nextHandle = 0
  const ok = (id: number) => sftp.status(id, STATUS_CODE.OK)
  const missing = (id: number) => sftp.status(id, STATUS_CODE.NO_SUCH_FILE)
  const failure = (id: number) => sftp.status(id, STATUS_CODE.FAILURE)
  const resolve = (given: string) => path.posix.resolve('/', given)
  const give = (id: number, handle: Handle) => {
    nextHandle += 1
    handles.set(nextHandle, handle)
    const text = Buffer.alloc(4)
    text.writeUInt32BE(nextHandle)
    sftp.handle(id, text)
  }
  const find = (handle: Buffer) => handles.get(handle.readUInt32BE(0))
  const attributesOf = (full: string): Attributes | undefined => {
    const file = tree.files.get(full)
    const at = file === undefined ? 0 : Math.floor(file.modifiedAt.getTime() / 1_000)
    const common = { uid: 0, gid: 0, atime: at, mtime: at }
    if (file !== undefined) return { ...common, mode: FILE_MODE, size: file.content.length }
    return tree.folders.has(full) ? { ...common, mode: FOLDER_MODE, size: 0 } : undefined
  }
  const stat = (id: number, given: string) => {
    const attributes = attributesOf(resolve(given))
    if (attributes === undefined) missing(id)
    else sftp.attrs(id, attributes)
  }
  const rename = (id: number, from: string, to: string, replace: boolean) => {
    if (fails('rename', resolve(from))) return failure(id)
    if (!tree.files.has(resolve(from))) return missing(id)
    if (!tree.rename(resolve(from), resolve(to), replace)) return failure(id)
    onChange('rename', resolve(to))
    return ok(id)
  }

  sftp.on('REALPATH', (id, given) => {
    sftp.name(id, [
      { filename: resolve(given), longname: resolve(given), attrs: attributesOf('/') ?? emptyAttributes },
    ])
  })
  sftp.on('STAT', stat)
  sftp.on('LSTAT', stat)
  sftp.on('FSTAT', (id, handle) => stat(id, find(handle)?.path ?? ''))
  sftp.on('FSETSTAT', ok)
  sftp.on('SETSTAT', ok)
  sftp.on('OPENDIR', (id, given) => {
    const names = tree.namesIn(resolve(given))
    if (fails('list', resolve(given))) failure(id)
    else if (names === undefined) missing(id)
    else give(id, { path: resolve(given), names: names.map(({ name }) => name) })
  })
  sftp.on('READDIR', (id, handle) => {
    const open = find(handle)
    if (open === undefined || !('names' in open)) return failure(id)
    if (hangs('list', open.path)) return false
    const { names } = open
    open.names = undefined
    if (names === undefined || names.length === 0) return sftp.status(id, STATUS_CODE.EOF)
    const entries = names.flatMap((filename) => {
      const attrs = attributesOf(path.posix.join(open.path, filename))
      return attrs === undefined ? [] : [{ filename, longname: filename, attrs }]
    })
    return sftp.name(id, entries)
  })
  sftp.on('OPEN', (id, given, flags) => {
    const full = resolve(given)
    const isWritten = (flags & ssh2.utils.sftp.OPEN_MODE.WRITE) !== 0
    if (fails(isWritten ? 'write' : 'read', full)) return failure(id)
    if (isWritten) return give(id, { path: full, content: Buffer.alloc(0), length: 0, isWritten })
    const file = tree.files.get(full)
    return file === undefined
      ? missing(id)
      : give(id, { path: full, content: file.content, length: file.content.length, isWritten })
  })
  sftp.on('READ', (id, handle, offset, length) => {
    const open = find(handle)
    if (open === undefined || !('content' in open)) return failure(id)
    if (hangs('read', open.path)) return false
    if (offset >= open.content.length) return sftp.status(id, STATUS_CODE.EOF)
    return sftp.data(id, open.content.subarray(offset, offset + length))
  })
  sftp.on('WRITE', (id, handle, offset, data) => {
    const open = find(handle)
    if (open === undefined || !('content' in open)) return failure(id)
    if (hangs('write', open.path)) return false
    const end = offset + data.length
    if (end > open.content.length) {
      // Doubling: a large file comes in many pieces.
      const grown = Buffer.alloc(Math.max(open.content.length * 2, end))
      open.content.copy(grown)
      open.content = grown
    }
    data.copy(open.content, offset)
    open.length = Math.max(open.length, end)
    return ok(id)
  })
  sftp.on('CLOSE', (id, handle) => {
    const open = find(handle)
    handles.delete(handle.readUInt32BE(0))
    if (open !== undefined && 'content' in open && open.isWritten) {
      tree.put(open.path, open.content.subarray(0, open.length))
      onChange('write', open.path)
    }
    ok(id)
  })
  sftp.on('MKDIR', (id, given) => {
    if (tree.folders.has(resolve(given))) return failure(id)
    tree.folders.add(resolve(given))
    return ok(id)
  })
  sftp.on('REMOVE', (id, given) => {
    if (!tree.files.delete(resolve(given))) return missing(id)
    return ok(id)
  })
  sftp.on('RENAME', (id, from, to) => rename(id, from, to, false))
  sftp.on('EXTENDED', (id, name, data) => {
    if (isPlain || name !== 'posix-rename@openssh.com') return sftp.status(id, STATUS_CODE.OP_UNSUPPORTED)
    const length = data.readUInt32BE(0)
    const from = data.subarray(4, 4 + length).toString('utf8')
    const to = data.subarray(8 + length).toString('utf8')
    return rename(id, from, to, true)
  })
}

const emptyAttributes: Attributes = { mode: FOLDER_MODE, uid: 0, gid: 0, size: 0, atime: 0, mtime: 0 }

/** Of the keys that the library makes a few in a thousand cannot be read by it: then another is made. */
function newHostKey(attempts = 20) {
  const key = ssh2.utils.generateKeyPairSync('ed25519')
  const parsed = ssh2.utils.parseKey(key.public)
  if (!(parsed instanceof Error) && !(ssh2.utils.parseKey(key.private) instanceof Error))
    return { key, parsed }
  if (attempts > 1) return newHostKey(attempts - 1)
  throw new Error('No key for the server could be made.', { cause: parsed })
}
