import { createHash, generateKeyPairSync, sign } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { request } from 'undici'
import type { Credentials } from './sample-access.ts'

export const ACCOUNT_ID = 'shop-1'
export const tokenLifeMs = 3_600_000
const KEY_ID = 'key-1'

/** The corner shop's access: a page that grants it, refresh tokens that are replaced, access tokens that end, signatures. */
export function createSampleAccess(now: () => number) {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const given: Credentials = { appKey: 'good-key', refreshToken: 'refresh-0', webhookToken: 'hook-token' }
  const refreshTokens = new Set([given.refreshToken])
  const codes = new Map<string, { codeChallenge: string }>()
  const accessTokens = new Map<string, number>()
  let made = 0
  const fresh = (kind: string): string => {
    made += 1
    return `${kind}-${made}`
  }
  const newRefreshToken = (): string => {
    const token = fresh('refresh')
    // Replaced ones go on for a while: two processes may have begun with the same.
    refreshTokens.add(token)
    return token
  }

  return {
    given,
    /** As if the platform ended every access token before its time. */
    endTokens: () => accessTokens.clear(),
    isAllowed: (token: unknown) => typeof token === 'string' && now() < (accessTokens.get(token) ?? 0),
    isOpen: (url: string) => /^\/(token|code|grant|keys)\b/.test(url),
    sign: (body: string) => `${KEY_ID}.${sign('sha256', Buffer.from(body), privateKey).toString('base64')}`,
    /** Whoever wants messages at an address proves that it is theirs. */
    async isProven(url: string): Promise<boolean> {
      const challenge = fresh('challenge')
      const answer = await request(`${url}?challenge=${challenge}`)
      const text = await answer.body.text()
      const wanted = createHash('sha256')
        .update(challenge + given.webhookToken + url)
        .digest('hex')
      return answer.statusCode === 200 && text === JSON.stringify({ proof: wanted })
    },
    routes(app: FastifyInstance, isRevoked: () => boolean): void {
      app.post<{ Body: { appKey: string; refreshToken: string } }>('/token', async ({ body }, reply) => {
        if (isRevoked() || body.appKey !== given.appKey || !refreshTokens.has(body.refreshToken))
          return reply.code(400).send({ error: 'invalid_grant' })
        const accessToken = fresh('access')
        accessTokens.set(accessToken, now() + tokenLifeMs)
        return { accessToken, expiresInSeconds: tokenLifeMs / 1_000, refreshToken: newRefreshToken() }
      })
      // The shopkeeper always says yes.
      app.get<{ Querystring: Record<'appKey' | 'state' | 'callbackUrl' | 'codeChallenge', string> }>(
        '/grant',
        async ({ query }, reply) => {
          if (query.appKey !== given.appKey) return reply.code(400).send('unknown app')
          const code = fresh('code')
          codes.set(code, { codeChallenge: query.codeChallenge })
          return reply.redirect(`${query.callbackUrl}?${new URLSearchParams({ code, state: query.state })}`)
        },
      )
      app.post<{ Body: { appKey: string; code: string; codeVerifier: string } }>(
        '/code',
        async ({ body }, reply) => {
          const code = codes.get(body.code)
          codes.delete(body.code)
          const proof = createHash('sha256').update(body.codeVerifier).digest('base64url')
          if (code?.codeChallenge !== proof || body.appKey !== given.appKey)
            return reply.code(400).send({ error: 'invalid_grant' })
          return { refreshToken: newRefreshToken() }
        },
      )
      app.get<{ Params: { id: string } }>('/keys/:id', async ({ params }, reply) =>
        params.id === KEY_ID
          ? publicKey.export({ type: 'spki', format: 'pem' })
          : reply.code(404).send({ error: 'unknown key' }),
      )
    },
  }
}
