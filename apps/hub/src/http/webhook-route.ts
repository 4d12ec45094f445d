import { done } from '@plimsoll/client'
import { receiveWebhook } from '@plimsoll/sync'
import type { FastifyPluginAsync } from 'fastify'
import { z } from 'zod'
import { ApiProblem } from './problem.ts'
import { addRawRoute } from './route.ts'
import type { ServerContext } from './server.ts'

const params = z.object({ connectionId: z.uuid() })
const spec = {
  method: 'POST',
  path: '/webhooks/:connectionId',
  operation: 'receiveWebhook',
  tag: 'Webhooks',
  summary: 'What platforms call: verified over the bytes as sent, stored, and only then answered.',
  params,
  answers: { 200: done },
  errors: ['bad-signature', 'not-found'],
} as const

/** POST /webhooks/:connectionId: verified over the raw bytes, stored, and only then answered. */
export function webhookRoute(hub: ServerContext): FastifyPluginAsync {
  return async (app) => {
    // Signatures are over the bytes as sent; no parser may touch them.
    app.removeAllContentTypeParsers()
    app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))

    addRawRoute(app, spec, async (request, reply) => {
      const { success, data } = params.safeParse(request.params)
      if (!success) throw new ApiProblem('not-found', 'No connection takes webhooks at this address.')
      const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
      const answer = await receiveWebhook(hub.context, hub.engine.registry, data.connectionId, {
        headers: toHeaders(request.headers),
        body,
      })
      switch (answer.kind) {
        case 'stored':
        case 'nothing-to-store':
          return reply.status(200).send({})
        case 'unknown-connection':
          throw new ApiProblem('not-found', 'No connection takes webhooks at this address.')
        case 'bad-signature':
          hub.log.warn({ connectionId: data.connectionId }, 'a webhook with a bad signature was refused')
          throw new ApiProblem('bad-signature', 'The signature does not fit the body, so nothing was stored.')
        default: {
          const never: never = answer
          return never
        }
      }
    })
  }
}

function toHeaders(
  headers: Record<string, string | string[] | undefined>,
): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
  )
}
