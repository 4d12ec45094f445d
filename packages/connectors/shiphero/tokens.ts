import {
  type HttpResponse,
  type ObtainedToken,
  readJson,
  statusError,
  type TokenSource,
  Unauthorized,
  unquoted,
  withoutText,
} from '@plimsoll/connector-kit'
import { z } from 'zod'
import { meansNoToken } from './refusals.ts'
import { baseUrl, type Credentials, type Settings } from './settings.ts'

const granted = z.object({
  access_token: z.string().min(1),
  expires_in: z.number().positive(),
  refresh_token: z.string().min(1).nullish(),
})

/** An access token lives for 28 days; the refresh token gives the next one: developer.shiphero.com/getting-started. */
export const access: TokenSource<Settings, Credentials> = {
  async obtain({ settings, credentials, http, now }): Promise<ObtainedToken<Credentials>> {
    const response = await http.send({
      operation: 'token',
      method: 'POST',
      url: `${baseUrl(settings)}/auth/refresh`,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ refresh_token: credentials.refreshToken }),
      priority: 0,
      cost: 0,
    })
    if ([400, 401, 403].includes(response.status))
      throw new Unauthorized('ShipHero refuses the refresh token.', { status: response.status })
    // The body holds tokens: nothing of it is said.
    if (response.status !== 200) throw statusError(withoutText(response), 'token')
    const answer = unquoted(() => readJson(response, granted, 'token'))
    return {
      accessToken: answer.access_token,
      expiresAt: new Date(now() + answer.expires_in * 1_000),
      // Its documentation names none; one that came would take the place of ours.
      ...(answer.refresh_token != null &&
        answer.refresh_token !== credentials.refreshToken && {
          credentials: { ...credentials, refreshToken: answer.refresh_token },
        }),
    }
  },
  isRefused: (response: HttpResponse) => response.status === 401 || meansNoToken(response.text),
}
