import { manualClock } from '@plimsoll/connector-kit'
import { parse } from 'graphql'
import { describe, expect, test } from 'vitest'
import * as documents from './documents.ts'
import { connector } from './index.ts'
import { CREDITS_MAX, REQUESTS_PER_5_MINUTES } from './limits.ts'
import { type GraphqlError, meansNoToken, throttleWaitMs, toRefusal } from './refusals.ts'
import { REFRESH_TOKEN } from './simulator/account.ts'
import { requestedCredits } from './simulator/cost.ts'
import { withAccount } from './testing/connected-account.ts'

describe('credits and requests', () => {
  const all = Object.entries({ ...documents }).flatMap(([name, value]) => {
    if (typeof value === 'number') return []
    if (typeof value !== 'function') return [[name, value] as const]
    // Those for so many at once, and those that are told apart by name.
    const made = name === 'units' || name === 'lots' ? (value as typeof documents.units)(40) : undefined
    return [[name, made ?? (value as typeof documents.order)('check')] as const]
  })

  test.each(all)('%s asks for no more credits than it says, and for fewer than there are', (_, operation) => {
    const required = requestedCredits(parse(operation.text))
    expect(operation.cost).toBeGreaterThanOrEqual(required)
    expect(operation.cost).toBeLessThanOrEqual(required * 2 + 500)
    expect(required).toBeLessThanOrEqual(CREDITS_MAX)
  })

  test('the budget never meets the limit of five minutes, whenever a burst begins', () => {
    const spec = connector.manifest.budgets.find(({ name }) => name === 'requests')
    if (spec?.kind !== 'token-bucket') throw new Error('one token bucket')
    expect(spec.capacity + 300 * spec.refillPerSecond).toBeLessThanOrEqual(REQUESTS_PER_5_MINUTES)
  })

  test(
    'more is read than the credits at once allow, and nothing is ever throttled',
    { timeout: 60_000 },
    () =>
      withAccount(async ({ simulator, floor, operations, exchanges }) => {
        const facilityId = floor.facilities[0]?.id ?? ''
        for (let at = 0; at < 4_200; at += 1) {
          floor.addItem({ sku: `S-${at}`, title: 'x' })
          floor.adjust({ facilityId, sku: `S-${at}`, sellable: 1, reason: 'seeded' })
        }
        let rows = 0
        for (let cursor: string | undefined; ; ) {
          const page = await operations.counts?.(cursor)
          rows += page?.rows.length ?? 0
          cursor = page?.next
          if (cursor === undefined) break
        }
        expect(rows).toBe(4_200)
        expect(simulator.creditsLeft()).toBeLessThan(500)
        expect(exchanges.some(({ text }) => text.includes('"code":30'))).toBe(false)
      }),
  )

  test('what is left is learned from each answer: others of the account spend it too', () =>
    withAccount(async ({ simulator, open, operations }) => {
      await operations.check()
      const other = open()
      for (let at = 0; at < 5; at += 1) await other.operations.listings(undefined)
      await operations.check()
      expect(simulator.creditsLeft()).toBeGreaterThan(0)
      const before = performance.now()
      simulator.faults.rewriteAnswers((body) =>
        body.replace(/"credits_remaining":\d+/, '"credits_remaining":-30'),
      )
      await operations.check()
      simulator.faults.rewriteAnswers(undefined)
      // Two credits at sixty a second, from thirty below nought.
      await operations.check()
      expect(performance.now() - before).toBeGreaterThan(400)
    }))

  test('past the credits it is told how long to wait', () =>
    withAccount(
      async ({ operations }) => {
        await expect(operations.counts?.(undefined)).rejects.toMatchObject({
          kind: 'rate-limited',
          retryAfterMs: 10_000,
        })
      },
      { credits: 10, creditsPerSecond: 10 },
    ))

  test('past the requests of five minutes it is throttled until they are over', async () => {
    const clock = manualClock()
    await withAccount(
      async ({ simulator }) => {
        const token = await fetch(`${simulator.url}/auth/refresh`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ refresh_token: REFRESH_TOKEN }),
        })
        const { access_token } = (await token.json()) as { access_token: string }
        const call = async () => {
          const answer = await fetch(`${simulator.url}/graphql`, {
            method: 'POST',
            headers: { authorization: `Bearer ${access_token}`, 'content-type': 'application/json' },
            body: JSON.stringify({ query: '{ user_quota { credits_remaining } }' }),
          })
          return answer.status
        }
        expect([await call(), await call(), await call()]).toEqual([200, 200, 429])
        await clock.advance(300_001)
        expect(await call()).toBe(200)
      },
      { clock, requestsPer5Minutes: 2 },
    )
  })
})

describe('what it refuses', () => {
  test.each<[GraphqlError, object]>([
    [
      { message: 'x', code: 30, time_remaining: '7 seconds' },
      { kind: 'rate-limited', retryAfterMs: 7_000 },
    ],
    [
      { message: 'There are not enough credits to perfom … only 3 left. In 12 seconds you will have enough' },
      { kind: 'rate-limited', retryAfterMs: 12_000 },
    ],
    [{ message: 'Order not found', code: 5 }, { kind: 'not-found' }],
    [
      { message: 'Product with sku Pat Example not found', code: 5 },
      { kind: 'invalid', field: 'lines.sku' },
    ],
    [
      { message: 'Warehouse not found', code: 5 },
      { kind: 'invalid', field: 'locationId' },
    ],
    [{ message: 'Unauthorized' }, { kind: 'unauthorized' }],
    [{ message: 'Your token has expired' }, { kind: 'unauthorized' }],
    [
      { message: 'You do not have permission: missing scope orders:write' },
      { kind: 'forbidden', scope: 'orders:write' },
    ],
    [{ message: 'Internal server error' }, { kind: 'unavailable', sent: true }],
    [{ message: 'Invalid zip code for Pat Example' }, { kind: 'invalid', field: 'recipient.postalCode' }],
    [{ message: 'Pat Example of Nowhere Blvd' }, { kind: 'invalid', field: 'request' }],
    [{ message: null }, { kind: 'invalid', field: 'request' }],
  ])('%o', (error, wanted) => {
    const found = toRefusal(error, 'x', 200)
    expect(found).toMatchObject(wanted)
    expect(found.message).not.toMatch(/Pat Example|Nowhere/)
  })

  test('in a read, what is not found is what was asked for', () => {
    expect(toRefusal({ message: 'Product not found', code: 5 }, 'x', 200, 'read').kind).toBe('not-found')
  })

  test('a hint that cannot be read is none', () => {
    expect(throttleWaitMs({ message: 'There are not enough credits' })).toBeUndefined()
    expect(throttleWaitMs({ time_remaining: 3 })).toBe(3_000)
    expect(throttleWaitMs({ time_remaining: '9999999' })).toBe(3_600_000)
    expect(meansNoToken('{"errors":[{"message":"Token is expired"}]}')).toBe(true)
    expect(meansNoToken('{"data":{"order":{"name":"Token is expired"}}}')).toBe(false)
    expect(meansNoToken('"errors"')).toBe(false)
  })
})
