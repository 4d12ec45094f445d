import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'

export type ClientKeys = { clientId: string; clientSecret: string; imsOrganization: string }

const asked = z.object({
  grant_type: z.literal('client_credentials'),
  client_id: z.string(),
  client_secret: z.string(),
  scope: z.string(),
})

/**
 * Adobe's identity service and the gateway before the cloud service: tokens of a day for client credentials, and who may
 * pass with them. Source: AdobeDocs/commerce-webapi, rest/authentication/server-to-server.md (read 2026-11); the texts of
 * its refusals are assumed.
 */
export function createIdentityService({
  keys,
  isRevoked,
  now,
}: {
  keys: ClientKeys
  isRevoked: () => boolean
  now: () => number
}) {
  const lifeMs = 24 * 3_600_000
  const tokens = new Map<string, number>()
  let issued = 0
  return {
    /** The platform ends all tokens that it gave, before their time. */
    endTokens: () => tokens.clear(),
    routes(app: FastifyInstance): void {
      app.post('/ims/token/v3', async (request: FastifyRequest, reply: FastifyReply) => {
        const parsed = asked.safeParse(request.body)
        if (!parsed.success) return reply.code(400).send({ error: 'invalid_request' })
        const { client_id, client_secret, scope } = parsed.data
        if (client_id !== keys.clientId || client_secret !== keys.clientSecret || isRevoked())
          return reply.code(400).send({ error: 'invalid_client' })
        if (!scope.split(',').includes('commerce.accs'))
          return reply.code(400).send({ error: 'invalid_scope' })
        issued += 1
        const access_token = `eyJ.simulated.${issued}`
        tokens.set(access_token, now() + lifeMs)
        return { access_token, token_type: 'bearer', expires_in: lifeMs / 1_000 }
      })
    },
    /** Why the gateway lets a request not pass; undefined: it does. */
    refusalOf({ headers }: Pick<FastifyRequest, 'headers'>): { status: number; body: unknown } | undefined {
      const token = /^Bearer (.+)$/i.exec(headers.authorization ?? '')?.[1] ?? ''
      const endsAt = tokens.get(token)
      if (endsAt === undefined || endsAt <= now() || isRevoked())
        return { status: 401, body: { error_code: '401013', message: 'Oauth token is not valid' } }
      if (headers['x-api-key'] !== keys.clientId)
        return { status: 403, body: { error_code: '403003', message: 'Api Key is invalid' } }
      if (headers['x-gw-ims-org-id'] !== keys.imsOrganization)
        return { status: 403, body: { error_code: '403010', message: 'Organization is invalid' } }
      return undefined
    },
  }
}
