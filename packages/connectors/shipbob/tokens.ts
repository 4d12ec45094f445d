import {
  type ConnectorContext,
  type GrantPage,
  type ObtainedToken,
  readJson,
  statusError,
  type TokenSource,
  Unauthorized,
  unquoted,
  withoutText,
} from '@plimsoll/connector-kit'
import { z } from 'zod'
import { authUrl, type Credentials, credentialsSchema, grantNeeds, type Settings } from './settings.ts'

/** Rights that the hub needs, as ShipBob names them; `offline_access` makes it give a refresh token. */
export const SCOPES = [
  'channels_read',
  'inventory_read',
  'locations_read',
  'orders_read',
  'orders_write',
  'receiving_read',
  'receiving_write',
  'returns_read',
  'returns_write',
  'webhooks_read',
  'webhooks_write',
] as const

const granted = z.object({
  access_token: z.string().min(1),
  expires_in: z.number().positive(),
  refresh_token: z.string().min(1).optional(),
})

/** A personal access token is used as it is and does not end; an application's is fetched anew with its refresh token. */
export const access: TokenSource<Settings, Credentials> = {
  async obtain({ settings, credentials, http, now }): Promise<ObtainedToken<Credentials>> {
    const { personalAccessToken, clientId = '', clientSecret = '', refreshToken = '' } = credentials
    if (personalAccessToken !== undefined) return { accessToken: personalAccessToken, expiresAt: undefined }
    const answer = await askForToken(
      settings,
      { http },
      {
        grant_type: 'refresh_token',
        client_id: clientId,
        client_secret: clientSecret,
        refresh_token: refreshToken,
      },
    )
    return {
      accessToken: answer.access_token,
      expiresAt: new Date(now() + answer.expires_in * 1_000),
      // Kept before the access token is used: the one that was sent may be good for once only.
      ...(answer.refresh_token !== undefined && {
        credentials: { ...credentials, refreshToken: answer.refresh_token },
      }),
    }
  },
}

/** ShipBob's page asks the account's root user, and sends the browser back with a code. */
export const grant: GrantPage<Settings, Credentials> = {
  needs: grantNeeds,
  answer: 'query',
  url: ({ settings, given, state, callbackUrl, codeChallenge }) =>
    `${authUrl(settings)}/connect/authorize?${new URLSearchParams({
      client_id: given.clientId ?? '',
      redirect_uri: callbackUrl,
      response_type: 'code',
      response_mode: 'query',
      scope: [...SCOPES, 'offline_access'].join(' '),
      state,
      nonce: state,
      code_challenge: codeChallenge,
      code_challenge_method: 'S256',
    })}`,
  async finish({ query }, { settings, given, callbackUrl, codeVerifier }, { http }) {
    if (query.code === undefined) throw new Unauthorized('ShipBob gave no code: access was not granted.')
    const { clientId = '', clientSecret = '' } = given
    const answer = await askForToken(
      settings,
      { http },
      {
        grant_type: 'authorization_code',
        client_id: clientId,
        client_secret: clientSecret,
        code: query.code,
        redirect_uri: callbackUrl,
        code_verifier: codeVerifier,
      },
    )
    if (answer.refresh_token === undefined)
      throw new Unauthorized('ShipBob gave no refresh token: the application lacks offline_access.')
    return credentialsSchema.parse({ clientId, clientSecret, refreshToken: answer.refresh_token })
  },
}

async function askForToken(
  settings: Settings,
  { http }: Pick<ConnectorContext<Settings, Credentials>, 'http'>,
  form: Record<string, string>,
): Promise<z.infer<typeof granted>> {
  const response = await http.send({
    operation: 'token',
    method: 'POST',
    url: `${authUrl(settings)}/connect/token`,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(form).toString(),
    priority: 0,
  })
  // RFC 6749, 5.2: both mean that the code, the refresh token or the client is not good.
  if (response.status === 400 || response.status === 401)
    throw new Unauthorized('ShipBob refuses the application’s keys or what was granted to it.', {
      status: response.status,
    })
  // The body holds tokens: nothing of it is said.
  if (response.status !== 200) throw statusError(withoutText(response), 'token')
  return unquoted(() => readJson(response, granted, 'token'))
}
