import { manualClock, type WriteOutcome } from '@plimsoll/connector-kit'
import { describe, expect, test } from 'vitest'
import { FEED_FROM } from './feeds.ts'
import { BATCH_MAX } from './level-writes.ts'
import { atOnce, type ConnectedAccount, withAccount } from './testing/connected-account.ts'
import { SETTLES_MS } from './tickets.ts'

const START = Date.UTC(2026, 10, 26)

const write = (sku: string, quantity: number) => ({
  writeId: `write of ${sku}`,
  stockUnitId: sku,
  locationId: 'DEFAULT',
  quantity,
  expected: 10,
})
const many = (count: number, quantity: number) =>
  Array.from({ length: count }, (_, at) => write(`S-${at}`, quantity))
const seeds = (count: number) => Array.from({ length: count }, () => ({}))
const kindsOf = (outcomes: readonly { kind: string }[]) =>
  Object.fromEntries(
    [...Map.groupBy(outcomes, ({ kind }) => kind)].map(([kind, { length }]) => [kind, length]),
  )
const ticketsOf = (outcomes: readonly WriteOutcome[]) =>
  outcomes.flatMap((outcome) => (outcome.kind === 'accepted' ? [outcome.ticket] : []))
const shown = async ({ operations }: ConnectedAccount, sku: string) =>
  (await operations.levels([{ stockUnitId: sku, locationId: 'DEFAULT' }]))[0]?.quantity

describe('one by one', () => {
  test('I12: taken is not shown: a write is accepted until Amazon shows it, and asked about by any process', async () => {
    const clock = manualClock(START)
    const slow = { ...atOnce, clock, applyDelayMs: [60_000, 60_000] as const }
    await withAccount(slow, async (account) => {
      await account.seed({ sku: 'TEA' })
      const outcomes = await account.operations.setLevels([write('TEA', 4)])
      const tickets = ticketsOf(outcomes)
      expect(tickets).toHaveLength(1)
      expect(await shown(account, 'TEA')).toBe(10)
      expect(await account.operations.outcomes?.(tickets)).toMatchObject([{ kind: 'accepted' }])
      await clock.advance(60_000)
      expect(await account.again().outcomes?.(tickets)).toMatchObject([{ kind: 'applied', quantity: 4 }])
    })
  })

  test('a sale between the write and the look hides it for a quarter of an hour; a number that was kept is unknown', async () => {
    const clock = manualClock(START)
    await withAccount({ ...atOnce, clock, applyDelayMs: [1_000, 1_000] }, async (account) => {
      await account.seed({ sku: 'TEA' }, { sku: 'KEPT' })
      const { operations } = account
      const tickets = ticketsOf(await operations.setLevels([write('TEA', 7), write('KEPT', 7)]))
      await clock.advance(1_000)
      await account.buy('TEA', 1)
      const kept = account.simulator.account.listings.get('KEPT')
      if (kept !== undefined) kept.quantity = 10
      const kindsBySku = async () =>
        Object.fromEntries(
          ((await operations.outcomes?.(tickets)) ?? []).map(({ ticket, kind }) => [
            JSON.parse(ticket)[3],
            kind,
          ]),
        )
      expect(await kindsBySku()).toEqual({ TEA: 'accepted', KEPT: 'accepted' })
      await clock.advance(SETTLES_MS)
      expect(await kindsBySku()).toEqual({ TEA: 'applied', KEPT: 'unknown' })
    })
  })

  test('the days until shipping stay as they are', () =>
    withAccount(atOnce, async (account) => {
      await account.seed({ sku: 'TEA' })
      await account.operations.setLevels([write('TEA', 4)])
      expect(account.simulator.account.listings.get('TEA')).toMatchObject({ quantity: 4, leadTimeDays: 2 })
    }))

  test('a SKU that there is not: Amazon takes it without a word, reading back finds it out', () =>
    withAccount(atOnce, async ({ operations, seed }) => {
      await seed({ sku: 'TEA' })
      const outcomes = await operations.setLevels([write('TEA', 4), write('GONE', 4)])
      expect(outcomes).toContainEqual({ writeId: 'write of TEA', kind: 'applied', quantity: 4 })
      expect(outcomes).toContainEqual(
        expect.objectContaining({ kind: 'refused', error: expect.objectContaining({ kind: 'not-found' }) }),
      )
    }))

  test('a row whose answer is lost is unknown, and the others are told', () =>
    withAccount(atOnce, async ({ operations, simulator, seed }) => {
      await seed({}, {}, {})
      await operations.check()
      simulator.faults.answerNext({ status: 503, body: '{}' })
      const outcomes = await operations.setLevels(many(3, 4))
      // What stops one stops those that had not left; whatever is told is one of these.
      expect(outcomes).toHaveLength(3)
      const refused = outcomes.filter(({ kind }) => kind === 'refused')
      expect(refused).toMatchObject([{ error: { kind: 'unavailable', sent: true } }])
      for (const { kind } of outcomes) expect(['refused', 'applied', 'accepted', 'untouched']).toContain(kind)
    }))

  test('a throttled row surely changed nothing and waits again', () =>
    withAccount(atOnce, async ({ operations, simulator, seed }) => {
      await seed({}, {})
      await operations.check()
      simulator.faults.answerNext({
        status: 429,
        body: '{"errors":[{"code":"QuotaExceeded","message":"You exceeded your quota."}]}',
      })
      const outcomes = await operations.setLevels(many(2, 4))
      expect(kindsOf(outcomes).untouched).toBeGreaterThanOrEqual(1)
      expect(kindsOf(outcomes).refused).toBeUndefined()
    }))

  test('the published limits are kept: twelve rows and twelve reads, and nobody is throttled', () =>
    withAccount(atOnce, async ({ operations, seed, calls }) => {
      await seed(...seeds(12))
      expect(kindsOf(await operations.setLevels(many(12, 4)))).toEqual({ applied: 12 })
      const key = { stockUnitId: 'S-1', locationId: 'DEFAULT' }
      await Promise.all(Array.from({ length: 12 }, () => operations.levels([key])))
      expect(calls.filter(({ outcome }) => 'status' in outcome && outcome.status === 429)).toEqual([])
    }))
})

