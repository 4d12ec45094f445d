import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Front } from '../hub-server.ts'
import { ApiProblem } from '../problem.ts'
import { headersOf } from './sender.ts'
import { passThroughProvider, visitAt } from './single-sign-on.ts'

/**
 * What of the library's own routes (https://www.better-auth.com/docs) is offered: all others are not there. Each is below
 * `/api/auth`.
 */
const offered: readonly { method: 'GET' | 'POST'; path: RegExp }[] = [
  { method: 'POST', path: /^\/sign-(in|up)\/email$/ },
  { method: 'POST', path: /^\/sign-out$/ },
  { method: 'GET', path: /^\/get-session$/ },
  { method: 'POST', path: /^\/(request-password-reset|reset-password)$/ },
  { method: 'GET', path: /^\/verify-email$/ },
  { method: 'POST', path: /^\/send-verification-email$/ },
  { method: 'POST', path: /^\/(change-password|change-email|update-user)$/ },
  { method: 'GET', path: /^\/list-sessions$/ },
  { method: 'POST', path: /^\/(revoke-session|revoke-other-sessions)$/ },
  {
    method: 'POST',
    path: /^\/two-factor\/(enable|disable|verify-totp|verify-backup-code|generate-backup-codes)$/,
  },
  {
    method: 'GET',
    path: /^\/passkey\/(generate-register-options|generate-authenticate-options|list-user-passkeys)$/,
  },
  {
    method: 'POST',
    path: /^\/passkey\/(verify-registration|verify-authentication|delete-passkey|update-passkey)$/,
  },
]

const said = z.object({ code: z.string().optional(), message: z.string().optional() })

/** Sign-in, and what people do with their own accounts. Refusals are problem+json here too. */
export function authRoutes(front: Front): FastifyPluginAsync {
  return async (app) => {
    app.removeAllContentTypeParsers()
    app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, parsed) => parsed(null, body))
    app.all('/api/auth/*', { config: { isPassed: true } }, async (request, reply) => {
      const [path = ''] = request.url.slice('/api/auth'.length).split('?')
      const visit = visitAt(request.method, path)
      if (visit !== undefined) return await toReply(reply, await passThroughProvider(front, request, visit))
      if (!offered.some((each) => each.method === request.method && each.path.test(path))) {
        throw new ApiProblem('not-found', `There is nothing at ${request.method} /api/auth${path}.`)
      }
      return await toReply(reply, await front.accounts.identity.handler(toWebRequest(front, request)))
    })
  }
}

/** As the library takes it: under the public address, wherever it came in. */
function toWebRequest({ accounts }: Front, request: FastifyRequest): Request {
  const { method, body } = request
  const init: RequestInit = { method, headers: headersOf(request) }
  if (Buffer.isBuffer(body) && body.length > 0) init.body = new Uint8Array(body)
  return new Request(`${accounts.publicUrl}${request.url}`, init)
}

async function toReply(reply: FastifyReply, answer: Response): Promise<FastifyReply> {
  for (const cookie of answer.headers.getSetCookie()) reply.header('set-cookie', cookie)
  for (const name of ['location', 'retry-after', 'x-retry-after', 'set-auth-token']) {
    const value = answer.headers.get(name)
    if (value !== null) reply.header(name, value)
  }
  reply.header('cache-control', 'no-store')
  const text = await answer.text()
  if (answer.status < 400) {
    const type = answer.headers.get('content-type') ?? 'application/json'
    return reply.status(answer.status).type(type).send(text)
  }
  return reply.status(answer.status).type('application/problem+json').send(toProblemOf(answer.status, text))
}

/** The library's codes in small letters: `INVALID_EMAIL_OR_PASSWORD` becomes `invalid-email-or-password`. */
function toProblemOf(status: number, text: string) {
  const { code, message } = readRefusal(text)
  const own =
    status === 429 ? 'too-many-tries' : (code ?? 'account-refused').toLowerCase().replaceAll('_', '-')
  const detail =
    status === 429 ? 'Too many tries. Wait a minute, then try again.' : (message ?? 'It was refused.')
  return { type: 'about:blank', title: own.replaceAll('-', ' '), status, code: own, detail }
}

function readRefusal(text: string): z.infer<typeof said> {
  try {
    return said.parse(JSON.parse(text))
  } catch {
    // Not every refusal has a body; its status says enough.
    return {}
  }
}
