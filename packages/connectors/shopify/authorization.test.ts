import { manualClock } from '@plimsoll/connector-kit'
import { expect, test } from 'vitest'
import { connector } from './index.ts'
import { withShop } from './testing/connected-shop.ts'

test('one token is fetched however many calls wait for it, and kept', () =>
  withShop({ signIn: 'client' }, async ({ operations, calls }) => {
    await Promise.all([operations.check(), operations.locations(), operations.listings(undefined)])
    await operations.check()
    expect(calls.filter((call) => call === 'token')).toHaveLength(1)
  }))

const clock = manualClock()
test('a token that is about to end is replaced before it is used', () =>
  withShop({ signIn: 'client', tokenLifeMs: 60_000, clock }, async ({ operations, calls }) => {
    await operations.check()
    await operations.check()
    await clock.advance(50_000)
    await operations.check()
    expect(calls.filter((call) => call !== 'check.buyers')).toEqual([
      'token',
      'check',
      'check',
      'token',
      'check',
    ])
  }))

test('a token refused before its time is replaced once', () =>
  withShop({ signIn: 'client' }, async ({ operations, calls, simulator }) => {
    await operations.check()
    simulator.faults.answerNext({ status: 401, headers: { 'content-type': 'application/json' }, body: '{}' })
    await operations.check()
    expect(calls.filter((call) => call !== 'check.buyers')).toEqual([
      'token',
      'check',
      'check',
      'token',
      'check',
    ])
  }))

test('revoked: the second refusal stands', () =>
  withShop({ signIn: 'client' }, async ({ operations, simulator }) => {
    await operations.check()
    simulator.faults.set({ revoked: true })
    await expect(operations.check()).rejects.toMatchObject({ kind: 'unauthorized' })
    simulator.faults.set({ revoked: false })
    expect(await operations.check()).toMatchObject({ currency: 'EUR' })
  }))

test('a permanent token that is refused is not asked for again', () =>
  withShop({}, async ({ operations, calls, simulator }) => {
    simulator.faults.set({ revoked: true })
    await expect(operations.check()).rejects.toMatchObject({ kind: 'unauthorized' })
    expect(calls).toEqual(['check'])
  }))

const { settings, credentials } = connector.manifest

test.each([
  ['brand.myshopify.com', true],
  ['BRAND.myshopify.com', true],
  ['brand.com', false],
  ['brand.myshopify.com.evil.example', false],
  ['-brand.myshopify.com', false],
  ['169.254.169.254#.myshopify.com', false],
  ['user@brand.myshopify.com', false],
])('shop %s: %s', (shop, valid) => {
  expect(settings.safeParse({ shop }).success).toBe(valid)
})

test.each([
  ['http://127.0.0.1:4000', true],
  ['http://localhost:4000/', true],
  ['http://[::1]:4000', true],
  ['http://10.0.0.1:4000', false],
  ['http://127.0.0.1.evil.example', false],
  ['ftp://127.0.0.1', false],
  ['127.0.0.1', false],
])('endpoint %s: %s', (endpoint, valid) => {
  expect(settings.safeParse({ shop: 'brand.myshopify.com', endpoint }).success).toBe(valid)
})

test.each([
  [{ clientId: 'a', clientSecret: 'b' }, true],
  [{ accessToken: 'a', clientSecret: 'b' }, true],
  [{ clientSecret: 'b' }, false],
  [{ accessToken: 'a' }, false],
])('credentials %#', (given, valid) => {
  expect(credentials.safeParse(given).success).toBe(valid)
})
