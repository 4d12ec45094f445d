import type { Page, WebhookEvent } from '@plimsoll/connector-kit'
import type { MemoryPlatform } from './memory-platform.ts'

const STREAM_PAGE = 2

/** A page of the stream `listings`; a platform that makes it ready first, as a report, says when to come again. */
export function streamPage(
  platform: MemoryPlatform,
  query: { since: Date; cursor: string | undefined },
): Page<WebhookEvent> {
  const { preparesMs: againInMs } = platform
  if (againInMs > 0 && query.cursor === undefined)
    return { rows: [], next: '0', againInMs, platformTime: undefined }
  const from = Number(query.cursor ?? 0)
  const all = platform.told.filter(({ at }) => at >= query.since.getTime())
  const rows = all
    .slice(from, from + STREAM_PAGE)
    .map(({ externalId }) => ({ kind: 'listing' as const, externalId, deleted: false }))
  const next = from + STREAM_PAGE < all.length ? String(from + STREAM_PAGE) : undefined
  return { rows, next, platformTime: new Date(platform.clock.now()) }
}

/** Which orders were held or let go at or after `since`, as its list shows them. */
export function holdsPage({ sightings, clock }: MemoryPlatform, since: Date): Page<WebhookEvent> {
  const rows = sightings
    .filter(({ at }) => at >= since.getTime())
    .map(({ at, externalId, held }) => ({ kind: 'order-hold' as const, externalId, version: at, held }))
  return { rows, next: undefined, platformTime: new Date(clock.now()) }
}
