import type { WebhookVerdict } from '@plimsoll/database'
import { fromEnvironment } from '@plimsoll/database/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { InboxRow } from './inbox.store.ts'
import { Sightings } from './sightings.ts'
import {
  CHECK_MS,
  decideNextCheck,
  decideVerdict,
  NO_HEALTH,
  noteSightings,
  type Sighting,
  type WebhookHealth,
} from './webhook-health.ts'

test.each<[string, Partial<WebhookHealth>, boolean, WebhookVerdict]>([
  ['the hub cannot be reached', { arrived: 100 }, false, 'none'],
  ['nothing judged', {}, true, 'unknown'],
  ['too few to say', { arrived: 4 }, true, 'unknown'],
  ['all arrive, soon', { arrived: 50, delayMs: 800 }, true, 'healthy'],
  ['nearly all', { arrived: 95, missed: 5 }, true, 'healthy'],
  ['one in ten is lost', { arrived: 90, missed: 10 }, true, 'poor'],
  ['they come, but late', { arrived: 50, delayMs: 60_000 }, true, 'poor'],
  ['most are lost', { arrived: 4, missed: 6 }, true, 'silent'],
  [
    'the last three were lost, whatever was before',
    { arrived: 190, missed: 3, missedInRow: 3 },
    true,
    'silent',
  ],
])('%s', (_, health, isRegistered, verdict) => {
  expect(decideVerdict({ ...NO_HEALTH, ...health }, isRegistered)).toBe(verdict)
})

const anySighting: fc.Arbitrary<Sighting> = fc.oneof(
  fc.record({
    kind: fc.constant('arrived' as const),
    delayMs: fc.option(fc.nat(100_000), { nil: undefined }),
  }),
  fc.constant({ kind: 'missed' as const }),
)

test('counts stay bounded, a run of losses is told of within three, and one that arrives ends it', () => {
  fc.assert(
    fc.property(fc.array(anySighting, { maxLength: 600 }), (sightings) => {
      const health = noteSightings(NO_HEALTH, sightings)
      expect(health.arrived + health.missed).toBeLessThanOrEqual(200)
      const lost = noteSightings(health, Array(3).fill({ kind: 'missed' }))
      expect(decideVerdict(lost, true)).toBe('silent')
      expect(noteSightings(lost, [{ kind: 'arrived', delayMs: 5 }]).missedInRow).toBe(0)
    }),
    fromEnvironment(100),
  )
})

test('subscriptions are looked at hourly; as soon as webhooks stay away, then less and less often', () => {
  const at = new Date(0)
  const waits = (verdict: WebhookVerdict, inVain: number) => decideNextCheck(at, verdict, inVain).getTime()
  expect(decideNextCheck(undefined, 'healthy', 0)).toEqual(new Date(0))
  expect(waits('healthy', 0)).toBe(CHECK_MS)
  expect([0, 1, 2, 20].map((inVain) => waits('silent', inVain))).toEqual([60_000, 120_000, 240_000, CHECK_MS])
  expect(waits('unknown', 1)).toBe(120_000)
})

function row(source: InboxRow['source'], version: number, receivedMs: number): InboxRow {
  return {
    inboxId: `${source}-${version}`,
    connectionId: 'c',
    topic: 'order',
    subject: 'o-1',
    source,
    payload: { version },
    state: 'pending',
    attempts: 0,
    receivedAt: new Date(receivedMs),
  }
}

const T = 1_700_000_000_000

test('a version that a webhook brings first, or within a minute of a poll, has arrived; else it is missed', () => {
  const sightings = new Sightings()
  sightings.note([row('webhook', T, T + 500), row('poll', T, T + 900)])
  sightings.note([row('poll', T + 1, T + 1_000)])
  sightings.note([row('webhook', T + 1, T + 5_001)])
  sightings.note([row('poll', T + 2, T + 2_000)])
  sightings.note([row('poll', T + 3, T + 3_000)])
  sightings.note([row('backfill', T + 4, T + 4_000), row('fetch', T + 5, T + 4_000)])
  expect(sightings.takeJudged(T + 10_000, new Map())).toEqual([
    { kind: 'arrived', delayMs: 500 },
    { kind: 'arrived', delayMs: 5_000 },
  ])
  const now = T + 63_000
  expect(sightings.overdue(now)).toEqual([`poll-${T + 2}`, `poll-${T + 3}`])
  // Another process took the webhook of one of them in.
  const behind = new Map([[`poll-${T + 3}`, new Date(T + 7_003)]])
  expect(sightings.takeJudged(now, behind)).toEqual([{ kind: 'missed' }, { kind: 'arrived', delayMs: 7_000 }])
  expect(sightings.takeJudged(now + 100_000, new Map())).toEqual([])
})
