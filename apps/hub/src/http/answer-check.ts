import { isDeepStrictEqual } from 'node:util'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { errorsOf } from './error-codes.ts'

/**
 * Holds every JSON answer to what its route declares, field by field, and every refusal to the codes that it
 * names: what differs becomes an error of the hub. For tests; a client is served by the types.
 */
export function checkAnswers(app: FastifyInstance): void {
  app.addHook('onSend', async (request, reply, payload) => {
    const isJson = typeof payload === 'string' && String(reply.getHeader('content-type')).includes('json')
    const difference = isJson ? findDifference(request, reply.statusCode, JSON.parse(payload)) : undefined
    if (difference === undefined) return payload
    // Not thrown: Fastify would answer a second failure in words of its own, under the status of the first.
    reply.status(500).type('application/problem+json')
    return JSON.stringify({
      code: 'internal',
      detail: `${request.method} ${request.routeOptions.url}: ${difference}`,
    })
  })
}

function findDifference(request: FastifyRequest, status: number, sent: unknown): string | undefined {
  const { spec } = request.routeOptions.config
  if (spec === undefined) return undefined
  const answer = spec.answers[status]
  if (answer === undefined) {
    const code = z.object({ code: z.string() }).safeParse(sent).data?.code
    const known = errorsOf(spec, request.routeOptions.url ?? '').get(status) ?? []
    return code !== undefined && known.includes(code)
      ? undefined
      : `it does not declare ${code} with ${status}`
  }
  if (!(answer instanceof z.ZodType)) return undefined
  const parsed = answer.safeParse(sent)
  if (!parsed.success) return z.prettifyError(parsed.error)
  return isDeepStrictEqual(parsed.data, sent) ? undefined : `${status} holds more than it declares`
}
