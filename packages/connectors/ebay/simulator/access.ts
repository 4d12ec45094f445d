import type { FastifyInstance } from 'fastify'
import type { Credentials } from '../settings.ts'

const tokenLifeMs = 7_200_000
const codeLifeMs = 299_000

export type Access = ReturnType<typeof createAccess>
export type TokenKind = 'user' | 'application'

/** eBay's OAuth: a page that grants, refresh tokens that are not replaced, two kinds of access tokens of two hours. */
export function createAccess(options: {
  given: Credentials
  ruName: string
  /** What the portal has behind the RuName; the page goes there. */
  acceptUrl(): string
  scopes: readonly string[]
  now(): number
  random(): number
  isRevoked(): boolean
}) {
  const { given, ruName, scopes, now, random, isRevoked } = options
  const refreshTokens = new Set([given.refreshToken])
  const codes = new Map<string, number>()
  const accessTokens = new Map<string, { kind: TokenKind; until: number; scopes: readonly string[] }>()
  const fresh = (kind: string) =>
    `v^1.1#${kind}#${random().toString(36).slice(2)}${random().toString(36).slice(2)}`

  const give = (kind: TokenKind, own: readonly string[]) => {
    const token = fresh(kind)
    accessTokens.set(token, { kind, until: now() + tokenLifeMs, scopes: own })
    return {
      access_token: token,
      expires_in: tokenLifeMs / 1_000,
      token_type: kind === 'user' ? 'User Access Token' : 'Application Access Token',
    }
  }

  return {
    /** As if eBay ended every access token before its time. */
    endTokens: () => accessTokens.clear(),
    /** Whose a token is; undefined: nobody's (any more). */
    find(token: string | undefined) {
      const found = token === undefined ? undefined : accessTokens.get(token)
      return found === undefined || now() >= found.until || isRevoked() ? undefined : found
    },
    routes(app: FastifyInstance): void {
      app.get<{ Querystring: Record<string, string | undefined> }>(
        '/oauth2/authorize',
        async ({ query }, reply) => {
          const isKnown =
            query.client_id === given.clientId &&
            query.redirect_uri === ruName &&
            query.response_type === 'code'
          if (!isKnown) return reply.code(400).type('text/html').send('<h1>unauthorized_client</h1>')
          const code = fresh('code')
          codes.set(code, now() + codeLifeMs)
          const answer = new URLSearchParams({ state: query.state ?? '', code, expires_in: '299' })
          return reply.redirect(`${options.acceptUrl()}?${answer}`)
        },
      )

      app.post<{ Body: Record<string, string | undefined> | undefined }>(
        '/identity/v1/oauth2/token',
        async ({ body = {}, headers }, reply) => {
          const wanted = `Basic ${Buffer.from(`${given.clientId}:${given.clientSecret}`).toString('base64')}`
          if (headers.authorization !== wanted)
            return reply
              .code(401)
              .send({ error: 'invalid_client', error_description: 'client authentication failed' })
          switch (body.grant_type) {
            case 'refresh_token':
              if (isRevoked() || !refreshTokens.has(body.refresh_token ?? '')) return invalidGrant(reply)
              return give('user', scopes)
            case 'authorization_code': {
              const until = codes.get(body.code ?? '')
              codes.delete(body.code ?? '')
              if (isRevoked() || until === undefined || now() >= until || body.redirect_uri !== ruName)
                return invalidGrant(reply)
              const refreshToken = fresh('refresh')
              refreshTokens.add(refreshToken)
              return {
                ...give('user', scopes),
                refresh_token: refreshToken,
                refresh_token_expires_in: 47_304_000,
              }
            }
            case 'client_credentials':
              return give('application', (body.scope ?? '').split(' '))
            default:
              return reply.code(400).send({ error: 'unsupported_grant_type' })
          }
        },
      )
    },
  }
}

type Reply = { code(status: number): { send(body: unknown): unknown } }

function invalidGrant(reply: Reply) {
  return reply.code(400).send({
    error: 'invalid_grant',
    error_description: 'the provided authorization refresh token is invalid or was issued to another client',
  })
}
