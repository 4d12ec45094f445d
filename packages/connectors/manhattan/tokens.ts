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
import { type Credentials, credentialsSchema, grantNeeds } from './credentials.ts'
import { pathOf } from './paths.ts'
import { authUrl, type Settings } from './settings.ts'

const granted = z.object({
  access_token: z.string().min(1),
  expires_in: z.coerce.number().positive().nullish(),
  refresh_token: z.string().min(1).nullish(),
})
/** Where it does not say how long a token lives. */
const USUAL_LIFE_S = 600

/** By what was granted on its page, else as the user, else as the client itself. */
export const access: TokenSource<Settings, Credentials> = {
  async obtain({ settings, credentials, http, now }): Promise<ObtainedToken<Credentials>> {
    const { username, password, refreshToken } = credentials
    const form: Record<string, string> =
      refreshToken !== undefined
        ? { grant_type: 'refresh_token', refresh_token: refreshToken }
        : username !== undefined && password !== undefined
          ? { grant_type: 'password', username, password }
          : { grant_type: 'client_credentials' }
    const answer = await askForToken(settings, credentials, { http }, form)
    return {
      accessToken: answer.access_token,
      expiresAt: new Date(now() + (answer.expires_in ?? USUAL_LIFE_S) * 1_000),
      // Kept before the access token is used: the one that was sent may be good for once only. With the other grants a
      // refresh token is one more secret that nobody needs.
      ...(refreshToken !== undefined &&
        answer.refresh_token && { credentials: { ...credentials, refreshToken: answer.refresh_token } }),
    }
  },
}

/** The page on which a user of the environment lets the client act for them. */
export const grant: GrantPage<Settings, Credentials> = {
  needs: grantNeeds,
  answer: 'query',
  url: ({ settings, given, state, callbackUrl, codeChallenge }) =>
    `${authUrl(settings)}${pathOf(settings.paths, 'authorize')}?${new URLSearchParams({
      client_id: given.clientId ?? '',
      redirect_uri: callbackUrl,
      response_type: 'code',
      state,
      code_challenge: codeChallenge,
      code_challenge_method: 'S256',
    })}`,
  async finish({ query }, { settings, given, callbackUrl, codeVerifier }, { http }) {
    if (query.code === undefined) throw new Unauthorized('Manhattan gave no code: access was not granted.')
    const { clientId = '', clientSecret = '' } = given
    const answer = await askForToken(
      settings,
      { clientId, clientSecret },
      { http },
      {
        grant_type: 'authorization_code',
        code: query.code,
        redirect_uri: callbackUrl,
        code_verifier: codeVerifier,
      },
    )
    if (!answer.refresh_token)
      throw new Unauthorized('Manhattan gave no refresh token: let the client have them, or use a user name.')
    const { username: _, password: __, ...kept } = given
    return credentialsSchema.parse({ ...kept, refreshToken: answer.refresh_token })
  },
}

async function askForToken(
  settings: Settings,
  { clientId, clientSecret }: Pick<Credentials, 'clientId' | 'clientSecret'>,
  { http }: Pick<ConnectorContext<Settings, Credentials>, 'http'>,
  form: Record<string, string>,
): Promise<z.infer<typeof granted>> {
  const basic = Buffer.from(`${clientId}:${clientSecret}`, 'utf8').toString('base64')
  const response = await http.send({
    operation: 'token',
    method: 'POST',
    url: `${authUrl(settings)}${pathOf(settings.paths, 'token')}`,
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      authorization: `Basic ${basic}`,
    },
    body: new URLSearchParams(form).toString(),
    priority: 0,
  })
  // RFC 6749, 5.2: both mean that the user, the code, the refresh token or the client is not good.
  if (response.status === 400 || response.status === 401)
    throw new Unauthorized('Manhattan refuses the client, the user or what was granted.', {
      status: response.status,
    })
  // The body holds tokens: nothing of it is said.
  if (response.status !== 200) throw statusError(withoutText(response), 'token')
  return unquoted(() => readJson(response, granted, 'token'))
}
