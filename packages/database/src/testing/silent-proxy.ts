import { connect, createServer, type Socket } from 'node:net'

/** A TCP proxy before a server that can go silent: what it has stays open and is never heard of again. */
export type SilentProxy = {
  url: string
  /** On the connections that it has now; new ones work. */
  goSilent(): void
  /** Accepts new ones, too, and never answers, until told otherwise. */
  setDeaf(isDeaf: boolean): void
  connections(): number
  close(): Promise<void>
}

export async function startSilentProxy(url: string): Promise<SilentProxy> {
  const target = new URL(url)
  const pairs = new Set<[Socket, Socket]>()
  let isDeaf = false
  let connections = 0
  const server = createServer((near) => {
    connections += 1
    const far = connect(Number(target.port), target.hostname)
    pairs.add([near, far])
    // Both ends may go at any moment: that is what it is for.
    for (const socket of [near, far]) socket.on('error', () => socket.destroy())
    if (isDeaf) return
    near.pipe(far)
    far.pipe(near)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('no port')
  const through = new URL(url)
  through.port = String(address.port)
  const silence = () => {
    for (const [near, far] of pairs) {
      near.unpipe(far)
      far.unpipe(near)
      near.resume()
      far.resume()
    }
  }
  return {
    url: through.href,
    goSilent: silence,
    setDeaf: (next) => {
      isDeaf = next
    },
    connections: () => connections,
    close: () => {
      for (const pair of pairs) for (const socket of pair) socket.destroy()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}
