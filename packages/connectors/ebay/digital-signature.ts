import { createHash, createPrivateKey, sign } from 'node:crypto'
import { Invalid } from '@plimsoll/connector-kit'
import type { Credentials } from './settings.ts'

/**
 * HTTP message signatures (RFC 9421), which eBay demands of sellers in the EU and the UK for calls that move money,
 * cancelling among them. Ed25519, over the body's digest, the key, method, path and host.
 * Source: developer.ebay.com/develop/guides/digital-signatures-for-apis (read 2026-11).
 * @returns nothing where the credentials have no signing key
 * @throws Invalid for a key that is none
 */
export function signatureHeaders(
  { signingKeyJwe, signingPrivateKey }: Pick<Credentials, 'signingKeyJwe' | 'signingPrivateKey'>,
  request: { method: string; url: string; body: string; atMs: number },
): Record<string, string> {
  if (signingKeyJwe === undefined || signingPrivateKey === undefined) return {}
  const digest = `sha-256=:${createHash('sha256').update(request.body).digest('base64')}:`
  const covered = '("content-digest" "x-ebay-signature-key" "@method" "@path" "@authority")'
  const parameters = `${covered};created=${Math.floor(request.atMs / 1_000)}`
  const base = signatureBase({ ...request, digest, key: signingKeyJwe, parameters })
  return {
    'content-digest': digest,
    'x-ebay-signature-key': signingKeyJwe,
    'signature-input': `sig1=${parameters}`,
    signature: `sig1=:${sign(null, Buffer.from(base), toPrivateKey(signingPrivateKey)).toString('base64')}:`,
  }
}

/** What is signed: one line for each covered part, the parameters last (RFC 9421, 2.5). */
export function signatureBase(parts: {
  method: string
  url: string
  digest: string
  key: string
  parameters: string
}): string {
  const { host, pathname } = new URL(parts.url)
  return [
    `"content-digest": ${parts.digest}`,
    `"x-ebay-signature-key": ${parts.key}`,
    `"@method": ${parts.method.toUpperCase()}`,
    `"@path": ${pathname}`,
    `"@authority": ${host}`,
    `"@signature-params": ${parts.parameters}`,
  ].join('\n')
}

/** eBay shows the key as bare Base64 of PKCS#8; people paste it with and without the lines around it. */
function toPrivateKey(text: string) {
  const bare = text.replace(/-----[A-Z ]+-----/g, '').replace(/\s+/g, '')
  try {
    return createPrivateKey({ key: Buffer.from(bare, 'base64'), format: 'der', type: 'pkcs8' })
  } catch (cause) {
    throw new Invalid(
      'The private signing key is not one: paste it as eBay showed it.',
      'signingPrivateKey',
      { cause },
    )
  }
}
