import { type Cancellation, manualClock } from '@plimsoll/connector-kit'
import { fromEnvironment } from '@plimsoll/connector-kit/conformance'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cancellationFeed, errorInReport } from './cancellation-feed.ts'
import { whyNot } from './cancelling.ts'
import { atOnce, type ConnectedAccount, withAccount } from './testing/connected-account.ts'

const START = Date.UTC(2026, 10, 1)
const whole = (orderExternalId: string, reason: Cancellation['reason'] = 'out-of-stock'): Cancellation => ({
  orderExternalId,
  lines: undefined,
  reason,
  notifyCustomer: true,
})
const feedsIn = ({ calls }: ConnectedAccount) =>
  calls.filter(({ operation }) => operation === 'cancel').length

test('I3: while Amazon works on it it is Unavailable; told again, by another process too, it is one cancellation', async () => {
  const clock = manualClock(START)
  const slow = { ...atOnce, clock, feedQueueMs: 60_000, feedWorkMs: 60_000, burstFactor: 10 }
  await withAccount({ ...slow, limitsClock: clock }, async (account) => {
    await account.seed({ sku: 'MUG', quantity: 5 })
    const id = await account.buy('MUG', 2)
    const told = () => account.operations.cancel?.(whole(id))
    await expect(told()).rejects.toMatchObject({ kind: 'unavailable', sent: true })
    await clock.advance(90_000)
    await expect(told()).rejects.toMatchObject({ kind: 'unavailable', sent: true })
    expect(feedsIn(account)).toBe(1)
    // Another process knows of no feed: it asks as well, and the second comes to nothing.
    await expect(account.again().cancel?.(whole(id))).rejects.toMatchObject({ kind: 'unavailable' })
    expect(feedsIn(account)).toBe(2)
    await clock.advance(300_000)
    await told()
    await told()
    await account.again().cancel?.(whole(id))
    expect(feedsIn(account)).toBe(2)
    expect(await account.operations.order(id)).toMatchObject({ state: 'cancelled', lines: [{ current: 0 }] })
    // Nothing is there: the number stays where the sale left it.
    expect(account.simulator.account.listings.get('MUG')?.quantity).toBe(3)
  })
})

test('cancelled for the customer the units are on sale again, and once, although it was asked for twice', () =>
  withAccount(
    { ...atOnce, feedWorkMs: 0, burstFactor: 10 },
    async ({ seed, buy, operations, again, simulator }) => {
      await seed({ sku: 'MUG', quantity: 5 })
      const id = await buy('MUG', 2)
      await Promise.allSettled([
        operations.cancel?.(whole(id, 'customer-asked')),
        again().cancel?.(whole(id, 'customer-asked')),
      ])
      await again().cancel?.(whole(id, 'customer-asked'))
      expect(simulator.account.listings.get('MUG')?.quantity).toBe(5)
    },
  ))

test('I11: an order of which something ships while the feed waits stays, and what Amazon says is told', async () => {
  const clock = manualClock(START)
  const slow = { ...atOnce, clock, feedQueueMs: 60_000, feedWorkMs: 0, burstFactor: 10 }
  await withAccount({ ...slow, limitsClock: clock }, async ({ seed, buy, step, operations }) => {
    await seed({ sku: 'MUG', quantity: 5 })
    const id = await buy('MUG', 2)
    await expect(operations.cancel?.(whole(id))).rejects.toMatchObject({ kind: 'unavailable' })
    await step(id, 'fulfill')
    await clock.advance(120_000)
    await expect(operations.cancel?.(whole(id))).rejects.toMatchObject({
      kind: 'invalid',
      message: expect.stringContaining('SHIPPED cannot be cancelled & stays'),
    })
    expect(await operations.order(id)).toMatchObject({ state: 'closed', lines: [{ shipped: 2 }] })
    // Told once more nothing is sent: money would go back for goods that are on their way.
    await expect(operations.cancel?.(whole(id))).rejects.toMatchObject({ kind: 'invalid' })
  })
})

test('I11: nothing that has shipped, that Amazon sends or that is not paid for is ever asked to be cancelled', () => {
  const line = fc.record({ shipped: fc.nat(3) })
  const order = fc.record({
    state: fc.constantFrom('pending', 'open', 'closed'),
    locationId: fc.constantFrom('DEFAULT', 'FBA'),
    lines: fc.array(line, { minLength: 1, maxLength: 3 }),
  })
  fc.assert(
    fc.property(order, (given) => {
      const isRight =
        given.state === 'open' &&
        given.locationId === 'DEFAULT' &&
        given.lines.every(({ shipped }) => shipped === 0)
      expect(whyNot(given) === undefined).toBe(isRight)
    }),
    fromEnvironment({ numRuns: 200 }),
  )
})

test('whatever stands in an id or in what Amazon says, the document has one message and the report one error', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string({ minLength: 1 }), (said, id) => {
      const feed = cancellationFeed({ sellerId: id, orderId: said, itemIds: [id, said], reason: 'fraud' })
      expect(feed.match(/<Message>/g)).toHaveLength(1)
      expect(
        feed.match(/<Item><AmazonOrderItemCode>[^<>]*<\/AmazonOrderItemCode><CancelReason>/g),
      ).toHaveLength(2)
      const escaped = said.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
      const report = (code: string) =>
        `<Result><ResultCode>${code}</ResultCode><ResultDescription>${escaped}</ResultDescription></Result>`
      expect(errorInReport(report('Warning'))).toBeUndefined()
      expect(errorInReport(`${report('Warning')}${report('Error')}`)).toBe(
        said.trim().slice(0, 300) || 'it names no reason',
      )
    }),
    fromEnvironment({ numRuns: 200 }),
  )
  expect(errorInReport('')).toBeUndefined()
})
