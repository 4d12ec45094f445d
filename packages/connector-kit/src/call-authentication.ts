import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import type { WebhookMessage } from './canonical.ts'

export const headerName = z.string().regex(/^[A-Za-z][A-Za-z0-9-]{0,63}$/, 'use letters, digits and hyphens')

/** How the other side proves that a call is its own, where that is agreed with each by itself: with one secret. */
export const callAuthentication = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('standard-webhooks') }),
  z.strictObject({
    kind: z.literal('hmac-sha256'),
    header: headerName,
    encoding: z.enum(['hex', 'base64']).default('hex'),
    prefix: z.string().max(40).default(''),
  }),
  z.strictObject({
    kind: z.literal('token'),
    header: headerName.default('authorization'),
    prefix: z.string().max(40).default(''),
  }),
])
export type CallAuthentication = z.infer<typeof callAuthentication>

/** How long ago a call may have been signed (Standard Webhooks, "verifying webhook authenticity"). */
const TOLERANCE_MS = 5 * 60_000

/** True only for what whoever has the secret has sent. */
export function isGenuineCall(
  authentication: CallAuthentication,
  { headers, body }: WebhookMessage,
  { secret, now }: { secret: string; now: number },
): boolean {
  // An empty secret would let anybody in.
  if (secret === '') return false
  switch (authentication.kind) {
    case 'standard-webhooks': {
      const [id, at, signatures] = [
        headers['webhook-id'],
        headers['webhook-timestamp'],
        headers['webhook-signature'],
      ]
      if (id === undefined || at === undefined || signatures === undefined || !/^\d{1,12}$/.test(at))
        return false
      if (Math.abs(now - Number(at) * 1_000) > TOLERANCE_MS) return false
      const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
      if (key.length === 0) return false
      const wanted = createHmac('sha256', key).update(`${id}.${at}.`).update(body).digest('base64')
      return signatures.split(' ').some((each) => isSame(each, `v1,${wanted}`))
    }
    case 'hmac-sha256': {
      const given = headers[authentication.header.toLowerCase()]
      const wanted = createHmac('sha256', secret).update(body).digest(authentication.encoding)
      const said = authentication.encoding === 'hex' ? given?.toLowerCase() : given
      const prefix =
        authentication.encoding === 'hex' ? authentication.prefix.toLowerCase() : authentication.prefix
      return said !== undefined && isSame(said, `${prefix}${wanted}`)
    }
    case 'token': {
      const given = headers[authentication.header.toLowerCase()]
      return given !== undefined && isSame(given, `${authentication.prefix}${secret}`)
    }
    default: {
      const never: never = authentication
      return never
    }
  }
}

/** By digests, so that neither length nor content is told by how long it takes. */
function isSame(one: string, other: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(one), digest(other))
}
