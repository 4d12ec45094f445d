import type { Clock } from '@plimsoll/connector-kit'
import type { SimulatorServices } from '@plimsoll/connector-kit/simulator'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

export const REFRESH_TOKEN = 'simulated-refresh-token'
const TOKEN_LIFE_S = 28 * 86_400
const WINDOW_MS = 300_000

/** Who may call, and how often: tokens, the requests of five minutes, and credits. */
export function createAccount(options: {
  clock: Clock
  requestsPer5Minutes: number
  credits: number
  creditsPerSecond: number
}) {
  const { clock, requestsPer5Minutes, credits, creditsPerSecond } = options
  const accessTokens = new Map<string, number>()
  let requests: number[] = []
  let made = 0
  let available = credits
  let refilledAt = clock.monotonic()

  const refill = () => {
    const now = clock.monotonic()
    available = Math.min(credits, available + ((now - refilledAt) / 1_000) * creditsPerSecond)
    refilledAt = now
  }

  return {
    endTokens: () => accessTokens.clear(),

    /** Before every call: 401, or 429 past the requests of five minutes. */
    async admit(request: FastifyRequest, reply: FastifyReply, { faults }: SimulatorServices) {
      const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? ''
      if (faults.isRevoked() || clock.now() >= (accessTokens.get(token) ?? 0))
        return await reply.code(401).send({ errors: [{ message: 'Unauthorized', code: 2 }] })
      const now = clock.now()
      requests = requests.filter((at) => at > now - WINDOW_MS)
      if (requests.length >= requestsPer5Minutes)
        return await reply.code(429).send({ message: 'Too many requests' })
      requests.push(now)
      return undefined
    },

    bucket: {
      left(): number {
        refill()
        return Math.floor(available)
      },
      spend(points: number): void {
        refill()
        available -= points
      },
      maximum: credits,
      perSecond: creditsPerSecond,
    },

    routes(app: FastifyInstance, { faults }: SimulatorServices): void {
      app.post<{ Body: { refresh_token?: string } }>('/auth/refresh', async ({ body }, reply) => {
        if (faults.isRevoked() || body?.refresh_token !== REFRESH_TOKEN)
          return reply
            .code(401)
            .send({ error: 'invalid_grant', error_description: 'Unknown or invalid refresh token.' })
        made += 1
        const token = `access-${made}`
        accessTokens.set(token, clock.now() + TOKEN_LIFE_S * 1_000)
        return {
          access_token: token,
          expires_in: TOKEN_LIFE_S,
          scope: 'openid profile offline_access',
          token_type: 'Bearer',
        }
      })
    },
  }
}
export type Bucket = ReturnType<typeof createAccount>['bucket']
