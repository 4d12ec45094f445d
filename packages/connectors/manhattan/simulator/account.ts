import { createHash } from 'node:crypto'
import type { Clock } from '@plimsoll/connector-kit'
import type { SimulatorServices } from '@plimsoll/connector-kit/simulator'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { refused } from './answers.ts'

export const GIVEN = {
  clientId: 'simulated-client',
  clientSecret: 'simulated-client-secret',
  username: 'hub@harbour.example',
  password: 'simulated-password',
  refreshToken: 'simulated-refresh-0',
  webhookSecret: 'simulated-webhook-secret',
}
export const ORGANIZATION = 'HARBOUR'

const TOKEN_LIFE_MS = 3_600_000

/** Who may call: the client, its user, what its page granted; and which organization and location they call for. */
export function createAccount({
  clock,
  locations,
  forbidden,
}: {
  clock: Clock
  locations: readonly string[]
  /** Paths that the user may not use. */
  forbidden: readonly string[]
}) {
  const accessTokens = new Map<string, number>()
  let refreshToken = GIVEN.refreshToken
  const codes = new Map<string, string>()
  let made = 0
  const fresh = (kind: string): string => {
    made += 1
    return `${kind}-${made}`
  }
  const grantTokens = (withRefresh: boolean) => {
    const accessToken = fresh('access')
    accessTokens.set(accessToken, clock.now() + TOKEN_LIFE_MS)
    return {
      access_token: accessToken,
      token_type: 'bearer',
      expires_in: TOKEN_LIFE_MS / 1_000,
      scope: 'omni',
      ...(withRefresh && { refresh_token: refreshToken }),
    }
  }
  const basic = Buffer.from(`${GIVEN.clientId}:${GIVEN.clientSecret}`).toString('base64')

  return {
    endTokens: () => accessTokens.clear(),

    /** Before every call of the API. */
    async admit(
      request: FastifyRequest,
      reply: FastifyReply,
      { faults }: SimulatorServices,
    ): Promise<unknown> {
      const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? ''
      if (faults.isRevoked() || clock.now() >= (accessTokens.get(token) ?? 0))
        return await reply.code(401).send({ error: 'invalid_token' })
      if (faults.shouldThrottle())
        return await reply.send(refused('COM::1429', 'Too many requests.', 'TOO_MANY_REQUESTS'))
      const { selectedorganization: organization, selectedlocation: location } = request.headers
      if (organization !== ORGANIZATION || !locations.includes(String(location)))
        return await reply.code(403).send(refused('COM::1403', 'Not your location.', 'FORBIDDEN'))
      if (forbidden.some((path) => request.url.startsWith(path))) return await reply.code(403).send()
      return undefined
    },

    routes(app: FastifyInstance, { faults }: SimulatorServices): void {
      // The user always agrees.
      app.get<{ Querystring: Record<string, string> }>('/oauth/authorize', async ({ query }, reply) => {
        const { client_id, redirect_uri = '', state = '', code_challenge = '', response_type } = query
        if (client_id !== GIVEN.clientId || response_type !== 'code')
          return reply.code(400).send('invalid_request')
        const code = fresh('code')
        codes.set(code, `${code_challenge} ${redirect_uri}`)
        return reply.redirect(`${redirect_uri}?${new URLSearchParams({ code, state })}`)
      })
      app.post<{ Body: Record<string, string> }>('/oauth/token', async ({ body, headers }, reply) => {
        const isClient = headers.authorization === `Basic ${basic}`
        if (faults.isRevoked() || !isClient) return reply.code(401).send({ error: 'invalid_client' })
        const refuse = () => reply.code(400).send({ error: 'invalid_grant' })
        switch (body.grant_type) {
          case 'client_credentials':
            return grantTokens(false)
          case 'password':
            return body.username === GIVEN.username && body.password === GIVEN.password
              ? grantTokens(true)
              : refuse()
          case 'refresh_token':
            // The former one stays good: two processes may have begun with it.
            if (!/^simulated-refresh-\d+$/.test(body.refresh_token ?? '')) return refuse()
            made += 1
            refreshToken = `simulated-refresh-${made}`
            return grantTokens(true)
          case 'authorization_code': {
            const code = codes.get(body.code ?? '')
            codes.delete(body.code ?? '')
            const proof = createHash('sha256')
              .update(body.code_verifier ?? '')
              .digest('base64url')
            return code === `${proof} ${body.redirect_uri}` ? grantTokens(true) : refuse()
          }
          default:
            return reply.code(400).send({ error: 'unsupported_grant_type' })
        }
      })
    },
  }
}
