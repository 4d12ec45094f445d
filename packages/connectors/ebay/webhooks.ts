import { createHash, verify as verifySignature } from 'node:crypto'
import {
  type ConnectorContext,
  createPublicKeys,
  isConnectorError,
  Malformed,
  type WebhookEvent,
  type WebhookHandling,
  type WebhookMessage,
} from '@plimsoll/connector-kit'
import { z } from 'zod'
import { publicKey } from './answers.ts'
import { addressOf } from './places.ts'
import type { Credentials, Settings } from './settings.ts'
import { createTransport } from './transport.ts'

type Context = ConnectorContext<Settings, Credentials>

/**
 * Notifications of eBay's Notification API. Each names the key that signed it; the keys are the application's to fetch
 * and kept for an hour, as eBay asks. One address serves all accounts of an application.
 * Source: developer.ebay.com/develop/guides/sell-communication-guide and the AsyncAPI documents of the topics (README).
 */
export const webhooks: WebhookHandling<Settings, Credentials> = {
  async verify(request, context) {
    const named = readSignature(request.headers['x-ebay-signature'])
    if (named === undefined || request.body.length === 0) return false
    const found = await keys.find(named.kid, context)
    if (found === undefined) return false
    const { pem, digest } = keptKey.parse(JSON.parse(found))
    try {
      return verifySignature(digest, request.body, pem, named.signature)
    } catch (cause) {
      throw new Malformed('publicKey: eBay’s key is none that can verify', pem, true, { cause })
    }
  },
  challenge({ method, url }, { credentials: { verificationToken } }) {
    const address = new URL(url)
    const code = address.searchParams.get('challenge_code')
    if (method !== 'GET' || code === null || code === '') return undefined
    // In this order, and the address as it was registered: without the query.
    const challengeResponse = createHash('sha256')
      .update(code + verificationToken + address.origin + address.pathname)
      .digest('hex')
    return { contentType: 'application/json', body: JSON.stringify({ challengeResponse }) }
  },
  accountOf(message) {
    const read = readEnvelope(message)
    if (read === undefined) return undefined
    const { topic, data } = read
    switch (topic) {
      case 'ORDER_CONFIRMATION':
        return data.user?.userId
      case 'AUTHORIZATION_REVOCATION':
        return data.userId ?? data.user?.userId
      // Of an account deletion the id is that of whoever wants to be forgotten, a buyer mostly: nobody's connection.
      default:
        return undefined
    }
  },
  parse,
  personalDataKeys: ['username', 'user', 'userId', 'eiasToken', 'buyer', 'shipTo', 'contactAddress'],
}

function parse(message: WebhookMessage): WebhookEvent[] {
  const read = readEnvelope(message)
  // They name buyers: nothing of what cannot be read is kept.
  if (read === undefined) throw new Malformed('A notification that is none of eBay’s', '')
  const { topic, data } = read
  switch (topic) {
    case 'ORDER_CONFIRMATION': {
      const orderId = data.order?.orderId
      if (orderId === undefined) throw new Malformed('ORDER_CONFIRMATION: there is no order', '')
      // One comes for each line, and none says how the order stands: it is read.
      return [{ kind: 'order', externalId: orderId, version: undefined, order: undefined }]
    }
    case 'AUTHORIZATION_REVOCATION':
      return [{ kind: 'uninstalled' }]
    case 'MARKETPLACE_ACCOUNT_DELETION':
      return [{ kind: 'ignored', why: 'nothing of a buyer is stored, so nothing has to be deleted' }]
    default:
      return [{ kind: 'ignored', why: `topic ${topic}` }]
  }
}

const party = z.looseObject({ userId: z.string().min(1).optional() })
const envelope = z.object({
  metadata: z.object({ topic: z.string().min(1) }),
  notification: z.object({
    data: z
      .looseObject({
        userId: z.string().min(1).optional(),
        user: party.optional(),
        order: z.looseObject({ orderId: z.string().min(1).optional() }).optional(),
      })
      .default({}),
  }),
})

function readEnvelope({ body }: WebhookMessage) {
  let json: unknown
  try {
    json = JSON.parse(Buffer.from(body).toString('utf8'))
  } catch (error) {
    // Not verified yet: anybody may send anything.
    if (error instanceof SyntaxError) return undefined
    throw error
  }
  const read = envelope.safeParse(json)
  return read.success ? { topic: read.data.metadata.topic, data: read.data.notification.data } : undefined
}

const signatureHeader = z.object({ kid: z.string().min(1).max(200), signature: z.string().min(1) })

/** The header is Base64 of JSON that holds the key's id and the signature, again in Base64. */
function readSignature(header: string | undefined): { kid: string; signature: Buffer } | undefined {
  const json = header === undefined ? undefined : fromBase64(header)?.toString('utf8')
  if (json === undefined) return undefined
  try {
    const { kid, signature } = signatureHeader.parse(JSON.parse(json))
    const bytes = fromBase64(signature)
    return bytes === undefined ? undefined : { kid, signature: bytes }
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError) return undefined
    throw error
  }
}

/** Decoders skip what they do not know, so that many texts would stand for one signature: only the plain one counts. */
function fromBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64')
  return bytes.length > 0 && bytes.toString('base64') === text ? bytes : undefined
}

const keptKey = z.object({ pem: z.string(), digest: z.enum(['sha1', 'sha256']) })

const keys = createPublicKeys<Context>({
  // As eBay recommends.
  lifeMs: 3_600_000,
  placeOf: ({ settings }) => addressOf('api', settings),
  async fetchKey(kid, context) {
    try {
      const { data } = await createTransport(context).ask(
        {
          operation: 'publicKey',
          method: 'GET',
          path: `/commerce/notification/v1/public_key/${encodeURIComponent(kid)}`,
          token: 'application',
        },
        publicKey,
      )
      return JSON.stringify({ pem: toPem(data.key), digest: toDigest(data) })
    } catch (error) {
      if (isConnectorError(error) && (error.kind === 'not-found' || error.kind === 'invalid'))
        return undefined
      throw error
    }
  },
})

/** @throws Malformed for a way of signing that we do not know */
function toDigest({ algorithm, digest }: z.infer<typeof publicKey>): 'sha1' | 'sha256' {
  const known = digest.toLowerCase().replace('-', '')
  if (!/^ecd?s?a?$/i.test(algorithm) || (known !== 'sha1' && known !== 'sha256'))
    throw new Malformed(
      `publicKey: eBay signs with ${algorithm} and ${digest}, which is new`,
      `${algorithm} ${digest}`,
    )
  return known
}

/** eBay gives the key on one line; what reads it wants lines around it. */
function toPem(key: string): string {
  const bare = key.replace(/-----(BEGIN|END) PUBLIC KEY-----/g, '').replace(/\s+/g, '')
  const lines = bare.match(/.{1,64}/g) ?? []
  return ['-----BEGIN PUBLIC KEY-----', ...lines, '-----END PUBLIC KEY-----', ''].join('\n')
}
