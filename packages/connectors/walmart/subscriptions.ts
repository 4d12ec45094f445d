import type { EventType, Subscription } from './answers.ts'
import type { Options, WalmartApi } from './api.ts'

/** Orders, and offers that go on sale or off it. Nothing tells of shipments or of quantities. */
export const TOPICS = ['ORDER_UPDATES', 'OFFER_PUBLISHED', 'OFFER_UNPUBLISHED'] as const
/** What ORDER_UPDATES replaces; they end on 2026-12-15. */
const OLDER_ORDER_TOPICS = ['PO_CREATED', 'PO_LINE_AUTOCANCELLED', 'INTENT_TO_CANCEL']

/** The header that carries the signature: its name is ours to choose. */
export const SIGNATURE_HEADER = 'x-plimsoll-signature'

type Registering = { api: WalmartApi; secret: string; hasEvents: boolean; options: Options }

/** Subscribes `url` to what is wanted and offered; wakes and corrects what is there already. */
export async function registerWebhooks(
  url: string,
  { api, secret, hasEvents, options }: Registering,
): Promise<{ registered: string[]; repaired: string[] }> {
  if (url === '' || !hasEvents) return { registered: [], repaired: [] }
  const { data: offered } = await api.eventTypes(options)
  const { data: found } = await api.subscriptions(options)
  const wanted = wantedOf(offered)
  const own = (found.events ?? []).filter(({ eventUrl }) => eventUrl === url)
  const registered: string[] = []
  const repaired: string[] = []
  for (const { eventType, resourceName, eventVersion } of wanted) {
    const known = own.find((one) => one.eventType === eventType)
    if (known === undefined) {
      const event = {
        eventType,
        eventVersion: eventVersion || 'V1',
        resourceName: resourceName || resourceOf(eventType),
        ...settingsOf(url, secret),
      }
      await api.subscribe({ events: [event] }, options)
      registered.push(eventType)
    } else if (!isInOrder(known, secret)) {
      await api.changeSubscription(known.subscriptionId, settingsOf(url, secret), options)
      repaired.push(eventType)
    }
  }
  return { registered, repaired }
}

/** Names have changed before, so the list is Walmart's own. Pure. */
export function wantedOf(offered: readonly EventType[]): EventType[] {
  const byName = new Map(offered.map((each) => [each.eventType, each]))
  const names = byName.has('ORDER_UPDATES') ? TOPICS : [...OLDER_ORDER_TOPICS, ...TOPICS.slice(1)]
  return names.flatMap((name) => byName.get(name) ?? [])
}

function resourceOf(eventType: string): string {
  return eventType.startsWith('OFFER_') ? 'ITEM' : 'ORDER'
}

function settingsOf(eventUrl: string, clientSecret: string) {
  return {
    eventUrl,
    authDetails: { authMethod: 'HMAC', authHeaderName: SIGNATURE_HEADER, clientSecret },
    headers: { 'content-type': 'application/json' },
    status: 'ACTIVE',
  }
}

/** A secret that is not shown, or not wholly, cannot be compared. */
function isInOrder({ status, authDetails }: Subscription, secret: string): boolean {
  const shown = authDetails?.clientSecret
  const isSecretRight = !shown || shown.includes('*') || shown === secret
  return (
    status === 'ACTIVE' &&
    authDetails?.authMethod === 'HMAC' &&
    authDetails.authHeaderName?.toLowerCase() === SIGNATURE_HEADER &&
    isSecretRight
  )
}