describe('a feed', () => {
  test('many increases are one feed, decreases never; each row is proved by reading it back', async () => {
    const clock = manualClock(START)
    // Amazon's clock stands still between two looks: its limits would not refill.
    const slow = { ...atOnce, clock, feedQueueMs: 30_000, feedWorkMs: 60_000, burstFactor: 10 }
    await withAccount(slow, async ({ operations, seed, simulator, calls }) => {
      await seed(...seeds(FEED_FROM))
      const outcomes = await operations.setLevels(many(FEED_FROM, 30), { urgency: 'increase' })
      expect(kindsOf(outcomes)).toEqual({ accepted: FEED_FROM })
      expect(calls.filter(({ operation }) => operation === 'setLevels')).toEqual([])
      const tickets = ticketsOf(outcomes).slice(0, 20)
      await clock.advance(89_000)
      expect(kindsOf((await operations.outcomes?.(tickets)) ?? [])).toEqual({ accepted: 20 })
      await clock.advance(1_000)
      // Amazon says that it is done and leaves one row as it was: it is known to happen.
      const forgotten = simulator.account.listings.get('S-3')
      simulator.account.settle()
      if (forgotten !== undefined) forgotten.quantity = 10
      expect(kindsOf((await operations.outcomes?.(tickets)) ?? [])).toEqual({ applied: 19, accepted: 1 })
      await clock.advance(SETTLES_MS)
      const last = await operations.outcomes?.(tickets.slice(3, 4))
      expect(last).toMatchObject([{ kind: 'unknown' }])

      const few = many(FEED_FROM - 1, 31)
      expect(kindsOf(await operations.setLevels(few, { urgency: 'increase' }))).toEqual({
        applied: BATCH_MAX,
        untouched: FEED_FROM - 1 - BATCH_MAX,
      })
    })
  })

  test('where Amazon takes none now, as many rows as leave within seconds are written, the rest waits', () =>
    withAccount(atOnce, async ({ operations, seed, http }) => {
      await seed(...seeds(FEED_FROM))
      http.budgets.throttled(120_000, 'setLevels.feed')
      expect(kindsOf(await operations.setLevels(many(FEED_FROM, 30), { urgency: 'increase' }))).toEqual({
        applied: BATCH_MAX,
        untouched: FEED_FROM - BATCH_MAX,
      })
    }))

  test('what fails before the feed itself is created surely changed nothing', () =>
    withAccount(atOnce, async ({ operations, seed, simulator }) => {
      await seed(...seeds(FEED_FROM))
      await operations.check()
      simulator.faults.set({ dropResponseRate: 1 })
      await expect(operations.setLevels(many(FEED_FROM, 30), { urgency: 'increase' })).rejects.toMatchObject({
        kind: 'unavailable',
        sent: false,
      })
    }))

  test('a cancelled feed never came to its rows; a fatal one is read back', async () => {
    const clock = manualClock(START)
    await withAccount({ ...atOnce, clock, feedQueueMs: 60_000 }, async (account) => {
      const { operations, seed, simulator } = account
      await seed(...seeds(FEED_FROM))
      const fed = ticketsOf(await operations.setLevels(many(FEED_FROM, 30), { urgency: 'increase' }))
      const again = ticketsOf(await operations.setLevels(many(FEED_FROM, 40), { urgency: 'increase' }))
      await cancelFeed(account, JSON.parse(fed[0] ?? '[]')[1])
      expect(await operations.outcomes?.(fed.slice(0, 1))).toMatchObject([{ kind: 'untouched' }])
      // Its content is no feed any more.
      simulator.traits.sellerId = 'SOMEBODYELSE'
      await clock.advance(120_000)
      simulator.account.settle()
      simulator.traits.sellerId = 'A3PLIMSOLLSIM'
      expect(await operations.outcomes?.(again.slice(0, 1))).toMatchObject([{ kind: 'accepted' }])
      await clock.advance(SETTLES_MS)
      expect(await operations.outcomes?.(again.slice(0, 1))).toMatchObject([{ kind: 'unknown' }])
    })
  })
})

/** The seller cancels it, as the hub never does. */
async function cancelFeed({ simulator, http }: ConnectedAccount, feedId: string): Promise<void> {
  const token = await http.send({
    operation: 'cancel',
    method: 'POST',
    url: `${simulator.url}/auth/o2/token`,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({
      grant_type: 'refresh_token',
      client_id: simulator.credentials.clientId,
      client_secret: simulator.credentials.clientSecret,
      refresh_token: simulator.credentials.refreshToken,
    }).toString(),
  })
  const { status } = await http.send({
    operation: 'cancel',
    method: 'DELETE',
    url: `${simulator.url}/feeds/2021-06-30/feeds/${feedId}`,
    headers: { 'x-amz-access-token': JSON.parse(token.text).access_token },
  })
  expect(status).toBe(200)
}
