import {
  type ConnectorContext,
  Invalid,
  readJson,
  statusError,
  type TokenSource,
  Unauthorized,
} from '@plimsoll/connector-kit'
import { z } from 'zod'
import { isLoopback } from './definition.ts'
import { definitionOf } from './operations.ts'
import { basic } from './requests.ts'
import type { Credentials, Settings } from './settings.ts'

const answer = z.object({ access_token: z.string().min(1), expires_in: z.coerce.number().min(1).optional() })

/** The access token of OAuth 2 client credentials (RFC 6749, 4.4). The hub keeps, shares and renews it. */
export const access: TokenSource<Settings, Credentials> = {
  async obtain({ settings, credentials, http, now }: ConnectorContext<Settings, Credentials>) {
    const { authentication } = definitionOf(settings)
    if (authentication.kind !== 'oauth-client-credentials')
      throw new Invalid('The definition asks for no token.', 'authentication')
    const { tokenUrl, scope, audience, sends } = authentication
    const { user, secret } = credentials
    const response = await http.send({
      operation: 'token',
      method: 'POST',
      url: tokenUrl,
      headers: {
        accept: 'application/json',
        'content-type': 'application/x-www-form-urlencoded',
        ...(sends === 'basic' && { authorization: basic(user, secret) }),
      },
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        ...(scope !== undefined && { scope }),
        ...(audience !== undefined && { audience }),
        ...(sends === 'body' && { client_id: user, client_secret: secret }),
      }).toString(),
      publicOnly: !isLoopback(new URL(tokenUrl)),
    })
    // RFC 6749, 5.2: invalid_client and the like come with 400 or 401.
    if (response.status === 400 || response.status === 401)
      throw new Unauthorized('The platform refused client id or secret.', { status: response.status })
    if (response.status !== 200) throw statusError(response, 'token')
    const { access_token: accessToken, expires_in: seconds } = readJson(response, answer, 'token')
    return { accessToken, expiresAt: seconds === undefined ? undefined : new Date(now() + seconds * 1_000) }
  },
}
