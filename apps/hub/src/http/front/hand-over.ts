import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import type { Front } from '../hub-server.ts'
import { setPrincipal } from '../principal.ts'
import { ApiProblem } from '../problem.ts'
import { senderNow, senderOf, standingOf } from './sender.ts'

/** Everything of the API that is about an organization: who asks is found out here, and answered there. */
export function handOver(front: Front): FastifyPluginAsync {
  return async (app) => {
    leaveBodies(app)
    app.all('/api/v1/*', { config: { isPassed: true } }, async (request, reply) => {
      const sender = await senderOf(front, request, reply)
      const { organizationId, principal } = standingOf(front, sender, request)
      const server = await front.organizations.serverOf(organizationId)
      if (server === undefined) throw new ApiProblem('not-found', 'There is no such organization.')
      setPrincipal(request.raw, principal, async () => {
        const now = standingOf(front, await senderNow(front, request), request)
        if (now.organizationId === organizationId) return now.principal
        throw new ApiProblem('not-found', 'It is about another organization by now.')
      })
      pass(request, reply, server)
    })
  }
}

/** No body is read here: whoever answers reads it. */
export function leaveBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, _payload, parsed) => parsed(null))
}

/** Lets another server answer a request as it came. */
export function pass(request: FastifyRequest, reply: FastifyReply, server: FastifyInstance): void {
  reply.hijack()
  server.routing(request.raw, reply.raw)
}
