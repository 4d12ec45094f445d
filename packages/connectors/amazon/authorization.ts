import {
  type ConnectorContext,
  type GrantPage,
  type HttpResponse,
  readJson,
  statusError,
  type TokenSource,
  Unauthorized,
} from '@plimsoll/connector-kit'
import { z } from 'zod'
import { findMarketplace } from './marketplaces.ts'
import { type Credentials, grantNeeds, homeMarketplace, type Settings } from './settings.ts'

/**
 * Login with Amazon: access tokens of an hour. One for what is done for the seller, by the refresh token; one for what
 * is the application's own (destinations of notifications), by client id and secret alone.
 * Source: developer-docs.amazon.com/sp-api/docs/connect-to-the-selling-partner-api, grantless-operations (read 2026-11).
 */
const tokenAnswer = z.object({
  access_token: z.string().min(1),
  expires_in: z.number().positive(),
  refresh_token: z.string().min(1).optional(),
})
const tokenRefusal = z.object({ error: z.string(), error_description: z.string().default('') })

type Asking = Pick<ConnectorContext<Settings, Credentials>, 'settings' | 'http'>

/** Fetched by the refresh token, which stays the same. */
const seller: TokenSource<Settings, Credentials> = {
  async obtain(context) {
    const { clientId, clientSecret, refreshToken } = context.credentials
    const answer = await askToken(context, {
      grant_type: 'refresh_token',
      refresh_token: refreshToken,
      client_id: clientId,
      client_secret: clientSecret,
    })
    const expiresAt = new Date(context.now() + answer.expires_in * 1_000)
    const replaced = answer.refresh_token
    if (replaced === undefined || replaced === refreshToken)
      return { accessToken: answer.access_token, expiresAt }
    return {
      accessToken: answer.access_token,
      expiresAt,
      credentials: { ...context.credentials, refreshToken: replaced },
    }
  },
  isRefused: isTokenRefused,
}

const grantless: TokenSource<Settings, Credentials> = {
  async obtain(context) {
    const { clientId, clientSecret } = context.credentials
    const answer = await askToken(context, {
      grant_type: 'client_credentials',
      scope: 'sellingpartnerapi::notifications',
      client_id: clientId,
      client_secret: clientSecret,
    })
    return {
      accessToken: answer.access_token,
      expiresAt: new Date(context.now() + answer.expires_in * 1_000),
    }
  },
  isRefused: isTokenRefused,
}

export const tokens = { seller, grantless }

/** An ended token is answered 403 like a missing role: only the words tell. */
export function isTokenRefused({ status, text }: Pick<HttpResponse, 'status' | 'text'>): boolean {
  if (status === 401) return true
  return status === 403 && /access token[^"]{0,80}(expired|revoked|invalid|malformed)/i.test(text)
}

/** Amazon's page, for a public application: the seller agrees and the browser comes back with a code. */
export const grant: GrantPage<Settings, Credentials> = {
  needs: grantNeeds,
  answer: 'query',
  url({ settings, state, callbackUrl }) {
    const host = findMarketplace(homeMarketplace(settings))?.sellerCentral
    const root = settings.endpoint?.replace(/\/+$/, '') ?? `https://${host}`
    const query = new URLSearchParams({
      application_id: settings.applicationId ?? '',
      state,
      redirect_uri: callbackUrl,
    })
    return `${root}/apps/authorize/consent?${query}`
  },
  async finish({ query }, { settings, given, callbackUrl }, { http }) {
    const needs = grantNeeds.parse(given)
    if (query.selling_partner_id !== settings.sellerId) {
      throw new Unauthorized(
        `${query.selling_partner_id ?? 'nobody'} agreed on Amazon’s page, not ${settings.sellerId}`,
      )
    }
    const answer = await askToken(
      { settings, http },
      {
        grant_type: 'authorization_code',
        code: query.spapi_oauth_code ?? '',
        redirect_uri: callbackUrl,
        client_id: needs.clientId,
        client_secret: needs.clientSecret,
      },
    )
    if (answer.refresh_token === undefined) throw new Unauthorized('Amazon gave no refresh token')
    return { ...needs, refreshToken: answer.refresh_token }
  },
}

async function askToken(
  { settings, http }: Asking,
  form: Record<string, string>,
): Promise<z.infer<typeof tokenAnswer>> {
  const root = settings.endpoint?.replace(/\/+$/, '') ?? 'https://api.amazon.com'
  const response = await http.send({
    operation: 'token',
    method: 'POST',
    url: `${root}/auth/o2/token`,
    headers: {
      'content-type': 'application/x-www-form-urlencoded;charset=UTF-8',
      accept: 'application/json',
    },
    body: new URLSearchParams(form).toString(),
    priority: 0,
  })
  if (response.status === 200) return readJson(response, tokenAnswer, 'token')
  // 400 invalid_grant: revoked or ended; 401 invalid_client: the secret was replaced.
  if (response.status === 400 || response.status === 401 || response.status === 403) {
    const said = tokenRefusal.safeParse(parseOrUndefined(response.text)).data
    throw new Unauthorized(
      `Login with Amazon refused: ${said?.error ?? response.status} ${said?.error_description ?? ''}`.trim(),
      { status: response.status, ...(said !== undefined && { code: said.error }) },
    )
  }
  throw statusError(response, 'token')
}

function parseOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // A web page of something in between: the status is all that is known.
  }
}
