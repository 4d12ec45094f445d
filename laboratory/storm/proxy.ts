import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

/**
 * A TCP proxy that ails on demand. It knows nothing of what it carries. What may be wrong with it, one thing at a time:
 *
 * - `delay`: every chunk waits, in order.
 * - `held`: nothing passes, and all of it arrives once the trouble is over, as after a short partition.
 * - `silent`: what comes is swallowed and new connections are accepted and never answered. A connection that was there
 *   stays silent for good, and its two ends do not hear of each other's end: both are half-open.
 *
 * `cut` resets every connection in the midst of what passes next: half a chunk arrives, then RST.
 */
export type TcpProxy = {
  port: number
  set(trouble: ProxyTrouble | undefined): void
  /** @returns how many connections were cut, or will be by the next chunk */
  cut(): number
  close(): Promise<void>
}

export type ProxyTrouble =
  | { kind: 'delay'; leastMs: number; mostMs: number }
  | { kind: 'held' }
  | { kind: 'silent' }

export type Address = { host: string; port: number }

export type ProxyOptions = {
  /** Where to, the best first: one that refuses is passed over. Asked for each connection. */
  upstreams(): readonly Address[]
  /** 0 ≤ n < 1. */
  random(): number
  /** 0, the default: any free port. */
  port?: number
  /** So long a half-open end is kept; 30 s unless given. A real network's keepalive ends it some time, too. */
  halfOpenMs?: number
}

/** A connection that is told to be cut and carries nothing is cut after this. */
const CUT_IDLE_MS = 30

