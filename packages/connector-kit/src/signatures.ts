import { createHmac, timingSafeEqual } from 'node:crypto'

/** HMAC-SHA256 of the bytes under the secret, as standard Base64. A string counts as its UTF-8 bytes. */
export function hmacSha256Base64(secret: string, bytes: Uint8Array | string): string {
  return createHmac('sha256', secret).update(bytes).digest('base64')
}

// Exactly what 32 bytes look like in standard Base64. Node's decoder skips what it does not know,
// so without this many different headers would stand for one signature.
const base64Of32Bytes = /^[A-Za-z0-9+/]{43}=$/

/**
 * True only if `headerValue` is the Base64 HMAC-SHA256 of `bytes`. Compares the decoded bytes in constant
 * time; absent, ill-formed and wrong-length values are false. Never throws.
 * An empty secret is never right: it would let anybody sign.
 */
export function verifyHmacBase64(
  headerValue: string | undefined,
  secret: string,
  bytes: Uint8Array,
): boolean {
  if (headerValue === undefined || secret === '' || !base64Of32Bytes.test(headerValue)) return false
  const given = Buffer.from(headerValue, 'base64')
  const wanted = createHmac('sha256', secret).update(bytes).digest()
  return given.length === wanted.length && timingSafeEqual(given, wanted)
}
