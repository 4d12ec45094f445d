import { createHmac } from 'node:crypto'

/**
 * The OAuth 1.0a signature of a request (RFC 5849 section 3.4): names in byte order, name and value encoded before they
 * are joined, the key is both secrets with an ampersand between them.
 * @param input.url without query and fragment
 * @param input.parameters every query, form and `oauth_` parameter except `oauth_signature`
 * @param input.tokenSecret empty for a request without a token (WooCommerce); Magento has one
 */
export function oauthSignature(input: {
  method: string
  url: string
  parameters: Readonly<Record<string, string>>
  consumerSecret: string
  tokenSecret?: string
  algorithm?: 'sha1' | 'sha256'
}): string {
  const joined = Object.keys(input.parameters)
    .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    .map((name) => `${percentEncode(name)}=${percentEncode(input.parameters[name] ?? '')}`)
    .join('&')
  const base = [input.method.toUpperCase(), percentEncode(input.url), percentEncode(joined)].join('&')
  const key = `${percentEncode(input.consumerSecret)}&${percentEncode(input.tokenSecret ?? '')}`
  return createHmac(input.algorithm ?? 'sha256', key)
    .update(base)
    .digest('base64')
}

/** RFC 3986: everything but letters, digits and `-._~`. `encodeURIComponent` leaves five more alone. */
export function percentEncode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}
