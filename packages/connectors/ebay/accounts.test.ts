import { manualClock } from '@plimsoll/connector-kit'
import { describe, expect, test } from 'vitest'
import { scopes } from './scopes.ts'
import { withAccount } from './testing/connected-account.ts'

/** Stories about what is particular to an account: its two worlds, its switches, its limits. */

const write = (level: { stockUnitId: string; locationId: string } | undefined, quantity: number) => ({
  writeId: `w-${level?.stockUnitId}-${quantity}`,
  stockUnitId: level?.stockUnitId ?? '',
  locationId: level?.locationId ?? '',
  quantity,
  expected: undefined,
})

describe('the two worlds', () => {
  test('one batch writes both, each by its own API', () =>
    withAccount({}, async ({ operations, seed, calls, quantityOf }) => {
      const levels = await seed({}, {}, {}, {})
      const outcomes = await operations.setLevels(levels.map((level, at) => write(level, at)))
      expect(outcomes.map(({ kind }) => kind)).toEqual(['applied', 'applied', 'applied', 'applied'])
      expect([0, 1, 2, 3].map((at) => quantityOf(`S-${at}`))).toEqual([0, 1, 2, 3])
      const operationsSeen = new Set(calls.map(({ operation }) => operation))
      expect(operationsSeen).toContain('setLevels.inventory')
      expect(operationsSeen).toContain('setLevels.trading')
    }))

  test('a listing that the Inventory API manages is told once, although both show it', () =>
    withAccount({ listedWith: 'inventory', variations: 2 }, async ({ operations, seed, connect }) => {
      await seed({}, {}, {})
      const all = async (from = operations) => {
        const rows = []
        for (
          let cursor: string | undefined, isFirst = true;
          isFirst || cursor !== undefined;
          isFirst = false
        ) {
          const page = await from.listings(cursor)
          rows.push(...page.rows)
          cursor = page.next
        }
        return rows.map(({ externalId }) => externalId)
      }
      const ids = await all()
      expect(new Set(ids).size).toBe(3)
      expect(ids).toHaveLength(3)
      // A process that begins in the middle knows nothing of the first pages.
      const page = await connect().listings(JSON.stringify({ world: 'item', page: 1 }))
      expect(page.rows).toEqual([])
    }))

  test('two listings of one SKU made elsewhere are two listings with a number each', () =>
    withAccount({ listedWith: 'trading' }, async ({ operations, seed }) => {
      const [one, other] = await seed({ sku: 'TWIN', quantity: 3 }, { sku: 'TWIN', quantity: 8 })
      if (one === undefined || other === undefined) throw new Error('no level came')
      await operations.setLevels([write(one, 1)])
      const read = await operations.levels([one, other])
      expect(read.map(({ quantity }) => quantity)).toEqual([1, 8])
    }))

  test('where eBay takes one SKU a call after all, they go one by one from then on', () =>
    withAccount(
      { listedWith: 'inventory', skusPerWrite: 1 },
      async ({ operations, seed, calls, quantityOf }) => {
        const levels = await seed({}, {}, {})
        const send = (quantity: number) => operations.setLevels(levels.map((level) => write(level, quantity)))
        expect((await send(4)).map(({ kind }) => kind)).toEqual(['applied', 'applied', 'applied'])
        expect(quantityOf('S-2')).toBe(4)
        const before = calls.length
        await send(5)
        const sent = calls.slice(before).filter(({ url }) => url.endsWith('/bulk_update_price_quantity'))
        expect(sent.map(({ outcome }) => outcome)).toEqual([
          { status: 200 },
          { status: 200 },
          { status: 200 },
        ])
      },
    ))

  test('I12: a write that eBay answers with 200 and does not carry out is not applied', () =>
    withAccount({ listedWith: 'inventory' }, async ({ operations, seed, simulator }) => {
      const [level] = await seed({})
      await operations.setLevels([write(level, 4)])
      // What is shown afterwards is what was there before.
      simulator.faults.rewriteAnswers((body) => body.replace('"quantity":2', '"quantity":4'))
      expect(await operations.setLevels([write(level, 2)])).toMatchObject([
        { kind: 'refused', error: { kind: 'malformed', sent: true } },
      ])
    }))

  test('a variation without a SKU is listed and cannot be written; the cure is named', () =>
    withAccount({ listedWith: 'trading' }, async ({ operations, simulator }) => {
      const units = ['Red', 'Blue'].map((value) => ({
        sku: undefined,
        barcode: undefined,
        total: 5,
        aspects: [{ name: 'Colour', value }],
      }))
      simulator.account.add({ world: 'item', title: 'Cup', price: 3, units, isGroup: true })
      const { rows } = await operations.listings(JSON.stringify({ world: 'item', page: 1 }))
      expect(rows.map(({ title }) => title)).toEqual(['Cup – Red', 'Cup – Blue'])
      const keys = rows.map(({ stockUnitId }) => ({ stockUnitId, locationId: 'default' }))
      expect((await operations.levels(keys)).map(({ quantity }) => quantity)).toEqual([5, 5])
      expect(await operations.setLevels([write(keys[0], 1)])).toMatchObject([
        { kind: 'refused', error: { kind: 'invalid', field: 'sku' } },
      ])
    }))

  test('a listing that was listed again under another number is gone, and found under the new one', () =>
    withAccount({ listedWith: 'trading' }, async ({ operations, seed, simulator }) => {
      const [level] = await seed({ sku: 'TEA' })
      const [old] = (await operations.listings(JSON.stringify({ world: 'item', page: 1 }))).rows
      const listing = simulator.account.find(old?.externalId ?? '')
      if (level === undefined || listing === undefined) throw new Error('no listing came')
      listing.status = 'Ended'
      await seed({ sku: 'TEA', quantity: 2 })
      expect((await operations.listing(listing.itemId)).state).toBe('gone')
      expect(await operations.levels([level])).toEqual([])
      expect(await operations.setLevels([write(level, 1)])).toMatchObject([
        { kind: 'refused', error: { kind: 'not-found' } },
      ])
      const [again] = (await operations.listings(JSON.stringify({ world: 'item', page: 1 }))).rows
      expect(again).toMatchObject({ sku: 'TEA', state: 'active' })
      expect(again?.externalId).not.toBe(listing.itemId)
    }))

  test('the spread over inventory locations is kept', () =>
    withAccount(
      { listedWith: 'inventory', locations: ['north', 'south'] },
      async ({ operations, simulator }) => {
        const spread = [
          { merchantLocationKey: 'north', quantity: 6 },
          { merchantLocationKey: 'south', quantity: 4 },
        ]
        const { units, itemId } = simulator.account.add({
          world: 'offer',
          title: 'Tea',
          price: 3,
          units: [{ sku: 'TEA', barcode: undefined, total: 10, spread }],
          isGroup: false,
        })
        await operations.setLevels([write({ stockUnitId: `offer:${itemId}/TEA`, locationId: 'default' }, 7)])
        expect(units[0]?.spread.map(({ quantity }) => quantity)).toEqual([6, 1])
        expect((await operations.check()).warnings.join(' ')).toContain('2 inventory locations')
      },
    ))
})

