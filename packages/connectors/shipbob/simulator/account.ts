import { createHash } from 'node:crypto'
import type { Clock } from '@plimsoll/connector-kit'
import type { SimulatorServices } from '@plimsoll/connector-kit/simulator'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { SCOPES } from '../tokens.ts'

export const CHANNEL = { id: 100_102, name: 'Harbour & Co.', application_name: 'API', scopes: [...SCOPES] }
/** One that another application made: it may be read and not written through. */
export const OTHER_CHANNEL = {
  id: 100_001,
  name: 'harbour.myshop.example',
  application_name: 'Shop',
  scopes: ['orders_read'],
}

export const GIVEN = {
  personalAccessToken: 'SIMULATED-PAT',
  clientId: 'simulated-client',
  clientSecret: 'simulated-client-secret',
  refreshToken: 'simulated-refresh-0',
}

const TOKEN_LIFE_MS = 3_600_000
const MINUTE_MS = 60_000

/** Who may call, and how often: tokens, the grant page, and the requests of the last minute. */
export function createAccount({ clock, requestsPerMinute }: { clock: Clock; requestsPerMinute: number }) {
  const accessTokens = new Map<string, number>()
  const refreshTokens = new Set([GIVEN.refreshToken])
  const codes = new Map<string, string>()
  let minute: number[] = []
  let made = 0
  const fresh = (kind: string): string => {
    made += 1
    return `${kind}-${made}`
  }
  const grantTokens = () => {
    const [accessToken, refreshToken] = [fresh('access'), fresh('refresh')]
    accessTokens.set(accessToken, clock.now() + TOKEN_LIFE_MS)
    // Replaced ones go on: two processes may have begun with the same.
    refreshTokens.add(refreshToken)
    return {
      access_token: accessToken,
      refresh_token: refreshToken,
      expires_in: TOKEN_LIFE_MS / 1_000,
      token_type: 'Bearer',
    }
  }
  const isAllowed = (token: string): boolean =>
    token === GIVEN.personalAccessToken || clock.now() < (accessTokens.get(token) ?? 0)

  return {
    endTokens: () => accessTokens.clear(),

    /** Before every call of the API: 401, or 429 past the requests of a minute. */
    async admit(
      request: FastifyRequest,
      reply: FastifyReply,
      { faults }: SimulatorServices,
    ): Promise<unknown> {
      const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? ''
      if (faults.isRevoked() || !isAllowed(token)) return await reply.code(401).send()
      const now = clock.now()
      minute = minute.filter((at) => at > now - MINUTE_MS)
      const isOver = minute.length >= requestsPerMinute
      if (isOver || faults.shouldThrottle()) {
        const waitMs = isOver ? (minute[0] ?? now) + MINUTE_MS - now : 1_000
        return await reply
          .code(429)
          .headers({ 'x-retry-after': String(Math.ceil(waitMs / 1_000)), 'x-remaining-calls': '0' })
          .send({ statusCode: 429, message: 'Rate limit is exceeded. Try again later.' })
      }
      minute.push(now)
      reply.header('x-remaining-calls', String(requestsPerMinute - minute.length))
      return undefined
    },

    routes(app: FastifyInstance, { faults }: SimulatorServices): void {
      // The root user always agrees.
      app.get<{ Querystring: Record<string, string> }>('/connect/authorize', async ({ query }, reply) => {
        const { client_id, redirect_uri = '', state = '', code_challenge = '', scope = '' } = query
        const lacks = SCOPES.filter((each) => !scope.split(' ').includes(each))
        if (client_id !== GIVEN.clientId || lacks.length > 0) return reply.code(400).send('invalid_request')
        const code = fresh('code')
        codes.set(code, `${code_challenge} ${redirect_uri}`)
        return reply.redirect(`${redirect_uri}?${new URLSearchParams({ code, state })}`)
      })
      app.post<{ Body: Record<string, string> }>('/connect/token', async ({ body }, reply) => {
        const refuse = (error: string) => reply.code(400).send({ error })
        if (
          faults.isRevoked() ||
          body.client_id !== GIVEN.clientId ||
          body.client_secret !== GIVEN.clientSecret
        )
          return refuse('invalid_client')
        if (body.grant_type === 'refresh_token')
          return refreshTokens.has(body.refresh_token ?? '') ? grantTokens() : refuse('invalid_grant')
        const code = codes.get(body.code ?? '')
        codes.delete(body.code ?? '')
        const proof = createHash('sha256')
          .update(body.code_verifier ?? '')
          .digest('base64url')
        return code === `${proof} ${body.redirect_uri}` ? grantTokens() : refuse('invalid_grant')
      })
    },
  }
}
