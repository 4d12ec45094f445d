import { createHash, verify as verifySignature } from 'node:crypto'
import { z } from 'zod'
import type { GrantPage, TokenSource } from '../../authorization.ts'
import type { WebhookMessage } from '../../canonical.ts'
import { Malformed, Unauthorized } from '../../errors.ts'
import { withoutBody } from '../../personal-data.ts'
import { createPublicKeys } from '../../public-keys.ts'
import { readJson } from '../../response-body.ts'
import { statusError } from '../../status-error.ts'
import type { WebhookHandling } from '../../webhook-handling.ts'
import { order, toOrder } from './sample-map.ts'

/** How the corner shop is connected to and how its messages are trusted: settings, tokens, its page, its signatures. */
export const settings = z.object({
  url: z.url().meta({
    title: 'Address',
    description: 'Of the shop.',
    zh: { title: '地址', description: '店铺的网址。' },
  }),
  markets: z
    .array(z.enum(['north', 'south']))
    .default(['north'])
    .meta({
      title: 'Markets',
      description: 'Where it sells.',
      zh: { title: '市场', description: '在哪里销售。' },
      options: { north: { en: 'North', zh: '北区' }, south: { en: 'South', zh: '南区' } },
    }),
  queue: z
    .boolean()
    .default(false)
    .meta({
      title: 'Queue',
      description: 'Events are pulled from its queue.',
      zh: { title: '队列', description: '从队列中读取事件。' },
    }),
})
const secret = (title: string, zh: string) =>
  z.string().meta({
    secret: true,
    title,
    description: `The shop shows the ${title.toLowerCase()}.`,
    zh: { title: zh, description: `店铺会显示${zh}。` },
  })
export const credentials = z.object({
  appKey: secret('App key', '应用密钥'),
  refreshToken: secret('Refresh token', '刷新令牌'),
  webhookToken: secret('Webhook token', '回调令牌'),
})
export type Settings = z.infer<typeof settings>
export type Credentials = z.infer<typeof credentials>

const tokenAnswer = z.object({
  accessToken: z.string(),
  expiresInSeconds: z.number(),
  /** The one that was sent ends soon. */
  refreshToken: z.string(),
})

/** An hour's token for a refresh token, which the shop replaces each time. */
const access: TokenSource<Settings, Credentials> = {
  async obtain({ settings: { url }, credentials: given, http, now }) {
    const response = await http.send({
      operation: 'token',
      method: 'POST',
      url: `${url}/token`,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ appKey: given.appKey, refreshToken: given.refreshToken }),
    })
    if (response.status === 400) throw new Unauthorized('The shop refused the app key or the refresh token.')
    if (response.status !== 200) throw statusError(response, 'token')
    const answer = readJson(response, tokenAnswer, 'token')
    return {
      accessToken: answer.accessToken,
      expiresAt: new Date(now() + answer.expiresInSeconds * 1_000),
      credentials: { ...given, refreshToken: answer.refreshToken },
    }
  },
}
export const tokens = { access }

/** The page asks the shopkeeper, and sends the browser back with a code. */
export const grant: GrantPage<Settings, Credentials> = {
  needs: credentials.pick({ appKey: true, webhookToken: true }),
  answer: 'query',
  url: ({ settings: { url }, given, state, callbackUrl, codeChallenge }) =>
    `${url}/grant?${new URLSearchParams({ appKey: given.appKey ?? '', state, callbackUrl, codeChallenge })}`,
  async finish({ query }, { settings: { url }, given, codeVerifier }, { http }) {
    const response = await http.send({
      operation: 'token',
      method: 'POST',
      url: `${url}/code`,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ appKey: given.appKey, code: query.code ?? '', codeVerifier }),
    })
    if (response.status === 400) throw new Unauthorized('The shop does not know the code.')
    if (response.status !== 200) throw statusError(response, 'token')
    const { refreshToken } = readJson(response, z.object({ refreshToken: z.string() }), 'token')
    return credentials.parse({ ...given, refreshToken })
  },
}

const keys = createPublicKeys<
  { settings: Settings } & Parameters<TokenSource<Settings, Credentials>['obtain']>[0]
>({
  lifeMs: 3_600_000,
  placeOf: ({ settings: { url } }) => url,
  async fetchKey(keyId, { settings: { url }, http }) {
    const response = await http.send({
      operation: 'publicKey',
      method: 'GET',
      url: `${url}/keys/${encodeURIComponent(keyId)}`,
    })
    if (response.status === 404) return undefined
    if (response.status !== 200) throw statusError(response, 'publicKey')
    return response.text
  },
})

/** Signed with a key of the shop's that is fetched by its id; one address serves all shops of an app key. */
export const webhooks: WebhookHandling<Settings, Credentials> = {
  personalDataKeys: ['email', { key: 'to', keeps: ['country', 'region', 'postalCode', 'city'] }],
  async verify({ headers, body }, context) {
    const [keyId = '', signature = ''] = headers['x-sample-signature']?.split('.') ?? []
    if (!/^[A-Za-z0-9+/]+=*$/.test(signature)) return false
    const given = Buffer.from(signature, 'base64')
    // Decoders skip what they do not know: many texts would stand for one signature.
    if (given.toString('base64') !== signature) return false
    const key = await keys.find(keyId, context)
    return key !== undefined && verifySignature('sha256', body, key, given)
  },
  challenge({ method, url }, { credentials: { webhookToken } }) {
    const address = new URL(url)
    const challenge = address.searchParams.get('challenge')
    if (method !== 'GET' || challenge === null) return undefined
    const proof = createHash('sha256')
      .update(challenge + webhookToken + address.origin + address.pathname)
      .digest('hex')
    return { contentType: 'application/json', body: JSON.stringify({ proof }) }
  },
  accountOf: ({ headers }) => headers['x-sample-account'],
  parse(message) {
    const read = toOrder(readMessage(message))
    return [{ kind: 'order', externalId: read.externalId, version: read.version, order: read }]
  },
}

function readMessage({ body }: WebhookMessage): z.infer<typeof order> {
  const text = Buffer.from(body).toString('utf8')
  try {
    return readJson({ status: 200, headers: {}, text, date: undefined, durationMs: 0 }, order, 'webhook')
  } catch (error) {
    // It names the shopper.
    throw error instanceof Malformed ? withoutBody(error) : error
  }
}