describe('check', () => {
  test('the out-of-stock option: off, a listing at nought ends, and check says so before', () =>
    withAccount({ listedWith: 'trading', outOfStockControl: false }, async ({ operations, seed }) => {
      const [level] = await seed({ sku: 'TEA' })
      if (level === undefined) throw new Error('no level came')
      expect((await operations.check()).warnings.join(' ')).toContain('ENDS')
      expect(await operations.setLevels([write(level, 0)])).toMatchObject([{ kind: 'applied', quantity: 0 }])
      expect(await operations.levels([level])).toEqual([])
    }))

  test('on, it stays and comes back', () =>
    withAccount({ listedWith: 'trading' }, async ({ operations, seed }) => {
      const [level] = await seed({ sku: 'TEA' })
      expect((await operations.check()).warnings.join(' ')).not.toContain('ENDS')
      await operations.setLevels([write(level, 0)])
      expect(await operations.setLevels([write(level, 5)])).toMatchObject([{ kind: 'applied', quantity: 5 }])
    }))

  test.each([
    [scopes.inventory, [scopes.inventory]],
    [scopes.fulfillment, [scopes.fulfillment]],
    [scopes.account, [scopes.account]],
    [scopes.notification, [scopes.notification]],
  ])('without %s it is named', (left, missing) =>
    withAccount(
      { scopes: Object.values(scopes).filter((scope) => scope !== left) },
      async ({ operations }) => {
        expect((await operations.check()).missingScopes).toEqual(missing)
      },
    ),
  )

  test('whose account it is, and its selling limit', () =>
    withAccount({ marketplace: 'EBAY_GB', sellingLimit: 500 }, async ({ operations }) => {
      const found = await operations.check()
      expect(found).toMatchObject({
        account: 'plimsoll_seller',
        accountId: 'SIMULATEDSELLER',
        currency: 'GBP',
      })
      expect(found.warnings.join(' ')).toContain('500 items')
    }))

  test.each([
    [[{ name: 'At once', immediatePay: true }], 'Your payment policies require immediate payment'],
    [
      [
        { name: 'At once', immediatePay: true },
        { name: 'Later', immediatePay: false },
      ],
      'do not require immediate payment: "Later". Switch',
    ],
    [[], 'Have your listings require'],
    ['none' as const, 'Have your listings require'],
  ])('which of its payment policies leave sales unseen: %j', (paymentPolicies, said) =>
    withAccount({ paymentPolicies }, async ({ operations }) => {
      const { warnings, missingScopes } = await operations.check()
      expect(missingScopes).toEqual([])
      expect(warnings.filter((each) => each.includes('commits to buy'))).toEqual([
        expect.stringContaining(said),
      ])
    }),
  )
})

