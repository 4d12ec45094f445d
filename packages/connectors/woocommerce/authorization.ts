import { oauthSignature, percentEncode } from '@plimsoll/connector-kit'
import type { Credentials } from './settings.ts'

/**
 * How one request proves who sends it. Over TLS the keys travel themselves (Basic, or in the query where the
 * host strips the header); over plain HTTP only a signature does (OAuth 1.0a, one-legged). Behind a proxy that ends TLS and
 * does not say so (`proxied`), the shop takes a request for plain HTTP: it wants a signature, over its address with http.
 */
export type AuthorizationMode = 'basic' | 'query' | 'oauth1' | 'proxied'

export type SignedRequest = { url: string; headers: Record<string, string> }

export type RequestToSign = {
  mode: AuthorizationMode
  method: string
  /** Without query and fragment. */
  url: string
  query: Readonly<Record<string, string>>
  credentials: Pick<Credentials, 'consumerKey' | 'consumerSecret'>
  /** Milliseconds since the epoch; the shop accepts 15 minutes either way. */
  now: number
  /** Never used twice: the shop refuses it. */
  nonce: string
}

/**
 * Adds the authorization to a request.
 * Source: class-wc-rest-authentication.php of WooCommerce 11 (read 2026-08): keys in the query are looked at
 * first, Basic only when PHP sees TLS, OAuth otherwise.
 */
export function authorize(request: RequestToSign): SignedRequest {
  const { consumerKey, consumerSecret } = request.credentials
  switch (request.mode) {
    case 'basic': {
      const pair = Buffer.from(`${consumerKey}:${consumerSecret}`).toString('base64')
      return { url: withQuery(request.url, request.query), headers: { authorization: `Basic ${pair}` } }
    }
    case 'query': {
      const query = { ...request.query, consumer_key: consumerKey, consumer_secret: consumerSecret }
      return { url: withQuery(request.url, query), headers: {} }
    }
    case 'oauth1':
    case 'proxied': {
      const parameters: Record<string, string> = {
        ...request.query,
        oauth_consumer_key: consumerKey,
        oauth_nonce: request.nonce,
        oauth_signature_method: 'HMAC-SHA256',
        oauth_timestamp: String(Math.floor(request.now / 1_000)),
      }
      const oauth_signature = oauthSignature({
        method: request.method,
        // class-wc-rest-authentication.php builds it of the site's address and `is_ssl()`.
        url: request.mode === 'proxied' ? request.url.replace(/^https:/, 'http:') : request.url,
        parameters,
        consumerSecret,
      })
      return { url: withQuery(request.url, { ...parameters, oauth_signature }), headers: {} }
    }
    default: {
      const never: never = request.mode
      return never
    }
  }
}

function withQuery(url: string, query: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(query).map(([name, value]) => `${percentEncode(name)}=${percentEncode(value)}`)
  return pairs.length === 0 ? url : `${url}?${pairs.join('&')}`
}
