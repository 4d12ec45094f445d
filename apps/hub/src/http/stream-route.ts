import type { FastifyPluginAsync } from 'fastify'
import type { ServerContext } from './server.ts'

/** GET /stream: server-sent events. Each is a hint what to read again; a reader that misses one loses nothing. */
export function streamRoute(hub: ServerContext): FastifyPluginAsync {
  return async (app) => {
    app.get('/stream', (request, reply) => {
      reply.hijack()
      reply.raw.writeHead(200, {
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        connection: 'keep-alive',
        'x-accel-buffering': 'no',
      })
      reply.raw.write('retry: 1000\n\n')
      const leave = hub.screens.join((event, data) => {
        reply.raw.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
      })
      request.raw.on('close', leave)
    })
  }
}
