import { readJson } from '@plimsoll/connector-kit'
import * as answers from './answers.ts'
import { scopes } from './scopes.ts'
import type { RestCall, Transport } from './transport.ts'

/** The calls of the Notification API that the connector makes. */
const root = '/commerce/notification/v1'
const operation = 'registerWebhooks'
const pagesMax = 50

type Options = { signal?: AbortSignal | undefined }
/** Whose subscription: the seller's, or the application's own. */
export type Whose = 'user' | 'application'

export function createNotification(transport: Transport) {
  const ofApplication = (call: Pick<RestCall, 'method' | 'path' | 'body' | 'signal'>): RestCall => ({
    ...call,
    operation,
    path: `${root}${call.path}`,
    token: 'application',
  })
  const of = (whose: Whose, call: Pick<RestCall, 'method' | 'path' | 'body' | 'signal'>): RestCall => ({
    ...call,
    operation,
    path: `${root}${call.path}`,
    token: whose,
    scope: whose === 'user' ? scopes.notification : scopes.base,
  })
  /** `next` is a whole address; only its query counts, so that no other host is ever called with our token. */
  const allPages = async <Page extends { next?: string | undefined }>(
    ask: (query: Record<string, string>) => Promise<{ data: Page }>,
  ): Promise<Page[]> => {
    const pages: Page[] = []
    let query: Record<string, string> = { limit: '100' }
    for (let read = 0; read < pagesMax; read += 1) {
      const { data } = await ask(query)
      pages.push(data)
      const token =
        data.next === undefined
          ? null
          : new URLSearchParams(data.next.split('?')[1]).get('continuation_token')
      if (token === null) return pages
      query = { limit: '100', continuation_token: token }
    }
    return pages
  }

  return {
    async alertEmail({ signal }: Options = {}): Promise<string | undefined> {
      const response = await transport.send(
        ofApplication({ method: 'GET', path: '/config', signal }),
        [200, 404],
      )
      if (response.status === 404) return undefined
      return readJson(response, answers.notificationConfig, operation).alertEmail
    },
    setAlertEmail: (alertEmail: string, { signal }: Options = {}) =>
      transport.send(ofApplication({ method: 'PUT', path: '/config', body: { alertEmail }, signal }), [204]),
    async destinations({ signal }: Options = {}): Promise<answers.Destination[]> {
      const pages = await allPages((query) =>
        transport.ask(
          { ...ofApplication({ method: 'GET', path: '/destination', signal }), query },
          answers.destinations,
        ),
      )
      return pages.flatMap(({ destinations }) => destinations)
    },
    /** eBay challenges the address before it answers; the new one's id comes in a header alone. */
    createDestination: (body: DestinationBody, { signal }: Options = {}) =>
      transport.send(ofApplication({ method: 'POST', path: '/destination', body, signal }), [201]),
    updateDestination: (id: string, body: DestinationBody, { signal }: Options = {}) =>
      transport.send(
        ofApplication({ method: 'PUT', path: `/destination/${encodeURIComponent(id)}`, body, signal }),
        [204],
      ),
    async subscriptions(whose: Whose, { signal }: Options = {}): Promise<answers.Subscription[]> {
      const pages = await allPages((query) =>
        transport.ask(
          { ...of(whose, { method: 'GET', path: '/subscription', signal }), query },
          answers.subscriptions,
        ),
      )
      return pages.flatMap(({ subscriptions }) => subscriptions)
    },
    topic: async (topicId: string, { signal }: Options = {}) =>
      (
        await transport.ask(
          ofApplication({ method: 'GET', path: `/topic/${encodeURIComponent(topicId)}`, signal }),
          answers.topic,
        )
      ).data,
    subscribe: (whose: Whose, body: SubscriptionBody & { topicId: string }, { signal }: Options = {}) =>
      transport.send(of(whose, { method: 'POST', path: '/subscription', body, signal }), [201]),
    updateSubscription: (whose: Whose, id: string, body: SubscriptionBody, { signal }: Options = {}) =>
      transport.send(
        of(whose, { method: 'PUT', path: `/subscription/${encodeURIComponent(id)}`, body, signal }),
        [204],
      ),
  }
}
export type NotificationApi = ReturnType<typeof createNotification>

export type DestinationBody = {
  name: string
  status: 'ENABLED'
  deliveryConfig: { endpoint: string; verificationToken: string }
}
export type SubscriptionBody = {
  destinationId: string
  status: 'ENABLED'
  payload: { format: 'JSON'; deliveryProtocol: 'HTTPS'; schemaVersion: string }
}
