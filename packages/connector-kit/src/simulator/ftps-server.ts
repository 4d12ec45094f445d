import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import path from 'node:path'
import { createSecureContext, createServer as createTlsServer, TLSSocket } from 'node:tls'
import type { FileTree } from './file-tree.ts'
import { makeSelfSigned } from './self-signed.ts'

export type FtpsServer = {
  port: number
  /** PEM: whoever trusts it believes the server. */
  certificate: string
  connections(): number
  /** Ends every connection, as a restart would. */
  cut(): void
  close(): Promise<void>
}

export type FtpsServerOptions = {
  tree: FileTree
  user: string
  password: string
  now(): number
  /** True: TLS from the first byte. */
  implicit?: boolean
  /** True: an older server, which lists for people alone (no MLSD), tells no sizes, and replaces nothing by renaming. */
  isPlain?: boolean
  /** Asked before each command; true: it fails, and nothing is done. */
  fails?: (command: string, path: string) => boolean
  /** Whose certificate it shows; absent: that of this machine. */
  names?: readonly string[]
  /** Bytes of a file that are sent before the data connection ends as if all had been. */
  breaksOffAfter?: number
}

/** A real FTP server on loopback over files in memory: explicit or implicit TLS (RFC 959, 2228, 2428, 3659, 4217). */
export async function startFtpsServer(options: FtpsServerOptions): Promise<FtpsServer> {
  const { key, certificate } = makeSelfSigned(options.now(), options.names)
  const tls = { key, cert: certificate }
  let connections = 0
  const sockets = new Set<Socket>()
  const keep = (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    // A client that goes away in the middle is no failure of the server.
    socket.on('error', () => socket.destroy())
  }
  const greet = (socket: Socket) => {
    connections += 1
    keep(socket)
    new Session(socket, options, tls, keep).begin()
  }
  const server = options.implicit === true ? createTlsServer(tls, greet) : createServer(greet)
  const port = await listen(server)
  const cut = () => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    port,
    certificate,
    connections: () => connections,
    cut,
    close: async () => {
      cut()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port // listening on TCP
}

type Tls = { key: string; cert: string }

class Session {
  #socket: Socket
  readonly #options: FtpsServerOptions
  readonly #tls: Tls
  readonly #keep: (socket: Socket) => void
  #text = ''
  #at = '/'
  #user = ''
  #isIn = false
  #isPrivate: boolean
  #from: string | undefined
  #data: Promise<Socket> | undefined
  #turn: Promise<void> = Promise.resolve()

  constructor(socket: Socket, options: FtpsServerOptions, tls: Tls, keep: (socket: Socket) => void) {
    this.#socket = socket
    this.#options = options
    this.#tls = tls
    this.#keep = keep
    this.#isPrivate = options.implicit === true
  }

  begin(): void {
    this.#hear()
    this.#say(220, 'ready')
  }

  #hear(): void {
    this.#socket.on('data', (chunk: Buffer) => {
      this.#text += chunk.toString('utf8')
      for (let end = this.#text.indexOf('\r\n'); end >= 0; end = this.#text.indexOf('\r\n')) {
        const line = this.#text.slice(0, end)
        this.#text = this.#text.slice(end + 2)
        this.#turn = this.#turn.then(() => this.#do(line)).catch(() => void this.#socket.destroy())
      }
    })
  }

  #say(code: number, text: string): void {
    this.#socket.write(`${code} ${text}\r\n`)
  }

  async #do(line: string): Promise<void> {
    const [, word = '', rest = ''] = /^(\S+) ?(.*)$/.exec(line) ?? []
    const command = word.toUpperCase()
    const place = path.posix.resolve(this.#at, rest === '' ? '.' : rest)
    if (command === 'AUTH') return this.#secure()
    // What is sent in the clear is heard by nobody.
    if (!this.#isPrivate && command !== 'FEAT' && command !== 'QUIT') return this.#say(534, 'TLS is required')
    if (BEFORE_LOGIN.has(command)) return this.#enter(command, rest)
    if (!this.#isIn) return this.#say(530, 'log in first')
    if (this.#options.fails?.(command, place) === true) return this.#say(451, 'something is wrong here')
    await this.#serve(command, rest, place)
  }

  #secure(): void {
    this.#say(234, 'go on by TLS')
    this.#socket.removeAllListeners('data')
    const secure = new TLSSocket(this.#socket, {
      isServer: true,
      secureContext: createSecureContext(this.#tls),
    })
    this.#keep(secure)
    this.#socket = secure
    this.#isPrivate = true
    this.#hear()
  }

  #enter(command: string, rest: string): void {
    const { user, password, isPlain = false } = this.#options
    if (command === 'USER') {
      this.#user = rest
      this.#say(331, 'and the password')
    } else if (command === 'PASS') {
      this.#isIn = this.#user === user && rest === password
      if (this.#isIn) this.#say(230, 'welcome')
      else this.#say(530, 'not with that')
    } else if (command === 'FEAT') {
      const known = isPlain ? ['UTF8'] : ['UTF8', 'SIZE', 'MLST type*;size*;modify*;']
      this.#socket.write(`211-known\r\n${known.map((each) => ` ${each}\r\n`).join('')}211 end\r\n`)
    } else if (command === 'QUIT') {
      this.#say(221, 'bye')
      this.#socket.end()
    } else this.#say(200, 'so be it')
  }

  async #serve(command: string, rest: string, place: string): Promise<void> {
    const { tree, isPlain = false } = this.#options
    const file = tree.files.get(place)
    switch (command) {
      case 'PWD':
        return this.#say(257, `"${this.#at}"`)
      case 'CWD':
        if (!tree.folders.has(place)) return this.#say(550, 'no such folder')
        this.#at = place
        return this.#say(250, 'there')
      case 'MKD':
        if (tree.folders.has(place)) return this.#say(550, 'there is one')
        tree.folders.add(place)
        return this.#say(257, `"${place}"`)
      case 'EPSV':
        return await this.#openData()
      case 'MLSD':
      case 'LIST':
        return await this.#list(
          command,
          rest.startsWith('-') ? path.posix.resolve(this.#at, rest.replace(/^-\S+ ?/, '') || '.') : place,
        )
      case 'SIZE':
        if (isPlain) return this.#say(502, 'not known')
        return file === undefined
          ? this.#say(550, 'no such file')
          : this.#say(213, String(file.content.length))
      case 'RETR':
        if (file === undefined) return this.#say(550, 'no such file')
        return await this.#send(file.content.subarray(0, this.#options.breaksOffAfter))
      case 'STOR':
        return await this.#store(place)
      case 'RNFR':
        if (file === undefined) return this.#say(550, 'no such file')
        this.#from = place
        return this.#say(350, 'to where?')
      case 'RNTO': {
        const isDone = this.#from !== undefined && tree.rename(this.#from, place, !isPlain)
        return isDone ? this.#say(250, 'renamed') : this.#say(553, 'there is one, or nothing to rename')
      }
      case 'DELE':
        return tree.files.delete(place) ? this.#say(250, 'gone') : this.#say(550, 'no such file')
      default:
        return this.#say(502, 'not known')
    }
  }

  async #openData(): Promise<void> {
    let come: (socket: Socket) => void
    this.#data = new Promise((resolve) => {
      come = resolve
    })
    const server = createTlsServer(this.#tls, (socket) => {
      this.#keep(socket)
      server.close()
      come(socket)
    })
    const port = await listen(server)
    this.#say(229, `at (|||${port}|)`)
  }

  async #list(command: string, folder: string): Promise<void> {
    const { tree } = this.#options
    const names = tree.namesIn(folder)
    if (names === undefined) return this.#say(550, 'no such folder')
    const lines = names.map(({ name, isFolder }) => {
      const file = tree.files.get(path.posix.join(folder, name))
      const [size, at] = [file?.content.length ?? 0, file?.modifiedAt ?? new Date(0)]
      const digits = at.toISOString().replaceAll(/[-:T]|\.\d+Z/g, '')
      return command === 'MLSD'
        ? `type=${isFolder ? 'dir' : 'file'};size=${size};modify=${digits}; ${name}`
        : `${isFolder ? 'd' : '-'}rw-r--r-- 1 hub hub ${size} Jan  1 2026 ${name}`
    })
    await this.#send(Buffer.from(lines.map((line) => `${line}\r\n`).join('')))
  }

  async #send(content: Buffer): Promise<void> {
    const socket = await this.#dataSocket()
    if (socket === undefined) return
    await new Promise<void>((resolve) => socket.end(content, resolve))
    this.#say(226, 'all of it')
  }

  async #store(place: string): Promise<void> {
    if (!this.#options.tree.folders.has(path.posix.dirname(place))) return this.#say(553, 'no such folder')
    const socket = await this.#dataSocket()
    if (socket === undefined) return
    const chunks: Buffer[] = []
    for await (const chunk of socket) chunks.push(chunk as Buffer)
    this.#options.tree.put(place, Buffer.concat(chunks))
    this.#say(226, 'all of it')
  }

  async #dataSocket(): Promise<Socket | undefined> {
    if (this.#data === undefined) {
      this.#say(425, 'open a data connection first')
      return undefined
    }
    this.#say(150, 'here it comes')
    const socket = await this.#data
    this.#data = undefined
    return socket
  }
}

const BEFORE_LOGIN = new Set(['USER', 'PASS', 'FEAT', 'QUIT', 'OPTS', 'PBSZ', 'PROT', 'TYPE', 'STRU', 'NOOP'])
