import { GraphQLError } from 'graphql'
import type { OAuth } from './oauth.ts'

/** Who may call: the permanent token, or a token that the token endpoint gave in the last 24 hours. */
export type Access = {
  /** As if every token that ends had ended. */
  endTokens(): void
  isAllowed(token: string | undefined): boolean
  /** A token for client credentials, a code or a refresh token; undefined where one of them is wrong. */
  grant(
    form: unknown,
  ): { access_token: string; scope: string; expires_in: number; refresh_token?: string } | undefined
}

export type AppCredentials = { clientId: string; clientSecret: string; accessToken: string }

export function createAccess(options: {
  app: AppCredentials
  scopes: readonly string[]
  tokenLifeMs: number
  now: () => number
  random: () => number
  oauth: OAuth
}): Access {
  const { app, scopes, tokenLifeMs, now, random, oauth } = options
  const endsAt = new Map<string, number>()
  return {
    endTokens: () => endsAt.clear(),
    isAllowed: (token) =>
      token !== undefined && (token === app.accessToken || now() < (endsAt.get(token) ?? 0)),
    grant(form) {
      const given = typeof form === 'object' && form !== null ? new Map(Object.entries(form)) : new Map()
      if (given.get('client_id') !== app.clientId || given.get('client_secret') !== app.clientSecret)
        return undefined
      const isOwn = given.get('grant_type') === 'client_credentials'
      const redeemed = isOwn ? undefined : oauth.redeem(given)
      if (!isOwn && redeemed === undefined) return undefined
      const token = `shpat_${Array.from({ length: 4 }, () =>
        Math.floor(random() * 2 ** 32)
          .toString(16)
          .padStart(8, '0'),
      ).join('')}`
      for (const [old, end] of endsAt) if (end <= now()) endsAt.delete(old)
      endsAt.set(token, now() + tokenLifeMs)
      return {
        access_token: token,
        scope: scopes.join(','),
        expires_in: Math.floor(tokenLifeMs / 1_000),
        ...(redeemed !== undefined && { refresh_token: redeemed.refreshToken }),
      }
    },
  }
}

/** @throws GraphQLError as Shopify answers an app that lacks a right; one to write includes the one to read */
export function requireScope(scopes: readonly string[], scope: string): void {
  if (hasScope(scopes, scope)) return
  throw new GraphQLError(`Access denied. Required access: \`${scope}\` access scope.`, {
    extensions: { code: 'ACCESS_DENIED', requiredAccess: `\`${scope}\` access scope.` },
  })
}

export function hasScope(scopes: readonly string[], scope: string): boolean {
  return scopes.includes(scope) || scopes.includes(scope.replace(/^read_/, 'write_'))
}
