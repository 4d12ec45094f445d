import type { ServerResponse } from 'node:http'
import type { FastifyPluginAsync } from 'fastify'
import { addRawRoute } from './route.ts'
import type { ServerContext } from './server.ts'

/** A reader so far behind is let go: it comes back and reads everything anew, which costs less than the backlog. */
const BACKLOG_BYTES_MAX = 1024 * 1024

/** GET /stream: server-sent events. Each is a hint what to read again; a reader that misses one loses nothing. */
export function streamRoute(hub: ServerContext): FastifyPluginAsync {
  const open = new Set<ServerResponse>()
  return async (app) => {
    // A stream never ends by itself; the server waits for every request that has not ended.
    app.addHook('preClose', async () => {
      for (const response of open) response.end()
    })
    const spec = {
      method: 'GET',
      path: '/stream',
      operation: 'openStream',
      tag: 'Overview',
      summary: 'Server-sent events: each is a hint what to read again.',
      answers: {
        200: { contentType: 'text/event-stream', description: 'Events `changed`, `activity` and `ping`.' },
      },
    } as const
    addRawRoute(app, spec, (request, reply) => {
      reply.hijack()
      const response = reply.raw
      response.writeHead(200, {
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        connection: 'keep-alive',
        'x-accel-buffering': 'no',
      })
      response.write('retry: 1000\n\n')
      open.add(response)
      const leave = hub.screens.join((event, data) => {
        if (response.writableLength > BACKLOG_BYTES_MAX) response.destroy()
        else response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
      })
      request.raw.on('close', () => {
        leave()
        open.delete(response)
      })
    })
  }
}
