import { randomUUID } from 'node:crypto'
import { oauthSignature } from '@plimsoll/connector-kit'
import type { StartedSimulator } from '@plimsoll/connectors'
import { request } from 'undici'

/** A call to a simulated WooCommerce shop's own API, as its staff or another app makes it; signed, since it has no TLS. */
export async function askWoo(
  shop: StartedSimulator,
  method: 'GET' | 'PUT' | 'DELETE',
  path: string,
  { query = {}, body }: { query?: Record<string, string>; body?: object } = {},
): Promise<unknown> {
  const { consumerKey = '', consumerSecret = '' } = shop.credentials as Record<string, string>
  const url = `${shop.url}/wp-json/wc/v3${path}`
  const parameters = {
    ...query,
    oauth_consumer_key: consumerKey,
    oauth_nonce: randomUUID(),
    oauth_signature_method: 'HMAC-SHA256',
    oauth_timestamp: String(Math.floor(Date.now() / 1_000)),
  }
  const oauth_signature = oauthSignature({ method, url, parameters, consumerSecret })
  const answer = await request(`${url}?${new URLSearchParams({ ...parameters, oauth_signature })}`, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const text = await answer.body.text()
  if (answer.statusCode !== 200) throw new Error(`${method} ${path}: ${answer.statusCode} ${text}`)
  return JSON.parse(text)
}
