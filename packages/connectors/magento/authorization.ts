import {
  oauthSignature,
  percentEncode,
  readJson,
  statusError,
  type TokenSource,
  Unauthorized,
} from '@plimsoll/connector-kit'
import { z } from 'zod'
import { type Authorization, authorizationOf, type Credentials, type Settings } from './settings.ts'

const identityService = 'https://ims-na1.adobelogin.com'
/** Source: AdobeDocs/commerce-webapi, rest/authentication/server-to-server.md (read 2026-11). */
const scopes =
  'openid,AdobeID,email,profile,additional_info.roles,additional_info.projectedProductContext,commerce.accs'

const tokenAnswer = z.object({ access_token: z.string().min(1), expires_in: z.number().positive() })

/** A day's token of Adobe's identity service, for the cloud service alone; integrations have tokens that never end. */
const access: TokenSource<Settings, Credentials> = {
  async obtain({ settings, credentials, http, now }) {
    const authorization = authorizationOf(credentials)
    if (authorization?.kind !== 'ims')
      throw new Unauthorized('The cloud service needs a client ID and its secret.')
    const response = await http.send({
      operation: 'token',
      method: 'POST',
      url: `${settings.identityUrl?.replace(/\/+$/, '') ?? identityService}/ims/token/v3`,
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: authorization.clientId,
        client_secret: authorization.clientSecret,
        scope: scopes,
      }).toString(),
    })
    if (response.status === 400 || response.status === 401) {
      throw new Unauthorized('Adobe’s identity service refused the client ID or its secret.', {
        status: response.status,
      })
    }
    if (response.status !== 200) throw statusError(response, 'token')
    const answer = readJson(response, tokenAnswer, 'token')
    return { accessToken: answer.access_token, expiresAt: new Date(now() + answer.expires_in * 1_000) }
  },
  // A missing right is 401 here, too; another token would not have it either.
  isRefused: ({ status, text }) => status === 401 && !/"resources"|isn't authorized/.test(text),
}
export const tokens = { access }

/**
 * The `Authorization` header of a signed request (OAuth 1.0a; the shop takes HMAC-SHA256 alone).
 * @param request.url without query
 * @param request.nonce never used twice: the shop refuses it
 */
export function signedHeader(
  authorization: Extract<Authorization, { kind: 'oauth1' }>,
  request: {
    method: string
    url: string
    query: Readonly<Record<string, string>>
    nowMs: number
    nonce: string
  },
): string {
  const own: Record<string, string> = {
    oauth_consumer_key: authorization.consumerKey,
    oauth_nonce: request.nonce,
    oauth_signature_method: 'HMAC-SHA256',
    oauth_timestamp: String(Math.floor(request.nowMs / 1_000)),
    oauth_token: authorization.token,
    oauth_version: '1.0',
  }
  const oauth_signature = oauthSignature({
    method: request.method,
    url: request.url,
    parameters: { ...request.query, ...own },
    consumerSecret: authorization.consumerSecret,
    tokenSecret: authorization.tokenSecret,
  })
  const pairs = Object.entries({ ...own, oauth_signature })
  return `OAuth ${pairs.map(([name, value]) => `${percentEncode(name)}="${percentEncode(value)}"`).join(', ')}`
}

/** Encoded as the signature encodes: brackets, quotes and all. */
export function withQuery(url: string, query: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(query).map(([name, value]) => `${percentEncode(name)}=${percentEncode(value)}`)
  return pairs.length === 0 ? url : `${url}?${pairs.join('&')}`
}
