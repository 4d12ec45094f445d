import {
  type ConnectorContext,
  type HttpResponse,
  type ObtainedToken,
  type PlatformDetail,
  readJson,
  statusError,
  type TokenSource,
  Unauthorized,
} from '@plimsoll/connector-kit'
import { z } from 'zod'
import { addressOf } from './places.ts'
import { scopes } from './scopes.ts'
import type { Credentials, Settings } from './settings.ts'
import { tradingTokenErrors } from './trading-errors.ts'

type Context = Pick<ConnectorContext<Settings, Credentials>, 'http' | 'now'>

/**
 * The two tokens of eBay, each for two hours. `user`: for what the seller granted, from a refresh token that is not
 * replaced and lasts 18 months. `application`: for what belongs to the application itself (notifications, quotas).
 * Source: developer.ebay.com/api-docs/static/oauth-refresh-token-request.html (read 2026-11).
 */
const user: TokenSource<Settings, Credentials> = {
  // No scopes are named: the new token then has all that was granted, more or less than we would ask for.
  obtain: (context) =>
    obtain(context, 'token', {
      grant_type: 'refresh_token',
      refresh_token: context.credentials.refreshToken,
    }),
  isRefused: isTokenRefused,
}

const application: TokenSource<Settings, Credentials> = {
  obtain: (context) =>
    obtain(context, 'token.application', { grant_type: 'client_credentials', scope: scopes.base }),
}

export const tokens = { user, application }

/** The Trading API answers 200 and says in the document that the token has ended. */
function isTokenRefused(response: HttpResponse): boolean {
  if (response.status === 401) return true
  if (response.status !== 200 || !response.text.includes('<ErrorCode>')) return false
  return [...response.text.matchAll(/<ErrorCode>\s*(\d+)\s*<\/ErrorCode>/g)].some(([, code]) =>
    tradingTokenErrors.has(code ?? ''),
  )
}

const tokenAnswer = z.object({
  access_token: z.string().min(1),
  expires_in: z.number().positive(),
  refresh_token: z.string().min(1).optional(),
})

async function obtain(
  context: ConnectorContext<Settings, Credentials>,
  operation: string,
  form: Record<string, string>,
): Promise<ObtainedToken<Credentials>> {
  const answer = await askForToken(context, context, operation, form)
  return { accessToken: answer.access_token, expiresAt: new Date(context.now() + answer.expires_in * 1_000) }
}

/** @throws Unauthorized where eBay refuses the keys, the refresh token or the code */
export async function askForToken(
  { http }: Pick<Context, 'http'>,
  who: { settings: Settings; credentials: Pick<Credentials, 'clientId' | 'clientSecret'> },
  operation: string,
  form: Record<string, string>,
): Promise<z.infer<typeof tokenAnswer>> {
  const { clientId, clientSecret } = who.credentials
  const response = await http.send({
    operation,
    method: 'POST',
    url: `${addressOf('api', who.settings)}/identity/v1/oauth2/token`,
    headers: {
      authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`,
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: new URLSearchParams(form).toString(),
  })
  if (response.status === 200) return readJson(response, tokenAnswer, operation)
  const said = refusalOf(response)
  const detail: PlatformDetail = { status: response.status, ...(said && { code: said.error }) }
  switch (said?.error) {
    case 'invalid_grant':
      throw new Unauthorized(
        'eBay no longer takes what the seller granted: it lasts 18 months, and ends when the seller revokes it or changes user name or password. Have access granted anew.',
        detail,
      )
    case 'invalid_client':
    case 'unauthorized_client':
      throw new Unauthorized('eBay does not know the App ID and Cert ID.', detail)
    default:
      throw statusError(response, operation)
  }
}

const refusal = z.object({ error: z.string(), error_description: z.string().optional() })

function refusalOf(response: HttpResponse): z.infer<typeof refusal> | undefined {
  try {
    return refusal.safeParse(JSON.parse(response.text)).data
  } catch (error) {
    // A proxy's web page says nothing of the token; the status alone counts then.
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
