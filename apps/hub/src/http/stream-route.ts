import type { ServerResponse } from 'node:http'
import { AccountProblem } from '@plimsoll/accounts'
import type { FastifyPluginAsync, FastifyRequest } from 'fastify'
import { assertMay, permissionOf } from './permissions.ts'
import { principalNow } from './principal.ts'
import { ApiProblem } from './problem.ts'
import { addRawRoute } from './route.ts'
import type { ServerContext } from './server.ts'

/** A reader so far behind is let go: it comes back and reads everything anew, which costs less than the backlog. */
const BACKLOG_BYTES_MAX = 1024 * 1024

/** So often it is asked again whether whoever listens still may. */
const ASKED_AGAIN_MS = 60_000

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

/** GET /stream: server-sent events. Each is a hint what to read again; a reader that misses one loses nothing. */
export function streamRoute(hub: ServerContext): FastifyPluginAsync {
  const open = new Map<ServerResponse, () => void>()
  return async (app) => {
    // A stream never ends by itself; the server waits for every request that has not ended.
    app.addHook('preClose', async () => {
      for (const [response, leave] of open) {
        leave()
        response.end()
      }
    })
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
      const over = new AbortController()
      const unjoin = hub.screens.join((event, data) => {
        if (response.writableLength > BACKLOG_BYTES_MAX) response.destroy()
        else response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
      })
      const leave = () => {
        over.abort(new Error('The stream has ended.'))
        unjoin()
        open.delete(response)
      }
      open.set(response, leave)
      response.once('close', leave)
      // Gone while it was found out who asks: nothing would tell of it any more.
      if (response.closed || request.raw.socket.destroyed) return leave()
      void untilRefused(hub, request, over.signal).then((isRefused) => {
        if (isRefused) response.end()
      })
    })
  }
}

/**
 * Asks now and then as whoever opened the stream was asked: a session that was ended, a member who was removed and a key that
 * was revoked hear no more. What cannot be found out counts as refused; whoever may comes back.
 * @returns whether they are refused; false: the stream has ended before
 */
async function untilRefused(
  { context, log }: ServerContext,
  request: FastifyRequest,
  over: AbortSignal,
): Promise<boolean> {
  while (!over.aborted) {
    try {
      await context.clock.sleep(ASKED_AGAIN_MS, over)
      assertMay(await principalNow(request), permissionOf(spec))
    } catch (error) {
      if (over.aborted) return false
      if (!(error instanceof AccountProblem || error instanceof ApiProblem))
        log.warn({ error }, 'a live stream is ended: whether its reader still may listen could not be read')
      return true
    }
  }
  return false
}
