import { Invalid, isConnectorError, Malformed } from '@plimsoll/connector-kit'
import type { Subscription } from './answers.ts'
import type { NotificationApi, SubscriptionBody, Whose } from './notification.ts'

/** Topics and whose they are. Orders are each seller's; the others come once for the application. */
export const topicsOf: Readonly<Record<Whose, readonly string[]>> = {
  user: ['ORDER_CONFIRMATION'],
  application: ['AUTHORIZATION_REVOCATION', 'MARKETPLACE_ACCOUNT_DELETION'],
}
export const topics: readonly string[] = Object.values(topicsOf).flat()

type Registering = {
  notification: NotificationApi
  verificationToken: string
  alertEmail: string
  signal?: AbortSignal | undefined
}

/**
 * Makes eBay send its notifications to `url`: an alert address, a destination, a subscription for each topic. A
 * destination that eBay has marked down after failures, and subscriptions that are off, are switched on again.
 */
export async function registerWebhooks(
  url: string,
  registering: Registering,
): Promise<{ registered: string[]; repaired: string[] }> {
  const registered: string[] = []
  const repaired: string[] = []
  // There is no queue: without an address nothing can be asked for.
  if (url === '') return { registered, repaired }
  const { notification, signal } = registering
  await setAlertEmail(registering)
  const destination = await findDestination(url, registering)
  if (destination.isMended) repaired.push(`destination ${destination.id}`)
  for (const whose of ['user', 'application'] as const) {
    const known = await notification.subscriptions(whose, { signal })
    for (const topicId of topicsOf[whose]) {
      const done = await subscribe({ topicId, whose, known, destinationId: destination.id }, registering)
      if (done === 'registered') registered.push(topicId)
      if (done === 'repaired') repaired.push(topicId)
    }
  }
  return { registered, repaired }
}

/** @throws Invalid where eBay has none and the settings neither */
async function setAlertEmail({ notification, alertEmail, signal }: Registering): Promise<void> {
  const known = await notification.alertEmail({ signal })
  if (alertEmail !== '' && known !== alertEmail) await notification.setAlertEmail(alertEmail, { signal })
  else if (known === undefined || known === '') {
    throw new Invalid(
      'eBay sends notifications only where it knows whom to warn: fill in the alert e-mail in the settings.',
      'alertEmail',
    )
  }
}

async function findDestination(
  url: string,
  { notification, verificationToken, signal }: Registering,
): Promise<{ id: string; isMended: boolean }> {
  const body = {
    name: 'Plimsoll',
    status: 'ENABLED' as const,
    deliveryConfig: { endpoint: url, verificationToken },
  }
  const known = await notification.destinations({ signal })
  const ours = known.find(({ deliveryConfig }) => deliveryConfig.endpoint === url)
  if (ours === undefined) {
    const { headers } = await notification.createDestination(body, { signal })
    const id = headers.location?.split('/').at(-1)
    if (id === undefined || id === '')
      throw new Malformed(
        'registerWebhooks: eBay does not name the destination it made',
        headers.location ?? '',
      )
    return { id, isMended: false }
  }
  if (ours.status === 'ENABLED') return { id: ours.destinationId, isMended: false }
  await notification.updateDestination(ours.destinationId, body, { signal })
  return { id: ours.destinationId, isMended: true }
}

async function subscribe(
  wanted: { topicId: string; whose: Whose; known: readonly Subscription[]; destinationId: string },
  { notification, signal }: Registering,
): Promise<'registered' | 'repaired' | 'as-it-was' | 'not-allowed'> {
  const { topicId, whose, destinationId } = wanted
  const ours = wanted.known.find((each) => each.topicId === topicId)
  if (ours !== undefined && ours.status === 'ENABLED' && ours.destinationId === destinationId)
    return 'as-it-was'
  const body = async (): Promise<SubscriptionBody> => ({
    destinationId,
    status: 'ENABLED',
    payload: { format: 'JSON', deliveryProtocol: 'HTTPS', schemaVersion: await schemaVersionOf(topicId) },
  })
  const schemaVersionOf = async (id: string): Promise<string> => {
    const { supportedPayloads } = await notification.topic(id, { signal })
    const current = supportedPayloads.find(({ deprecated }) => String(deprecated ?? false) === 'false')
    const version = (current ?? supportedPayloads[0])?.schemaVersion
    if (version === undefined) throw new Malformed(`registerWebhooks: topic ${id} has no payload`, '')
    return version
  }
  try {
    if (ours !== undefined) {
      // One topic has one subscription: another address, of before, is replaced.
      await notification.updateSubscription(whose, ours.subscriptionId, await body(), { signal })
      return 'repaired'
    }
    await notification.subscribe(whose, { topicId, ...(await body()) }, { signal })
    return 'registered'
  } catch (error) {
    if (!isConnectorError(error)) throw error
    // Another connection of the application was a moment faster.
    if (error.platform.code === '195012') return 'as-it-was'
    // Some topics are for some applications; what comes by polling and the portal's own setting does without.
    if (whose === 'application' && (error.kind === 'forbidden' || error.kind === 'not-found'))
      return 'not-allowed'
    throw error
  }
}
