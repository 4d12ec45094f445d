import { GraphQLError } from 'graphql'

/** Who may call: the permanent token, or a token that the token endpoint gave in the last 24 hours. */
export type Access = {
  isAllowed(token: string | undefined): boolean
  /** Client credentials grant: the token, or undefined when id or secret are wrong. */
  grant(form: unknown): { access_token: string; scope: string; expires_in: number } | undefined
}

export type AppCredentials = { clientId: string; clientSecret: string; accessToken: string }

export function createAccess(options: {
  app: AppCredentials
  scopes: readonly string[]
  tokenLifeMs: number
  now: () => number
  random: () => number
}): Access {
  const { app, scopes, tokenLifeMs, now, random } = options
  const endsAt = new Map<string, number>()
  return {
    isAllowed: (token) =>
      token !== undefined && (token === app.accessToken || now() < (endsAt.get(token) ?? 0)),
    grant(form) {
      const given = typeof form === 'object' && form !== null ? new Map(Object.entries(form)) : new Map()
      if (given.get('grant_type') !== 'client_credentials') return undefined
      if (given.get('client_id') !== app.clientId || given.get('client_secret') !== app.clientSecret)
        return undefined
      const token = `shpat_${Array.from({ length: 4 }, () =>
        Math.floor(random() * 2 ** 32)
          .toString(16)
          .padStart(8, '0'),
      ).join('')}`
      for (const [old, end] of endsAt) if (end <= now()) endsAt.delete(old)
      endsAt.set(token, now() + tokenLifeMs)
      return { access_token: token, scope: scopes.join(','), expires_in: Math.floor(tokenLifeMs / 1_000) }
    },
  }
}

/** @throws GraphQLError as Shopify answers an app that lacks a right; one to write includes the one to read */
export function requireScope(scopes: readonly string[], scope: string): void {
  if (scopes.includes(scope) || scopes.includes(scope.replace(/^read_/, 'write_'))) return
  throw new GraphQLError(`Access denied. Required access: \`${scope}\` access scope.`, {
    extensions: { code: 'ACCESS_DENIED', requiredAccess: `\`${scope}\` access scope.` },
  })
}
