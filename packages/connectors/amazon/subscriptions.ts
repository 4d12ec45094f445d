import { isConnectorError } from '@plimsoll/connector-kit'
import * as answers from './answers.ts'
import type { Reading } from './levels.ts'
import { SUBSCRIBED } from './notifications.ts'

/**
 * Makes Amazon put its notifications into the queue: one destination for the application in each region, and a
 * subscription of the seller's for each type. Doing it again changes nothing and names nothing; what leads elsewhere is led
 * here.
 * Source: developer-docs.amazon.com/sp-api/docs/set-up-notifications-with-amazon-sqs
 */
export async function registerNotifications(
  queueUrl: string,
  reading: Reading,
): Promise<{ registered: string[]; repaired: string[] }> {
  const destinationId = await findOrMakeDestination(arnOf(queueUrl), reading)
  const registered: string[] = []
  const repaired: string[] = []
  const wanted = SUBSCRIBED.filter((each) => !('isOfSending' in each) || reading.settings.multiChannel)
  for (const { type, version } of wanted) {
    const found = await findSubscription(type, version, reading)
    if (found?.destinationId === destinationId) continue
    if (found !== undefined) await unsubscribe(type, found.subscriptionId, reading)
    await subscribe(type, version, destinationId, reading)
    if (found === undefined) registered.push(type)
    else repaired.push(type)
  }
  return { registered, repaired }
}

/** `https://sqs.eu-west-1.amazonaws.com/123456789012/orders` → `arn:aws:sqs:eu-west-1:123456789012:orders` */
export function arnOf(queueUrl: string): string {
  const { hostname, pathname } = new URL(queueUrl)
  const [, region = ''] = hostname.split('.')
  const [, account = '', name = ''] = pathname.split('/')
  return `arn:aws${hostname.endsWith('.cn') ? '-cn' : ''}:sqs:${region}:${account}:${name}`
}

async function findOrMakeDestination(arn: string, { transport, signal }: Reading): Promise<string> {
  const path = '/notifications/v1/destinations'
  const { data } = await transport.ask(
    { operation: 'registerWebhooks', method: 'GET', path, token: 'grantless', signal },
    answers.destinations,
  )
  const known = data.payload.find(({ resource }) => resource.sqs?.arn === arn)
  if (known !== undefined) return known.destinationId
  const made = await transport.ask(
    {
      operation: 'registerWebhooks.destination',
      method: 'POST',
      path,
      token: 'grantless',
      body: { name: `plimsoll-${arn.split(':').at(-1)}`, resourceSpecification: { sqs: { arn } } },
      signal,
    },
    answers.createdDestination,
  )
  return made.data.payload.destinationId
}

async function findSubscription(
  type: string,
  payloadVersion: string,
  { transport, signal }: Reading,
): Promise<{ subscriptionId: string; destinationId: string } | undefined> {
  try {
    const { data } = await transport.ask(
      {
        operation: 'registerWebhooks.look',
        method: 'GET',
        path: `/notifications/v1/subscriptions/${type}`,
        query: { payloadVersion },
        signal,
      },
      answers.subscription,
    )
    return data.payload
  } catch (error) {
    if (isConnectorError(error) && error.kind === 'not-found') return undefined
    throw error
  }
}

async function unsubscribe(type: string, id: string, { transport, signal }: Reading): Promise<void> {
  await transport.tell({
    operation: 'registerWebhooks.unsubscribe',
    method: 'DELETE',
    path: `/notifications/v1/subscriptions/${type}/${encodeURIComponent(id)}`,
    token: 'grantless',
    signal,
  })
}

async function subscribe(
  type: string,
  payloadVersion: string,
  destinationId: string,
  { transport, signal }: Reading,
): Promise<void> {
  await transport.ask(
    {
      operation: 'registerWebhooks.subscribe',
      method: 'POST',
      path: `/notifications/v1/subscriptions/${type}`,
      body: { payloadVersion, destinationId },
      signal,
    },
    answers.subscription,
  )
}
