import { createHmac, timingSafeEqual } from 'node:crypto'
import {
  type ConnectorContext,
  type GrantPage,
  readJson,
  statusError,
  type TokenSource,
  Unauthorized,
} from '@plimsoll/connector-kit'
import { z } from 'zod'
import { scopesToAskFor } from './scopes.ts'
import { baseUrl, type Credentials, grantNeeds, type Settings } from './settings.ts'

const tokenSchema = z.object({
  access_token: z.string().min(1),
  expires_in: z.number().positive().optional(),
  refresh_token: z.string().min(1).optional(),
})

/**
 * The access token. A permanent one is simply given. With client id and secret one is fetched (24 h), or after a grant
 * on Shopify's page with the refresh token, which Shopify replaces each time and keeps alive until the new one is used
 * (shopify.dev, client-credentials-grant and use-expiring-offline-access-tokens).
 */
export const access: TokenSource<Settings, Credentials> = {
  async obtain(context) {
    const { accessToken, refreshToken, clientId = '', clientSecret } = context.credentials
    if (accessToken !== undefined) return { accessToken, expiresAt: undefined }
    const form =
      refreshToken === undefined
        ? { grant_type: 'client_credentials' }
        : { grant_type: 'refresh_token', refresh_token: refreshToken }
    const answer = await askToken(context, {
      ...form,
      client_id: clientId,
      client_secret: clientSecret,
    })
    const lifeMs = answer.expires_in === undefined ? undefined : answer.expires_in * 1_000
    return {
      accessToken: answer.access_token,
      expiresAt: lifeMs === undefined ? undefined : new Date(context.now() + lifeMs),
      ...(answer.refresh_token !== undefined &&
        refreshToken !== undefined && {
          credentials: { ...context.credentials, refreshToken: answer.refresh_token },
        }),
    }
  },
}

/** Shopify's page: the merchant installs the app, and the browser comes back with a code and a signed query. */
export const grant: GrantPage<Settings, Credentials> = {
  needs: grantNeeds,
  answer: 'query',
  url({ settings, given, state, callbackUrl }) {
    const query = new URLSearchParams({
      client_id: given.clientId ?? '',
      scope: scopesToAskFor({ isService: settings.fulfillmentService !== undefined }).join(','),
      redirect_uri: callbackUrl,
      state,
    })
    return `${baseUrl(settings)}/admin/oauth/authorize?${query}`
  },
  async finish({ query }, { settings, given }, { http }) {
    const { clientId, clientSecret } = grantNeeds.parse(given)
    if (!isSigned(query, clientSecret)) throw new Unauthorized('Shopify did not sign this answer')
    if (query.shop !== settings.shop) throw new Unauthorized(`${query.shop} answered, not ${settings.shop}`)
    const answer = await askToken(
      { settings, http },
      { client_id: clientId, client_secret: clientSecret, code: query.code ?? '', expiring: '1' },
    )
    const app = { clientId, clientSecret }
    return answer.refresh_token === undefined
      ? { ...app, accessToken: answer.access_token }
      : { ...app, refreshToken: answer.refresh_token }
  },
}

async function askToken(
  { settings, http }: Pick<ConnectorContext<Settings, Credentials>, 'settings' | 'http'>,
  form: Record<string, string>,
): Promise<z.infer<typeof tokenSchema>> {
  const response = await http.send({
    operation: 'token',
    method: 'POST',
    url: `${baseUrl(settings)}/admin/oauth/access_token`,
    headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
    body: new URLSearchParams(form).toString(),
    // Everything else waits for this one; it spends no query points.
    cost: 0,
    priority: 0,
  })
  if (response.status === 200) return readJson(response, tokenSchema, 'token')
  // 400 and 403 too: unknown client, wrong secret, code or refresh token, app not installed in this shop.
  if (response.status >= 400 && response.status < 429) {
    throw new Unauthorized('Shopify refused the client id and secret, or what they were used for', {
      status: response.status,
    })
  }
  throw statusError(response, 'token')
}

/** `hmac`: hex HMAC-SHA256 of the other parameters, sorted, with the client secret. */
export function isSigned(query: Readonly<Record<string, string>>, clientSecret: string): boolean {
  const { hmac = '', ...signed } = query
  if (clientSecret === '' || !/^[0-9a-f]{64}$/.test(hmac)) return false
  return timingSafeEqual(Buffer.from(signatureOf(signed, clientSecret), 'hex'), Buffer.from(hmac, 'hex'))
}

export function signatureOf(query: Readonly<Record<string, string>>, clientSecret: string): string {
  const text = Object.entries(query)
    .map(([name, value]) => `${name}=${value}`)
    .sort()
    .join('&')
  return createHmac('sha256', clientSecret).update(text).digest('hex')
}
