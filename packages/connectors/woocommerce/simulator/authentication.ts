import { timingSafeEqual } from 'node:crypto'
import { oauthSignature } from '@plimsoll/connector-kit'
import { RestError } from './rest.ts'

export type ApiKey = {
  consumerKey: string
  consumerSecret: string
  permission: 'read' | 'write' | 'read_write'
}

export type RequestToCheck = {
  method: string
  /** As the shop knows itself: scheme, host and path. */
  url: string
  query: Readonly<Record<string, string>>
  authorization: string | undefined
  /** PHP sees TLS. */
  isTls: boolean
}

/**
 * Who asks, as class-wc-rest-authentication.php finds out: keys in the query, then Basic (both over TLS only), then
 * OAuth 1.0a with its 15 minutes and its nonces. Without any of them a request is a stranger's.
 */
export function createAuthentication(key: () => ApiKey, now: () => number) {
  const windowMs = 15 * 60_000
  let usedNonces: { nonce: string; atMs: number }[] = []
  const used = new Set<string>()

  const checkOauth = (request: RequestToCheck): boolean => {
    const names = ['consumer_key', 'timestamp', 'nonce', 'signature', 'signature_method'].map(
      (name) => `oauth_${name}`,
    )
    const missing = names.filter((name) => !request.query[name])
    if (missing.length === names.length) return false
    if (missing.length > 0) {
      throw new RestError(
        'woocommerce_rest_authentication_missing_parameter',
        401,
        `Missing OAuth parameters ${missing.join(', ')}`,
      )
    }
    const { oauth_signature: given = '', ...parameters } = request.query
    const { consumerKey, consumerSecret } = key()
    if (parameters.oauth_consumer_key !== consumerKey) throw refused('Consumer key is invalid.')
    const method = parameters.oauth_signature_method
    if (method !== 'HMAC-SHA1' && method !== 'HMAC-SHA256') {
      throw refused('Invalid signature - signature method is invalid.')
    }
    const right = oauthSignature({
      method: request.method,
      url: request.url,
      parameters,
      consumerSecret,
      algorithm: method === 'HMAC-SHA1' ? 'sha1' : 'sha256',
    })
    if (!isSame(right, given.replaceAll(' ', '+'))) {
      throw refused('Invalid signature - provided signature does not match.')
    }
    const atMs = Number(parameters.oauth_timestamp) * 1_000
    if (!(Math.abs(atMs - now()) <= windowMs)) throw refused('Invalid timestamp.')
    const nonce = parameters.oauth_nonce ?? ''
    if (used.has(nonce)) throw refused('Invalid nonce - nonce has already been used.')
    used.add(nonce)
    usedNonces.push({ nonce, atMs: now() })
    if (usedNonces.length > 10_000) forgetOld()
    return true
  }

  const forgetOld = () => {
    const [old, recent] = [[] as typeof usedNonces, [] as typeof usedNonces]
    for (const one of usedNonces) (one.atMs < now() - windowMs * 2 ? old : recent).push(one)
    for (const { nonce } of old) used.delete(nonce)
    usedNonces = recent
  }

  const checkKeys = (request: RequestToCheck): boolean => {
    let pair: [string, string] = [request.query.consumer_key ?? '', request.query.consumer_secret ?? '']
    if (pair[0] === '' || pair[1] === '') pair = basicPair(request.authorization)
    if (pair[0] === '' || pair[1] === '') return false
    const { consumerKey, consumerSecret } = key()
    // An unknown key makes a stranger; only a known key with a wrong secret is an error of its own.
    if (pair[0] !== consumerKey) return false
    if (!isSame(consumerSecret, pair[1])) throw refused('Consumer secret is invalid.')
    return true
  }

  return {
    /** @throws RestError 401 */
    check(request: RequestToCheck): void {
      const isKnown = (request.isTls && checkKeys(request)) || checkOauth(request)
      const isReading = request.method === 'GET' || request.method === 'HEAD'
      if (!isKnown) {
        const what = isReading ? 'view' : 'edit'
        throw new RestError(`woocommerce_rest_cannot_${what}`, 401, 'Sorry, you cannot list resources.')
      }
      const { permission } = key()
      if (permission !== 'read_write' && permission !== (isReading ? 'read' : 'write')) {
        throw refused(`The API key provided does not have ${isReading ? 'read' : 'write'} permissions.`)
      }
    },
  }
}

export function refused(message: string): RestError {
  return new RestError('woocommerce_rest_authentication_error', 401, message)
}

function basicPair(header: string | undefined): [string, string] {
  const text = Buffer.from(/^Basic (.+)$/i.exec(header ?? '')?.[1] ?? '', 'base64').toString('utf8')
  const colon = text.indexOf(':')
  return colon < 0 ? ['', ''] : [text.slice(0, colon), text.slice(colon + 1)]
}

function isSame(wanted: string, given: string): boolean {
  const [a, b] = [Buffer.from(wanted), Buffer.from(given)]
  return a.length === b.length && timingSafeEqual(a, b)
}
