import { generateKeyPairSync } from 'node:crypto'
import { expect, test } from 'vitest'
import { withAccount } from './testing/connected-account.ts'

const cancellation = (orderExternalId: string) => ({
  orderExternalId,
  lines: undefined,
  reason: 'out-of-stock' as const,
  notifyCustomer: false,
})

test('units of an order that we cancel are not put back on sale by eBay', () =>
  withAccount({}, async ({ operations, seed, buy, quantityOf }) => {
    await seed({ sku: 'TEA' })
    const id = await buy('TEA', 2)
    await operations.cancel?.(cancellation(id))
    expect((await operations.order(id)).state).toBe('cancelled')
    expect(quantityOf('TEA')).toBe(8)
  }))

test('what a buyer has asked for is approved, not cancelled beside it', () =>
  withAccount({}, async ({ operations, seed, buy, simulator, calls }) => {
    await seed({ sku: 'TEA' })
    const id = await buy('TEA')
    const order = simulator.book.find(id)
    if (order === undefined) throw new Error('no order came')
    simulator.book.askToCancel(order)
    expect((await operations.order(id)).state).toBe('open')
    await operations.cancel?.(cancellation(id))
    expect((await operations.order(id)).state).toBe('cancelled')
    expect(calls.some(({ url }) => url.endsWith('/approve'))).toBe(true)
    expect(calls.some(({ url }) => url.endsWith('/check_eligibility'))).toBe(false)
  }))

test('single lines are Invalid: eBay cancels whole orders only', () =>
  withAccount({}, async ({ operations, seed, buy }) => {
    await seed({ sku: 'TEA' })
    const id = await buy('TEA')
    const lines = [{ lineExternalId: 'x', quantity: 1 }]
    await expect(operations.cancel?.({ ...cancellation(id), lines })).rejects.toMatchObject({
      kind: 'invalid',
    })
  }))

test('where eBay wants it signed (EU, UK), it is, and an unsigned one is refused', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const der = (key: typeof privateKey, type: 'pkcs8' | 'spki') =>
    key.export({ format: 'der', type: type as 'pkcs8' }).toString('base64')
  const signingKey = der(publicKey, 'spki')
  return withAccount({ signingKey }, async ({ operations, connect, seed, buy }) => {
    await seed({ sku: 'TEA' })
    const id = await buy('TEA')
    await expect(operations.cancel?.(cancellation(id))).rejects.toMatchObject({
      kind: 'invalid',
      platform: { code: '215120' },
    })
    const signing = connect({
      credentials: {
        signingKeyJwe: 'eyJ6aXAiOiJERUYi.simulated',
        // As people paste it: with the lines around it.
        signingPrivateKey: `-----BEGIN PRIVATE KEY-----\n${der(privateKey, 'pkcs8')}\n-----END PRIVATE KEY-----`,
      },
    })
    await signing.cancel?.(cancellation(id))
    expect((await operations.order(id)).state).toBe('cancelled')
    const other = connect({ credentials: { signingKeyJwe: 'x', signingPrivateKey: 'not a key' } })
    const next = await buy('TEA')
    await expect(other.cancel?.(cancellation(next))).rejects.toMatchObject({
      kind: 'invalid',
      field: 'signingPrivateKey',
    })
  })
})