describe('limits', () => {
  test('the 251st revision of a listing and day is refused; the next day it goes on', () => {
    const clock = manualClock(Date.UTC(2026, 10, 26, 20))
    return withAccount({ clock, listedWith: 'trading' }, async ({ operations, seed, simulator }) => {
      const [level] = await seed({ sku: 'TEA' })
      const listing = simulator.account.active()[0]
      if (listing === undefined) throw new Error('no listing came')
      await operations.setLevels([write(level, 3)])
      listing.revisions.count = 250
      expect(await operations.setLevels([write(level, 2)])).toMatchObject([
        { kind: 'refused', error: { kind: 'invalid' } },
      ])
      await clock.advance(24 * 3_600_000)
      expect(await operations.setLevels([write(level, 2)])).toMatchObject([{ kind: 'applied' }])
    })
  })

  test('when the Trading API’s day is spent the other world is still written, and the rest waits', () =>
    withAccount({}, async ({ operations, seed, http, quantityOf }) => {
      const levels = await seed({}, {})
      await operations.levels(levels)
      http.budgets.learnBucket('trading', { capacity: 5_000, available: 0 })
      const outcomes = await operations.setLevels(levels.map((level) => write(level, 1)))
      expect(outcomes.map(({ kind }) => kind).toSorted()).toEqual(['applied', 'untouched'])
      const trading = levels.find(({ stockUnitId }) => stockUnitId.startsWith('item:'))
      await expect(operations.setLevels([write(trading, 1)])).rejects.toMatchObject({ kind: 'rate-limited' })
      expect([quantityOf('S-0'), quantityOf('S-1')].toSorted()).toEqual([1, 10])
    }))

  test('quotas are read, once an hour, and hold back what eBay would refuse', () => {
    const clock = manualClock(Date.UTC(2026, 10, 26, 20))
    return withAccount(
      { clock, quotas: { tradingapi: 300, inventory: 2_000_000 } },
      async ({ operations, calls, http }) => {
        await operations.check()
        const bucket = () => http.budgets.snapshot().buckets.find(({ name }) => name === 'trading')
        expect(bucket()?.capacity).toBe(300)
        expect(bucket()?.left).toBeLessThanOrEqual(300)
        const asked = () => calls.filter(({ operation }) => operation === 'quotas').length
        expect(asked()).toBe(1)
        await operations.check()
        expect(asked()).toBe(1)
        await clock.advance(3_600_000)
        await operations.orders({ since: new Date(clock.now() - 1_000), cursor: undefined })
        expect(asked()).toBe(2)
      },
    )
  })

  test('a spent quota is RateLimited in both tongues', () =>
    // The first page and its one item's offers; the other listing and whether the Inventory API has its SKU.
    withAccount({ quotas: { tradingapi: 1, inventory: 3 } }, async ({ operations, seed }) => {
      await seed({}, {})
      await operations.listings(undefined)
      await expect(operations.listing('110000000002')).resolves.toMatchObject({ sku: 'S-1' })
      await expect(operations.listings(undefined)).rejects.toMatchObject({
        kind: 'rate-limited',
        platform: { code: '2001' },
      })
      await expect(operations.listing('110000000002')).rejects.toMatchObject({
        kind: 'rate-limited',
        platform: { code: '518' },
      })
    }))

  test('many variations of one listing go four at a time, one call after the other', () =>
    withAccount({ listedWith: 'trading', variations: 10 }, async ({ operations, seed, calls }) => {
      const levels = await seed(...Array.from({ length: 10 }, () => ({})))
      const outcomes = await operations.setLevels(levels.map((level, at) => write(level, at)))
      expect(outcomes.filter(({ kind }) => kind === 'applied')).toHaveLength(10)
      const sent = calls.filter(({ operation }) => operation === 'setLevels.trading')
      expect(sent).toHaveLength(3)
      for (const [at, call] of sent.slice(1).entries())
        expect(call.at).toBeGreaterThanOrEqual((sent[at]?.at ?? 0) + Math.floor(sent[at]?.durationMs ?? 0))
    }))
})

