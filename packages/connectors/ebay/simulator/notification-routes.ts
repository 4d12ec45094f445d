import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { createBudgets, createHttp, systemClock } from '@plimsoll/connector-kit'
import type { WebhookSender } from '@plimsoll/connector-kit/simulator'
import { z } from 'zod'
import { scopes } from '../scopes.ts'
import {
  type Destination,
  destinationBody,
  notificationError,
  type Subscription,
  subscriptionBody,
  topicOwners,
} from './notification-bodies.ts'
import { RestRefusal, type RestRoute, type RowError } from './rest.ts'

const root = '/commerce/notification/v1'
/** How many deliveries in a row may be given up before the destination is marked down. */
const failuresMax = 3
/** When eBay tries again is not published: a guess, of the order of what its documents say of a day. */
const retry = { delaysMs: [60_000, 600_000, 3_600_000] }

/** The Notification API: an alert address, destinations that prove themselves, subscriptions, keys; and its deliveries. */
export function createNotifications(options: { sender: WebhookSender; now(): number; random(): number }) {
  const { sender, now, random } = options
  const destinations = new Map<string, Destination>()
  const subscriptions = new Map<string, Subscription>()
  const keys = new Map<string, { privateKey: KeyObject; pem: string }>()
  let alertEmail: string | undefined
  let currentKey = ''
  let made = 0
  const fresh = (kind: string) => {
    made += 1
    return `${kind}-${made}-${Math.floor(random() * 1e9).toString(36)}`
  }
  const rotateKey = () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    currentKey = fresh('key')
    // On one line, as eBay gives it.
    const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString().replaceAll('\n', '')
    keys.set(currentKey, { privateKey, pem })
  }
  rotateKey()

  const signatureOf = (body: string): string => {
    const key = keys.get(currentKey)
    if (key === undefined) throw new Error('there is always a key')
    const signature = sign('sha1', Buffer.from(body), key.privateKey).toString('base64')
    return Buffer.from(JSON.stringify({ alg: 'ecdsa', kid: currentKey, signature, digest: 'SHA1' })).toString(
      'base64',
    )
  }

  const challenge = async ({
    endpoint,
    verificationToken,
  }: Destination['deliveryConfig']): Promise<boolean> => {
    const code = fresh('challenge')
    const http = createHttp({ budgets: createBudgets([], systemClock), clock: systemClock })
    const answer = await http.send({
      operation: 'challenge',
      method: 'GET',
      url: `${endpoint}?challenge_code=${encodeURIComponent(code)}`,
    })
    const wanted = createHash('sha256')
      .update(code + verificationToken + endpoint)
      .digest('hex')
    const isJson = answer.headers['content-type']?.startsWith('application/json') === true
    return answer.status === 200 && isJson && answer.text === JSON.stringify({ challengeResponse: wanted })
  }
  const readDestination = async (body: unknown, id: string | undefined): Promise<Destination> => {
    const parsed = destinationBody.safeParse(body)
    if (!parsed.success)
      throw new RestRefusal(400, notificationError(195_017, 'Invalid or missing endpoint.'))
    if (alertEmail === undefined)
      throw new RestRefusal(
        409,
        notificationError(195_003, 'Please provide configurations required for notifications.'),
      )
    const { endpoint } = parsed.data.deliveryConfig
    const isTaken = [...destinations.values()].some(
      (each) => each.deliveryConfig.endpoint === endpoint && each.destinationId !== id,
    )
    if (isTaken)
      throw new RestRefusal(409, notificationError(195_021, 'Destination exists for this endpoint'))
    const isProven = await challenge(parsed.data.deliveryConfig).catch(() => false)
    if (!isProven)
      throw new RestRefusal(
        409,
        notificationError(195_020, 'Challenge verification failed for requested endpoint'),
      )
    return { destinationId: id ?? fresh('destination'), ...parsed.data }
  }
  const readSubscription = (body: unknown): Omit<Subscription, 'subscriptionId' | 'owner'> => {
    const parsed = subscriptionBody.safeParse(body)
    if (!parsed.success)
      throw new RestRefusal(400, notificationError(195_027, 'Invalid or missing topic id.'))
    const destination = destinations.get(parsed.data.destinationId)
    if (destination === undefined)
      throw new RestRefusal(400, notificationError(195_007, 'Invalid or missing destination id.'))
    if (destination.status !== 'ENABLED') {
      throw new RestRefusal(
        409,
        notificationError(
          195_015,
          'The subscription cannot be enabled since the destination is not enabled.',
        ),
      )
    }
    return parsed.data
  }
  const idIn = (params: unknown): string => z.object({ id: z.string() }).parse(params).id
  const known = <T>(rows: ReadonlyMap<string, T>, params: unknown, error: RowError): T => {
    const found = rows.get(idIn(params))
    if (found === undefined) throw new RestRefusal(404, error)
    return found
  }
  const noSubscription = notificationError(195_013, 'The subscription id does not exist.')

  const ofApplication = (
    method: RestRoute['method'],
    path: string,
    handle: RestRoute['handle'],
  ): RestRoute => ({
    method,
    path: `${root}${path}`,
    api: 'notification',
    scopes: { application: scopes.base },
    handle,
  })
  const ofEither = (method: RestRoute['method'], path: string, handle: RestRoute['handle']): RestRoute => ({
    ...ofApplication(method, path, handle),
    // A seller's own needs a right of its own.
    scopes: { application: scopes.base, user: scopes.notification },
  })

  const routes: RestRoute[] = [
    ofApplication('GET', '/config', () => {
      if (alertEmail === undefined)
        throw new RestRefusal(404, notificationError(195_026, 'Configuration Not Found.'))
      return { alertEmail }
    }),
    ofApplication('PUT', '/config', ({ request, reply }) => {
      const parsed = z.object({ alertEmail: z.email() }).safeParse(request.body)
      if (!parsed.success) throw new RestRefusal(400, notificationError(195_025, 'Invalid or missing email.'))
      alertEmail = parsed.data.alertEmail
      return reply.code(204).send()
    }),
    ofApplication('GET', '/destination', () => ({
      total: destinations.size,
      limit: 100,
      destinations: [...destinations.values()],
    })),
    ofApplication('POST', '/destination', async ({ request, reply }) => {
      const destination = await readDestination(request.body, undefined)
      destinations.set(destination.destinationId, destination)
      return reply
        .code(201)
        .header('location', `https://api.ebay.com${root}/destination/${destination.destinationId}`)
        .send()
    }),
    ofApplication('PUT', '/destination/:id', async ({ request, reply }) => {
      const { destinationId } = known(
        destinations,
        request.params,
        notificationError(195_022, 'Invalid or missing destination id.'),
      )
      destinations.set(destinationId, await readDestination(request.body, destinationId))
      return reply.code(204).send()
    }),
    ofApplication('GET', '/public_key/:id', ({ request }) => {
      const { pem } = known(
        keys,
        request.params,
        notificationError(195_001, 'The specified key id is invalid.'),
      )
      return { key: pem, algorithm: 'ECDSA', digest: 'SHA1' }
    }),
    ofApplication('GET', '/topic/:id', ({ request }) => {
      const topicId = idIn(request.params)
      const owner = topicOwners[topicId]
      if (owner === undefined)
        throw new RestRefusal(404, notificationError(195_002, 'Invalid or missing topic id.'))
      return {
        topicId,
        status: 'ENABLED',
        context: owner === 'user' ? 'USER' : 'APPLICATION',
        scope: owner === 'user' ? 'USER' : 'APPLICATION',
        authorizationScopes: owner === 'user' ? [scopes.fulfillment] : [scopes.base],
        filterable: false,
        supportedPayloads: [
          { schemaVersion: '0.9', format: ['JSON'], deliveryProtocol: 'HTTPS', deprecated: true },
          { schemaVersion: '1.0', format: ['JSON'], deliveryProtocol: 'HTTPS', deprecated: false },
        ],
      }
    }),
    ofEither('GET', '/subscription', ({ token }) => {
      const own = [...subscriptions.values()].filter(({ owner }) => owner === token)
      return { total: own.length, limit: 100, subscriptions: own.map(({ owner: _owner, ...each }) => each) }
    }),
    ofEither('POST', '/subscription', ({ request, reply, token }) => {
      const given = readSubscription(request.body)
      if (topicOwners[given.topicId] !== token)
        throw new RestRefusal(403, notificationError(195_011, 'Not authorized for this topic.'))
      const isTwice = [...subscriptions.values()].some(
        (each) => each.owner === token && each.topicId === given.topicId,
      )
      if (isTwice) throw new RestRefusal(409, notificationError(195_012, 'Subscription already exists'))
      const subscriptionId = fresh('subscription')
      subscriptions.set(subscriptionId, { ...given, subscriptionId, owner: token })
      return reply
        .code(201)
        .header('location', `https://api.ebay.com${root}/subscription/${subscriptionId}`)
        .send()
    }),
    ofEither('PUT', '/subscription/:id', ({ request, reply, token }) => {
      const found = known(subscriptions, request.params, noSubscription)
      if (found.owner !== token) throw new RestRefusal(404, noSubscription)
      const given = readSubscription({ ...(request.body as object), topicId: found.topicId })
      subscriptions.set(found.subscriptionId, { ...found, ...given })
      return reply.code(204).send()
    }),
  ]

  return {
    routes,
    rotateKey,
    /** What became of destinations and subscriptions, for tests that look inside or break them. */
    destinations,
    subscriptions,
    sign: signatureOf,
    /** Sends a notification to whoever subscribed to its topic. */
    send(topicId: string, data: object, orderExternalId?: string): void {
      for (const subscription of subscriptions.values()) {
        const destination = destinations.get(subscription.destinationId)
        if (subscription.topicId !== topicId || subscription.status !== 'ENABLED') continue
        if (destination === undefined || destination.status !== 'ENABLED') continue
        const at = new Date(now()).toISOString()
        const body = JSON.stringify({
          metadata: { topic: topicId, schemaVersion: subscription.payload.schemaVersion, deprecated: false },
          notification: {
            notificationId: fresh('notification'),
            eventDate: at,
            publishDate: at,
            publishAttemptCount: 1,
            data,
          },
        })
        sender.send({
          url: destination.deliveryConfig.endpoint,
          headers: { 'content-type': 'application/json', 'x-ebay-signature': signatureOf(body) },
          body,
          retry,
          subscription: destination.destinationId,
          ...(orderExternalId !== undefined && { orderExternalId }),
          onFailed: (failures) => {
            if (failures >= failuresMax) destination.status = 'MARKED_DOWN'
          },
        })
      }
    },
  }
}
export type Notifications = ReturnType<typeof createNotifications>
