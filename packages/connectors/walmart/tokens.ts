import { type ObtainedToken, readJson, type TokenSource, Unauthorized } from '@plimsoll/connector-kit'
import { z } from 'zod'
import { readErrors, toRefusal } from './refusals.ts'
import { baseUrl, type Credentials, type Settings } from './settings.ts'
import { commonHeaders } from './transport.ts'

const granted = z.object({ access_token: z.string().min(1), expires_in: z.number().positive() })

/**
 * A token lives for a quarter of an hour and there is nothing to refresh it with: a new one is asked for with the client
 * id and secret. Source: Token API, grant type client_credentials.
 */
export const access: TokenSource<Settings, Credentials> = {
  async obtain(context): Promise<ObtainedToken<Credentials>> {
    const { clientId, clientSecret } = context.credentials
    const requestId = context.uuid()
    const response = await context.http.send({
      operation: 'token',
      method: 'POST',
      url: `${baseUrl(context.settings)}/v3/token`,
      headers: {
        ...commonHeaders(context.settings, requestId),
        authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`,
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: 'grant_type=client_credentials',
      priority: 0,
    })
    if (response.status === 400 || response.status === 401 || response.status === 403) {
      const code = readErrors(response.text)[0]?.code
      throw new Unauthorized('Walmart refuses the client id or the client secret.', {
        status: response.status,
        requestId,
        ...(code !== undefined && { code }),
      })
    }
    if (response.status !== 200) throw toRefusal(response, { operation: 'token', requestId })
    const { access_token, expires_in } = readJson(response, granted, 'token')
    return { accessToken: access_token, expiresAt: new Date(context.now() + expires_in * 1_000) }
  },
}
