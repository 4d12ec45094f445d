// Taking a single variant off sale: on every publication, and back on those where it was.
import { isConnectorError } from '@plimsoll/connector-kit'
import { expect, test } from 'vitest'
import { SCOPES } from './scopes.ts'
import { gid } from './simulator/views.ts'
import { type ConnectedShop, withShop } from './testing/connected-shop.ts'

const variantOf = ({ simulator }: ConnectedShop, sku: string) => {
  const variant = simulator.shop.variantsBySku.get(sku)
  if (variant === undefined) throw new Error(`there is no ${sku}`)
  return { variant, externalId: gid('ProductVariant', variant.id) }
}

const kindOf = async (call: Promise<unknown> | undefined) => {
  try {
    await call
    return 'done'
  } catch (error) {
    if (isConnectorError(error)) return error.kind
    throw error
  }
}

test('a variant is put back where it was on sale, and not where somebody had taken it off before', () =>
  withShop({}, async (shop) => {
    const { operations, seed, buy, simulator } = shop
    await seed({ sku: 'SMALL' }, { sku: 'LARGE' })
    const small = variantOf(shop, 'SMALL')
    const large = variantOf(shop, 'LARGE')
    // Siblings: variants of one product.
    large.variant.productId = small.variant.productId
    const [, pointOfSale] = simulator.shop.publications.keys()
    if (pointOfSale === undefined) throw new Error('there is a point of sale')
    small.variant.unpublishedOn.add(pointOfSale)

    const placement = (await operations.placement?.(small.externalId)) ?? ''
    expect(JSON.parse(placement)).toHaveLength(2)
    await operations.withdraw?.(small.externalId)
    expect(small.variant.unpublishedOn.size).toBe(3)
    expect(large.variant.unpublishedOn.size).toBe(0)
    await expect(buy('SMALL', 1)).rejects.toThrow()
    await buy('LARGE', 1)
    expect(await operations.listing(small.externalId)).toMatchObject({ state: 'active' })

    await operations.reinstate?.(small.externalId, { placement })
    expect([...small.variant.unpublishedOn]).toEqual([pointOfSale])
    await buy('SMALL', 1)
  }))

test('one that is off already costs reads alone, and so does one that is back', () =>
  withShop({}, async (shop) => {
    const { operations, seed, calls } = shop
    await seed({ sku: 'TEA' })
    const { externalId } = variantOf(shop, 'TEA')
    const placement = (await operations.placement?.(externalId)) ?? ''
    await operations.reinstate?.(externalId, { placement })
    expect(calls.filter((call) => call !== 'placement')).toEqual([])
    await operations.withdraw?.(externalId)
    await operations.withdraw?.(externalId)
    expect(calls.filter((call) => call === 'withdraw')).toHaveLength(1)
  }))

test('without the right it is Forbidden, nothing is changed, and check() says what that costs', () =>
  withShop({ scopes: [...SCOPES, 'read_all_orders', 'write_orders', 'read_returns'] }, async (shop) => {
    const { operations, seed } = shop
    await seed({ sku: 'TEA' })
    const { variant, externalId } = variantOf(shop, 'TEA')
    expect(await kindOf(operations.placement?.(externalId))).toBe('forbidden')
    expect(await kindOf(operations.withdraw?.(externalId))).toBe('forbidden')
    expect(variant.unpublishedOn.size).toBe(0)
    const { missingScopes, warnings } = await operations.check()
    expect(missingScopes).toEqual([])
    expect(warnings).toEqual([expect.stringContaining('Without write_publications')])
  }))

test('a publication that is gone meanwhile keeps the variant off none of the others', () =>
  withShop({}, async (shop) => {
    const { operations, seed, simulator } = shop
    await seed({ sku: 'TEA' })
    const { externalId } = variantOf(shop, 'TEA')
    const placement = (await operations.placement?.(externalId)) ?? ''
    await operations.withdraw?.(externalId)
    const [, , market] = simulator.shop.publications.keys()
    simulator.shop.publications.delete(market ?? 0)
    await operations.reinstate?.(externalId, { placement })
    expect(JSON.parse((await operations.placement?.(externalId)) ?? '')).toHaveLength(2)
  }))
