import { type ConnectorContext, readJson, statusError, Unauthorized } from '@plimsoll/connector-kit'
import { z } from 'zod'
import { baseUrl, type Credentials, type Settings } from './settings.ts'

/**
 * Hands out the access token. A permanent token is simply given; with client id and secret a token is fetched
 * when there is none or the last one is about to end (24 h), by one request however many callers wait.
 * The grant keeps older tokens alive, so two processes that fetch at once do each other no harm
 * (shopify.dev, client-credentials-grant).
 */
export type TokenSource = {
  token(signal?: AbortSignal): Promise<string>
  /** Drops a token that was refused. False when a new one cannot be had (permanent token). */
  renew(refused: string): boolean
}

const tokenSchema = z.object({ access_token: z.string().min(1), expires_in: z.number().positive() })
/** A token is not used in its last minutes: a request may wait for its budget before it leaves. */
const MARGIN_MS = 5 * 60_000

export function createTokenSource(context: ConnectorContext<Settings, Credentials>): TokenSource {
  const { accessToken } = context.credentials
  if (accessToken !== undefined) return { token: async () => accessToken, renew: () => false }

  let held: { token: string; endsAt: number } | undefined
  let fetching: Promise<string> | undefined

  async function fetchToken(): Promise<string> {
    const response = await context.http.send({
      operation: 'token',
      method: 'POST',
      url: `${baseUrl(context.settings)}/admin/oauth/access_token`,
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: context.credentials.clientId ?? '',
        client_secret: context.credentials.clientSecret,
      }).toString(),
      // Everything else waits for this one; it spends no query points.
      cost: 0,
      priority: 0,
    })
    if (response.status !== 200) {
      // 400 and 403 too: unknown client, wrong secret, app not installed in this shop.
      if (response.status >= 400 && response.status < 429) {
        throw new Unauthorized('Shopify refused the client id and secret', { status: response.status })
      }
      throw statusError(response, 'token')
    }
    const answer = readJson(response, tokenSchema, 'token')
    held = { token: answer.access_token, endsAt: context.now() + answer.expires_in * 1_000 }
    return answer.access_token
  }

  return {
    async token() {
      if (held !== undefined && context.now() < held.endsAt - MARGIN_MS) return held.token
      // Not tied to one caller's signal: the others would be cancelled with it.
      fetching ??= fetchToken().finally(() => {
        fetching = undefined
      })
      return fetching
    },
    renew(refused) {
      // Another caller may have renewed it already; then theirs is the one to try.
      if (held?.token === refused) held = undefined
      return true
    },
  }
}
