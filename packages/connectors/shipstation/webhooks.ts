import { createPublicKey, verify as verifySignature } from 'node:crypto'
import {
  createPublicKeys,
  Malformed,
  readJson,
  statusError,
  unquoted,
  type WebhookHandling,
} from '@plimsoll/connector-kit'
import { z } from 'zod'
import { type Credentials, keysUrl, type Settings } from './settings.ts'
import type { Context } from './transport.ts'

const HOUR_MS = 3_600_000

const message = z.object({ resource_type: z.string().min(1), resource_url: z.string().nullish() })

/** V2's names of what is told of, and those in the messages. */
export const TOPICS = ['label_created_v2', 'fulfillment_shipped_v2', 'fulfillment_canceled_v2'] as const

/**
 * V2 signs `timestamp.body` with RSA-SHA256 and names the key, which is among those that it gives to everybody. A message is
 * a hint: the list of orders is read, and the address in it (`resource_url`) never, so that nobody can make the hub call
 * anything. One that is sent again does nothing new, however old. The webhooks of V1 are not signed and not asked for.
 * Source: docs.shipstation.com, webhooks (V2).
 */
export const webhooks: WebhookHandling<Settings, Credentials> = {
  personalDataKeys: ['ship_to', 'name', 'address_line1', 'address_line2', 'email', 'phone', 'company_name'],
  async verify({ headers, body }, context) {
    const {
      'x-shipengine-rsa-sha256-key-id': keyId,
      'x-shipengine-rsa-sha256-signature': signature,
      'x-shipengine-timestamp': timestamp,
    } = headers
    if (!keyId || !signature || !timestamp || body.length === 0) return false
    if (!/^[A-Za-z0-9+/]{100,1400}={0,2}$/.test(signature)) return false
    const given = Buffer.from(signature, 'base64')
    // Decoders skip what they do not know: many texts would stand for one signature.
    if (given.toString('base64') !== signature) return false
    const found = await keys.find(keyId, context)
    if (found === undefined) return false
    const signed = Buffer.concat([Buffer.from(`${timestamp}.`), body])
    try {
      const key = createPublicKey({ key: JSON.parse(found), format: 'jwk' })
      return verifySignature('RSA-SHA256', signed, key, given)
    } catch (cause) {
      throw new Malformed('publicKey: ShipStation’s key is none that can verify', found, true, { cause })
    }
  },
  parse({ body }) {
    const text = Buffer.from(body).toString('utf8')
    const said = unquoted(() =>
      readJson({ status: 200, headers: {}, text, date: undefined, durationMs: 0 }, message, 'webhook'),
    )
    const type = said.resource_type.toLowerCase()
    if (!TOPICS.some((topic) => topic === type))
      return [{ kind: 'ignored', why: `ShipStation’s type ${type.slice(0, 60)} is not asked for` }]
    const externalId = orderIn(said.resource_url ?? '')
    return [{ kind: 'shipment', externalId, version: undefined, shipment: undefined }]
  },
}

/** V1's number of the order, where the address names V2's shipment: whichever it is, the list is read. */
function orderIn(address: string): string {
  return /(?:shipments\/|shipment_id=)se-(\d{1,15})\b/.exec(address)?.[1] ?? ''
}

const jwks = z.object({
  keys: z.array(
    z.looseObject({ kid: z.string(), kty: z.string(), n: z.string().nullish(), e: z.string().nullish() }),
  ),
})

const keys = createPublicKeys<Context>({
  lifeMs: 12 * HOUR_MS,
  placeOf: ({ settings }) => keysUrl(settings),
  async fetchKey(keyId, { settings, http }) {
    const response = await http.send({ operation: 'publicKey', method: 'GET', url: keysUrl(settings) })
    if (response.status !== 200) throw statusError(response, 'publicKey')
    const found = readJson(response, jwks, 'publicKey').keys.find(({ kid }) => kid === keyId)
    return found === undefined || found.kty !== 'RSA' ? undefined : JSON.stringify(found)
  },
})
