import type { FastifyInstance } from 'fastify'
import type { Credentials } from '../settings.ts'
import { ApiError } from './api.ts'
import type { Traits } from './traits.ts'

const LIFE_MS = 3_600_000
export const GIVEN: Credentials = {
  clientId: 'amzn1.application-oa2-client.simulator',
  clientSecret: 'amzn1.oa2-cs.v1.simulator',
  refreshToken: 'Atzr|simulator',
  awsAccessKeyId: 'AKIAPLIMSOLLSIMULATE',
  awsSecretAccessKey: 'plimsoll/simulator/secret/access/key+0001',
}
export const APPLICATION_ID = 'amzn1.sp.solution.plimsoll-simulator'

/** Login with Amazon, and Seller Central's page on which a seller agrees. */
export function createLogin(
  traits: Traits,
  { now, isRevoked }: { now: () => number; isRevoked: () => boolean },
) {
  const tokens = new Map<string, { kind: 'seller' | 'grantless'; endsAt: number }>()
  const refreshTokens = new Set([GIVEN.refreshToken])
  const codes = new Map<string, { redirectUri: string }>()
  let made = 0

  const give = (kind: 'seller' | 'grantless') => {
    made += 1
    const token = `Atza|${kind}-${made}`
    tokens.set(token, { kind, endsAt: now() + LIFE_MS })
    return { access_token: token, token_type: 'bearer', expires_in: LIFE_MS / 1_000 }
  }

  return {
    /** As if Amazon ended every access token before its time. */
    endTokens: () => tokens.clear(),
    check(token: unknown, kind: 'seller' | 'grantless'): void {
      const denied = (details: string) =>
        new ApiError(403, 'Unauthorized', 'Access to requested resource is denied.', details)
      if (typeof token !== 'string') throw denied('Access token is missing in the request header.')
      const held = tokens.get(token)
      if (isRevoked() || held === undefined)
        throw denied('The access token you provided is revoked, malformed or invalid.')
      if (now() >= held.endsAt) throw denied('The access token you provided has expired.')
      if (held.kind !== kind)
        throw denied(`This operation is ${kind === 'grantless' ? '' : 'not '}grantless.`)
    },
    routes(app: FastifyInstance): void {
      app.post<{ Body: Record<string, string> }>('/auth/o2/token', async ({ body = {} }, reply) => {
        const refuse = (status: number, error: string, description: string) =>
          reply.code(status).send({ error, error_description: description })
        if (body.client_id !== GIVEN.clientId || body.client_secret !== GIVEN.clientSecret)
          return refuse(401, 'invalid_client', 'Client authentication failed')
        switch (body.grant_type) {
          case 'refresh_token':
            if (isRevoked() || !refreshTokens.has(body.refresh_token ?? ''))
              return refuse(
                400,
                'invalid_grant',
                'The request has an invalid grant parameter : refresh_token',
              )
            return { ...give('seller'), refresh_token: body.refresh_token }
          case 'client_credentials':
            if (isRevoked()) return refuse(400, 'invalid_grant', 'The application was disabled')
            if (body.scope !== 'sellingpartnerapi::notifications')
              return refuse(400, 'invalid_scope', 'The requested scope is invalid')
            return give('grantless')
          case 'authorization_code': {
            const code = codes.get(body.code ?? '')
            codes.delete(body.code ?? '')
            if (code === undefined || code.redirectUri !== body.redirect_uri)
              return refuse(400, 'invalid_grant', 'The request has an invalid grant parameter : code')
            made += 1
            const refreshToken = `Atzr|simulator-${made}`
            refreshTokens.add(refreshToken)
            return { ...give('seller'), refresh_token: refreshToken }
          }
          default:
            return refuse(400, 'unsupported_grant_type', 'The grant type is not supported')
        }
      })
      // The seller always agrees.
      app.get<{ Querystring: Record<string, string> }>(
        '/apps/authorize/consent',
        async ({ query }, reply) => {
          if (query.application_id !== APPLICATION_ID) return reply.code(400).send('MD1000')
          made += 1
          const code = `code-${made}`
          codes.set(code, { redirectUri: query.redirect_uri ?? '' })
          const answer = new URLSearchParams({
            state: query.state ?? '',
            selling_partner_id: traits.sellerId,
            spapi_oauth_code: code,
          })
          return reply.redirect(`${query.redirect_uri}?${answer}`)
        },
      )
    },
  }
}
export type Access = Pick<ReturnType<typeof createLogin>, 'check'>
