import { signatureOf } from '../authorization.ts'
import type { AppCredentials } from './access.ts'

/** Shopify's page for a merchant who always agrees, and what a code and a refresh token are worth. */
export type OAuth = {
  /** Where the browser is sent, or why not. */
  agree(query: Record<string, string>): { redirect: string } | { refusal: string }
  /** Whether a code or a refresh token is good; a code once. */
  redeem(form: ReadonlyMap<string, unknown>): { refreshToken: string } | undefined
}

export function createOAuth(options: {
  app: AppCredentials
  shop: string
  now: () => number
  random: () => number
}): OAuth {
  const { app, shop, now, random } = options
  const codes = new Set<string>()
  const refreshTokens = new Set<string>()
  const fresh = (prefix: string) => `${prefix}${Math.floor(random() * 2 ** 48).toString(16)}`
  const newPair = () => {
    const refreshToken = fresh('shprt_')
    // The one before stays usable until this one is first used; here, for good.
    refreshTokens.add(refreshToken)
    return { refreshToken }
  }
  return {
    agree({ client_id: clientId, redirect_uri: redirectUri, state = '' }) {
      if (clientId !== app.clientId) return { refusal: 'Oauth error invalid_request: unknown client' }
      if (redirectUri === undefined || !URL.canParse(redirectUri)) return { refusal: 'redirect_uri' }
      const code = fresh('code')
      codes.add(code)
      const signed = { code, shop, state, timestamp: String(Math.floor(now() / 1_000)) }
      const query = new URLSearchParams({ ...signed, hmac: signatureOf(signed, app.clientSecret) })
      return { redirect: `${redirectUri}?${query}` }
    },
    redeem(form) {
      const code = form.get('code')
      if (typeof code === 'string') return codes.delete(code) ? newPair() : undefined
      const refreshToken = form.get('refresh_token')
      return typeof refreshToken === 'string' && refreshTokens.has(refreshToken) ? newPair() : undefined
    },
  }
}
