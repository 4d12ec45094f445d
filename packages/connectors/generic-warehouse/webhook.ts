import { FILE_HEADERS, Invalid, type ReceivedFile, type WebhookMessage } from '@plimsoll/connector-kit'
import { type Definition, IN_FEEDS, type InFeed, isNamed, sequenceOf, type Webhook } from './definition.ts'
import { readMoment } from './formats/moments.ts'
import { endingOf } from './read-file.ts'

/**
 * What came by whichever way, as a file of its feed: out of the folder and by upload with name and feed beside it, by
 * webhook with what the definition says tells its feed.
 * @throws Invalid where it belongs to none
 */
export function toReceivedFile(
  definition: Definition,
  message: WebhookMessage & { url?: string },
): ReceivedFile {
  const { headers, body } = message
  const told = headers[FILE_HEADERS.name]
  const name = told === undefined ? undefined : decodeURIComponent(told)
  const feed = feedOf(definition, message, name)
  const terms = definition.feeds[feed]
  if (terms === undefined) throw new Invalid(`The definition does not describe ${feed}.`, 'feed')
  const sequence = name === undefined ? undefined : sequenceOf(name, terms)
  if (name !== undefined && sequence === undefined && terms.sequence !== undefined)
    throw new Invalid(
      `"${name}" does not say where it stands among the others: \`sequence\` finds nothing in it.`,
      'fileName',
    )
  const modified = headers[FILE_HEADERS.modifiedAt]
  const bySequence =
    sequence === undefined || terms.dates === undefined
      ? undefined
      : readMoment(sequence, terms.dates, terms.zone)
  const saidAt = bySequence ?? (modified === undefined ? undefined : new Date(modified))
  return {
    feed,
    name: name ?? `${feed}.${endingOf(terms.format)}`,
    content: body,
    sequence,
    saidAt: saidAt === undefined || Number.isNaN(saidAt.getTime()) ? undefined : saidAt,
  }
}

function feedOf(
  { feeds, webhook }: Definition,
  { headers, url }: WebhookMessage & { url?: string },
  name: string | undefined,
): InFeed {
  const said =
    headers[FILE_HEADERS.feed] ??
    (webhook?.topic === undefined
      ? (URL.parse(url ?? '')?.searchParams.get('feed') ?? undefined)
      : byTopic(webhook.topic, headers))
  const feed = IN_FEEDS.find((each) => each === said)
  if (feed !== undefined && feeds[feed] !== undefined) return feed
  if (said !== undefined) throw new Invalid(`There is no feed "${said}" in the definition.`, 'feed')
  const described = IN_FEEDS.filter((each) => feeds[each] !== undefined)
  const named = name === undefined ? described : described.filter((each) => isNamed(name, feeds[each]?.files))
  const [only] = named
  if (only !== undefined && named.length === 1) return only
  const choice = described.join(', ')
  throw new Invalid(
    name === undefined
      ? `Say what it is about: ?feed= with one of ${choice}.`
      : `"${name}" may be of ${named.length === 0 ? 'no feed' : 'several feeds'}. Say which: ${choice}.`,
    'feed',
  )
}

function byTopic(
  { header, feeds }: NonNullable<Webhook['topic']>,
  headers: WebhookMessage['headers'],
): string {
  const topic = headers[header.toLowerCase()]
  const feed = topic !== undefined && Object.hasOwn(feeds, topic) ? feeds[topic] : undefined
  if (feed === undefined)
    throw new Invalid(`The topic "${topic ?? ''}" is no feed of the definition.`, 'feed')
  return feed
}
