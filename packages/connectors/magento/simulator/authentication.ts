import { timingSafeEqual } from 'node:crypto'
import { oauthSignature } from '@plimsoll/connector-kit'
import { MagentoError } from './rest.ts'

export type IntegrationKeys = {
  consumerKey: string
  consumerSecret: string
  accessToken: string
  accessTokenSecret: string
}

export type RequestToCheck = {
  method: string
  /** As the shop knows itself: scheme, host and path. */
  url: string
  query: Readonly<Record<string, string>>
  authorization: string | undefined
}

/** Nobody in particular: who has none of the rights. */
export type Caller = 'integration' | 'guest'

/**
 * Who asks. A signed request that is wrong is refused by its fault; a bearer token that is not known, or not allowed,
 * makes a guest. Sources: magento/magento2, Webapi\Model\Authorization, Integration\Model\Oauth (read 2026-11);
 * AdobeDocs/commerce-webapi, get-started/authentication (only HMAC-SHA256; bearer off by default).
 */
export function createAuthentication({
  keys,
  allowsBearer,
  isRevoked,
  now,
}: {
  keys: IntegrationKeys
  allowsBearer: () => boolean
  isRevoked: () => boolean
  now: () => number
}) {
  const futureMs = 600_000
  const used = new Set<string>()

  return {
    /** @throws MagentoError 400 or 401 */
    check(request: RequestToCheck): Caller {
      const { authorization = '' } = request
      if (/^OAuth /i.test(authorization)) {
        checkSignature(request, parametersOf(authorization))
        return 'integration'
      }
      const bearer = /^Bearer (.+)$/i.exec(authorization)?.[1]
      return bearer === keys.accessToken && allowsBearer() && !isRevoked() ? 'integration' : 'guest'
    },
  }

  function checkSignature(request: RequestToCheck, given: Record<string, string>): void {
    const { oauth_signature: signature = '', ...parameters } = given
    for (const name of ['consumer_key', 'token', 'nonce', 'timestamp', 'signature_method'])
      if (!parameters[`oauth_${name}`])
        throw new MagentoError(400, '"%fieldName" is required. Enter and try again.', {
          fieldName: `oauth_${name}`,
        })
    if (parameters.oauth_signature_method !== 'HMAC-SHA256')
      throw new MagentoError(400, 'Signature method %1 is not supported', [parameters.oauth_signature_method])
    if (parameters.oauth_consumer_key !== keys.consumerKey)
      throw new MagentoError(401, 'A consumer having the specified key does not exist')
    const atMs = Number(parameters.oauth_timestamp) * 1_000
    if (!(atMs > 0 && atMs <= now() + futureMs))
      throw new MagentoError(400, 'The timestamp value in the oauth_timestamp parameter is incorrect')
    const nonce = parameters.oauth_nonce ?? ''
    if (used.has(nonce))
      throw new MagentoError(401, 'The nonce is already being used by the consumer with ID %1', [1])
    if (used.size > 100_000) used.clear()
    used.add(nonce)
    if (parameters.oauth_token !== keys.accessToken)
      throw new MagentoError(401, 'Specified token does not exist')
    if (isRevoked()) throw new MagentoError(401, 'Access token has been revoked')
    const right = oauthSignature({
      method: request.method,
      url: request.url,
      parameters: { ...request.query, ...parameters },
      consumerSecret: keys.consumerSecret,
      tokenSecret: keys.accessTokenSecret,
    })
    if (!isSame(right, signature))
      throw new MagentoError(401, 'The signature is invalid. Verify and try again.')
  }
}

function parametersOf(header: string): Record<string, string> {
  const pairs = [...header.replace(/^OAuth /i, '').matchAll(/([a-z_]+)="([^"]*)"/g)]
  return Object.fromEntries(pairs.map(([, name = '', value = '']) => [name, decodeURIComponent(value)]))
}

function isSame(wanted: string, given: string): boolean {
  const [a, b] = [Buffer.from(wanted), Buffer.from(given)]
  return a.length === b.length && timingSafeEqual(a, b)
}