export async function startProxy(options: ProxyOptions): Promise<TcpProxy> {
  const lines = new Set<Line>()
  let trouble: ProxyTrouble | undefined
  const world: World = {
    ...options,
    halfOpenMs: options.halfOpenMs ?? 30_000,
    trouble: () => trouble,
    forget: (line) => lines.delete(line),
  }
  // Half-closed ends are ours to hand on: by itself Node would end the other half at once.
  const server = createServer({ allowHalfOpen: true }, (client) => lines.add(new Line(client, world)))
  server.listen(options.port ?? 0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port')
  return {
    port: address.port,
    set(next) {
      trouble = next
      for (const line of lines) line.hear(next)
    },
    cut() {
      for (const line of lines) line.cutSoon()
      return lines.size
    },
    async close() {
      for (const line of lines) line.reset()
      server.close()
      await once(server, 'close')
    },
  }
}

type World = Required<Pick<ProxyOptions, 'upstreams' | 'random' | 'halfOpenMs'>> & {
  trouble(): ProxyTrouble | undefined
  forget(line: Line): void
}

/** One connection through the proxy. */
class Line {
  readonly #client: Socket
  readonly #world: World
  #upstream: Socket | undefined
  #isSilent: boolean
  #isToBeCut = false
  #isOver = false
  readonly #ways: Way[] = []

  constructor(client: Socket, world: World) {
    this.#client = client
    this.#world = world
    this.#isSilent = world.trouble()?.kind === 'silent'
    client.on('error', () => undefined) // its 'close' follows
    client.once('close', () => this.#ended())
    if (this.#isSilent) client.resume().once('end', () => client.destroy())
    else void this.#open()
  }

  hear(trouble: ProxyTrouble | undefined): void {
    // Bytes are missing from then on: it can never speak again.
    if (trouble?.kind === 'silent') this.#isSilent = true
    for (const way of this.#ways) way.move()
  }

  cutSoon(): void {
    this.#isToBeCut = true
    setTimeout(() => this.reset(), CUT_IDLE_MS).unref()
  }

  reset(): void {
    if (this.#isOver) return
    this.#isOver = true
    for (const socket of [this.#client, this.#upstream]) socket?.resetAndDestroy()
    this.#world.forget(this)
  }

  async #open(): Promise<void> {
    for (const address of this.#world.upstreams()) {
      const upstream = await tryToConnect(address)
      if (upstream === undefined) continue
      if (this.#isOver || this.#client.destroyed) {
        upstream.destroy()
        return
      }
      this.#upstream = upstream
      upstream.once('close', () => this.#ended())
      this.#carry(this.#client, upstream)
      this.#carry(upstream, this.#client)
      return
    }
    // Nobody is there: as a closed port would say.
    this.reset()
  }

  #carry(from: Socket, to: Socket): void {
    const way = new Way(to, {
      trouble: () => this.#world.trouble(),
      random: () => this.#world.random(),
      isSilent: () => this.#isSilent,
    })
    this.#ways.push(way)
    from.on('data', (chunk: Buffer) => {
      if (!this.#isToBeCut || this.#isSilent) {
        way.take(chunk)
        return
      }
      to.write(chunk.subarray(0, Math.floor(chunk.length / 2)), () => this.reset())
    })
    from.once('end', () => {
      if (this.#isSilent) from.destroy()
      else way.take('end')
    })
  }

  /** One end is gone. Through a silent line the other does not hear of it, for a while. */
  #ended(): void {
    if (this.#isOver) return
    if (this.#isSilent && !(this.#client.destroyed && (this.#upstream?.destroyed ?? true))) {
      setTimeout(() => this.reset(), this.#world.halfOpenMs).unref()
      return
    }
    // What has left already must arrive, also where it is delayed.
    for (const way of this.#ways) way.finish()
    const isAllDelivered = this.#ways.every((way) => way.isEmpty)
    if (isAllDelivered) this.#destroy()
    else setTimeout(() => this.#destroy(), 1_000).unref()
  }

  #destroy(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#client.destroy()
    this.#upstream?.destroy()
    this.#world.forget(this)
  }
}

type WayWorld = { trouble(): ProxyTrouble | undefined; random(): number; isSilent(): boolean }

/** One direction of a line: what came, in order, until it may be handed on. */
class Way {
  readonly #to: Socket
  readonly #world: WayWorld
  readonly #waiting: { part: Buffer | 'end'; atMs: number }[] = []
  #timer: NodeJS.Timeout | undefined

  constructor(to: Socket, world: WayWorld) {
    this.#to = to
    this.#world = world
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0
  }

  take(part: Buffer | 'end'): void {
    if (this.#world.isSilent()) return
    const trouble = this.#world.trouble()
    const delayMs =
      trouble?.kind === 'delay'
        ? trouble.leastMs + this.#world.random() * (trouble.mostMs - trouble.leastMs)
        : 0
    const before = this.#waiting.at(-1)?.atMs ?? 0
    this.#waiting.push({ part, atMs: Math.max(before, performance.now() + delayMs) })
    this.move()
  }

  /** Hands on what is due. */
  move(): void {
    clearTimeout(this.#timer)
    if (this.#world.isSilent()) {
      this.#waiting.length = 0
      return
    }
    if (this.#world.trouble()?.kind === 'held') return
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      const waitMs = next.atMs - performance.now()
      if (waitMs > 0) {
        this.#timer = setTimeout(() => this.move(), waitMs)
        return
      }
      this.#waiting.shift()
      this.#write(next.part)
    }
  }

  /** Whatever waits goes at once. */
  finish(): void {
    clearTimeout(this.#timer)
    if (this.#world.isSilent() || this.#world.trouble()?.kind === 'held') return
    for (const { part } of this.#waiting.splice(0)) this.#write(part)
  }

  #write(part: Buffer | 'end'): void {
    if (this.#to.destroyed || this.#to.writableEnded) return
    if (part === 'end') this.#to.end()
    else this.#to.write(part)
  }
}

async function tryToConnect({ host, port }: Address): Promise<Socket | undefined> {
  const socket = connect({ host, port, allowHalfOpen: true, noDelay: true })
  return await new Promise((resolve) => {
    socket.once('connect', () => resolve(socket))
    // Later ones are for nobody: its 'close' follows.
    socket.on('error', () => resolve(undefined))
  })
}
