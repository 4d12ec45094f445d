import type { FastifyReply, FastifyRequest } from 'fastify'
import { ApiProblem } from './problem.ts'

/** Versions travel as RFC 9110 has them: `ETag: "3"` with what is answered, `If-Match: "3"` with what is to change. */
export function answerVersioned<T extends { version: number }>(reply: FastifyReply, body: T): FastifyReply {
  return reply.header('etag', `"${body.version}"`).send(body)
}

/**
 * The version that a change is meant for; undefined where the request does not say, or says `*`.
 * @throws ApiProblem for a header that is none of ours
 */
export function readVersion(request: FastifyRequest): number | undefined {
  const header = request.headers['if-match']?.trim()
  if (header === undefined || header === '*') return undefined
  const [, digits] = /^"?(\d{1,15})"?$/.exec(header) ?? []
  if (digits === undefined) {
    throw new ApiProblem('invalid-request', `If-Match: "${header}" is no version, such as "3".`, 'If-Match')
  }
  return Number(digits)
}

/** The same, where a change without it could undo what somebody else did meanwhile. */
export function requireVersion(request: FastifyRequest): number | undefined {
  if (request.headers['if-match'] === undefined) {
    throw new ApiProblem('version-missing', 'This change needs the version that it is meant for.', 'If-Match')
  }
  return readVersion(request)
}