describe('orders', () => {
  test('an unpaid purchase lowers the number and is no order until it is paid', () =>
    withAccount({ checkout: 'unpaid', listedWith: 'trading' }, async ({ operations, seed, buy, step }) => {
      const [level] = await seed({ sku: 'TEA' })
      if (level === undefined) throw new Error('no level came')
      const id = await buy('TEA', 2)
      const since = new Date(0)
      expect((await operations.levels([level]))[0]?.quantity).toBe(8)
      expect((await operations.orders({ since, cursor: undefined })).rows).toEqual([])
      await expect(operations.order(id)).rejects.toMatchObject({ kind: 'not-found' })
      await step(id, 'pay')
      expect(
        (await operations.orders({ since, cursor: undefined })).rows.map(({ externalId }) => externalId),
      ).toEqual([id])
    }))

  test('a purchase whose payment is under way is pending: its units are off already, and it is open once it is paid', () =>
    withAccount({ checkout: 'processing', listedWith: 'trading' }, async (account) => {
      const { operations, seed, buy, step } = account
      const [level] = await seed({ sku: 'TEA' })
      if (level === undefined) throw new Error('no level came')
      const id = await buy('TEA', 2)
      const other = await buy('TEA', 1)
      expect((await operations.levels([level]))[0]?.quantity).toBe(7)
      const read = async () => {
        const { rows } = await operations.orders({ since: new Date(0), cursor: undefined })
        return new Map(rows.map((row) => [row.externalId, row]))
      }
      const before = await read()
      expect(before.get(id)).toMatchObject({
        state: 'pending',
        lines: [{ current: 2, shipped: 0, subtracted: 'yes' }],
      })
      await step(id, 'pay')
      // A payment that comes to nothing ends as a cancelled order.
      await step(other, 'cancel')
      const after = await read()
      expect(after.get(id)).toMatchObject({ state: 'open', lines: [{ current: 2 }] })
      expect(after.get(id)?.version).toBeGreaterThan(Number(before.get(id)?.version))
      expect(after.get(other)).toMatchObject({ state: 'cancelled', lines: [{ current: 0 }] })
    }))

  test('the list trails by a while, an order read by itself does not', () => {
    const clock = manualClock(Date.UTC(2026, 10, 26, 20))
    return withAccount({ clock, orderLagMs: 30_000 }, async ({ operations, seed, buy }) => {
      await seed({ sku: 'TEA' })
      const id = await buy('TEA')
      await clock.advance(10_000)
      const list = async () =>
        (await operations.orders({ since: new Date(0), cursor: undefined })).rows.length
      expect(await list()).toBe(0)
      expect((await operations.order(id)).externalId).toBe(id)
      await clock.advance(25_000)
      expect(await list()).toBe(1)
    })
  })

  test('a part that has left is told by its parcels', () =>
    withAccount({}, async ({ operations, seed, buy }) => {
      await seed({ sku: 'TEA' })
      const id = await buy('TEA', 3)
      const [line] = (await operations.order(id)).lines
      const parcel = (quantity: number, number: string) =>
        operations.ship({
          shipmentId: `s-${number}`,
          orderExternalId: id,
          lines: [{ lineExternalId: line?.externalId ?? '', quantity }],
          tracking: { carrier: 'Royal Mail', number, url: undefined },
          notifyCustomer: true,
        })
      await parcel(1, 'AB 1')
      expect((await operations.order(id)).lines).toMatchObject([{ current: 3, shipped: 1 }])
      // The same number told again is the same parcel, another one is another.
      await parcel(1, 'AB-1')
      await parcel(2, 'AB 2')
      expect(await operations.order(id)).toMatchObject({ state: 'closed', lines: [{ shipped: 3 }] })
    }))

  test('the Inventory API’s record trails a sale: the number is read too high for a while, and written right', () => {
    const clock = manualClock(Date.UTC(2026, 10, 26, 20))
    return withAccount(
      { clock, recordLagMs: 60_000, listedWith: 'inventory' },
      async ({ operations, seed, buy, quantityOf }) => {
        const [level] = await seed({ sku: 'TEA' })
        if (level === undefined) throw new Error('no level came')
        await buy('TEA', 4)
        const read = async () => (await operations.levels([level]))[0]?.quantity
        expect(await read()).toBe(10)
        await operations.setLevels([write(level, 5)])
        expect(quantityOf('TEA')).toBe(5)
        expect(await read()).toBe(5)
      },
    )
  })
})
