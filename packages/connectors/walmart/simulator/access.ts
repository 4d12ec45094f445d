import type { FastifyRequest } from 'fastify'
import { ApiError } from './api-error.ts'

export const TOKEN_LIFE_MS = 900_000

export type SimulatedKeys = { clientId: string; clientSecret: string }

/** Who may call: a token that the token endpoint gave within the last quarter of an hour. */
export function createAccess(options: {
  keys: SimulatedKeys
  tokenLifeMs: number
  now: () => number
  random: () => number
}) {
  const { keys, tokenLifeMs, now, random } = options
  const endsAt = new Map<string, number>()
  const wanted = `Basic ${Buffer.from(`${keys.clientId}:${keys.clientSecret}`).toString('base64')}`
  const isOurs = (authorization: unknown) => authorization === wanted

  return {
    /** As if every token had ended. */
    endTokens: () => endsAt.clear(),
    grant(request: FastifyRequest) {
      const { body } = request
      const type = typeof body === 'object' && body !== null && 'grant_type' in body ? body.grant_type : ''
      if (!isOurs(request.headers.authorization)) throw unauthorized('The client id or the secret is wrong.')
      if (type !== 'client_credentials') {
        throw new ApiError(400, 'INVALID_REQUEST_PARAM.GMP_GATEWAY_API', {
          field: 'grant_type',
          isGateway: true,
        })
      }
      const token = `eyJ${Array.from({ length: 4 }, () => Math.floor(random() * 2 ** 32).toString(36)).join('')}`
      for (const [old, end] of endsAt) if (end <= now()) endsAt.delete(old)
      endsAt.set(token, now() + tokenLifeMs)
      return { access_token: token, token_type: 'Bearer', expires_in: Math.floor(tokenLifeMs / 1_000) }
    },
    /** @throws ApiError */
    assertAllowed({ headers }: FastifyRequest): void {
      const token = headers['wm_sec.access_token']
      if (typeof token !== 'string' || now() >= (endsAt.get(token) ?? 0)) {
        throw unauthorized('The access token is invalid or has ended.')
      }
    },
    tokenDetail: ({ headers }: FastifyRequest, scopes: Readonly<Record<string, string>>) => {
      const end = endsAt.get(String(headers['wm_sec.access_token'])) ?? 0
      return {
        expire_at: String(end),
        issued_at: String(end - tokenLifeMs),
        is_valid: true,
        is_channel_match: true,
        scopes,
      }
    },
  }
}

export function unauthorized(description: string): ApiError {
  return new ApiError(401, 'UNAUTHORIZED.GMP_GATEWAY_API', { description, isGateway: true })
}

/** @throws ApiError for a call without what every call must carry */
export function assertHeaders({ headers }: FastifyRequest): void {
  for (const name of ['wm_qos.correlation_id', 'wm_svc.name']) {
    if (!headers[name]) {
      throw new ApiError(400, 'INVALID_REQUEST_HEADER.GMP_GATEWAY_API', {
        field: name.toUpperCase(),
        description: `${name.toUpperCase()} is missing.`,
        isGateway: true,
      })
    }
  }
}
