import { expect, test } from 'vitest'
import { withAccount } from './testing/connected-account.ts'

/** Listings of other tools that have sold: eBay counts that in what it echoes. */

const write = (level: { stockUnitId: string; locationId: string } | undefined, quantity: number) => ({
  writeId: `w-${level?.stockUnitId}-${quantity}`,
  stockUnitId: level?.stockUnitId ?? '',
  locationId: level?.locationId ?? '',
  quantity,
  expected: undefined,
})

test('what a listing has sold counts in what eBay echoes, and not in what is left: read, it is applied by one write', () =>
  withAccount({ listedWith: 'trading' }, async ({ operations, seed, buy, calls, quantityOf }) => {
    const levels = await seed({ quantity: 10 }, { quantity: 10 })
    await buy('S-0', 3)
    await buy('S-1', 2)
    expect(await operations.setLevels(levels.map((level) => write(level, 5)))).toMatchObject([
      { kind: 'applied', quantity: 5 },
      { kind: 'applied', quantity: 5 },
    ])
    expect([quantityOf('S-0'), quantityOf('S-1')]).toEqual([5, 5])
    expect(calls.filter(({ operation }) => operation === 'setLevels.trading')).toHaveLength(1)
    // As much as it has sold: the echo is not what is left.
    expect(await operations.setLevels([write(levels[0], 0)])).toMatchObject([
      { kind: 'applied', quantity: 0 },
    ])
    expect(await operations.setLevels([write(levels[0], 3)])).toMatchObject([
      { kind: 'applied', quantity: 3 },
    ])
    expect(quantityOf('S-0')).toBe(3)
  }))

test('sold again before it could be read, or not to be read: what was written is unknown', () =>
  withAccount({ listedWith: 'trading' }, async ({ operations, seed, buy, simulator }) => {
    const [level] = await seed({ quantity: 10 })
    await buy('S-0', 3)
    const unknown = [{ kind: 'refused', error: { kind: 'malformed', sent: true } }]
    const listing = simulator.account.all()[0]
    const [unit] = listing?.units ?? []
    if (listing === undefined || unit === undefined) throw new Error('it is listed')
    simulator.faults.rewriteAnswers((body) => {
      if (body.includes('<ReviseInventoryStatusResponse')) simulator.account.sell(listing, unit, 1)
      return body
    })
    expect(await operations.setLevels([write(level, 5)])).toMatchObject(unknown)
    simulator.faults.rewriteAnswers((body) => (body.includes('<GetItemResponse') ? '' : body))
    expect(await operations.setLevels([write(level, 6)])).toMatchObject(unknown)
  }))
