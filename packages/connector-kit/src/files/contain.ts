import type { Socket } from 'node:net'

/**
 * A socket whose listeners break off this one connection where they throw, and not the process: a partner's server, or how a
 * library takes leave of it, is no reason for a hub to end.
 * @returns the same socket; of what is added to it from now on
 */
export function contain(socket: Socket): Socket {
  const on = socket.on.bind(socket)
  socket.on = (event: string | symbol, listener: Listener) =>
    on(String(event), (...given: Parameters<Listener>) => {
      try {
        listener(...given)
      } catch (error) {
        // Told as any other failure of it; while it is being closed already there is nobody left to tell.
        socket.destroy(error instanceof Error ? error : new Error(String(error)))
      }
    })
  return socket
}

// biome-ignore lint/suspicious/noExplicitAny: as Node's own types declare a listener of any event.
type Listener = (...given: any[]) => void
