import { describe, expect, test } from 'vitest'
import { type ConnectedAccount, withAccount } from './testing/connected-account.ts'

/** What eBay leaves out of an answer is not gone, and not the end: each is Malformed, or the error that a row has. */
const since = new Date(0)

/** Changes the answers that have such a list. */
function rewrite({ simulator }: ConnectedAccount, list: string, change: (rows: object[]) => unknown): void {
  simulator.faults.rewriteAnswers((body) => {
    if (!body.startsWith('{')) return body
    const json: Record<string, unknown> = JSON.parse(body)
    const rows = json[list]
    return Array.isArray(rows) ? JSON.stringify({ ...json, [list]: change(rows) }) : body
  })
}

describe('levels', () => {
  test.each([
    ['a row is missing', (rows: object[]) => rows.slice(1), 'malformed'],
    [
      'a row could not be read',
      ([first, ...rest]: object[]) => [failed(first, 500, 25_001), ...rest],
      'unavailable',
    ],
    [
      'a row has no item',
      ([first, ...rest]: object[]) => [{ ...first, inventoryItem: undefined }, ...rest],
      'malformed',
    ],
  ])('%s: %s', (_what, change, kind) =>
    withAccount({ listedWith: 'inventory' }, async (account) => {
      const levels = await account.seed({}, {}, {})
      rewrite(account, 'responses', change)
      await expect(account.operations.levels(levels)).rejects.toMatchObject({ kind })
      await expect(
        account.operations.setLevels(
          levels.map((level, at) => ({ ...level, writeId: `w-${at}`, quantity: 1, expected: undefined })),
        ),
      ).rejects.toMatchObject({ kind })
      expect(account.quantityOf('S-0')).toBe(10)
    }),
  )

  test('a SKU that is not there is gone', () =>
    withAccount({ listedWith: 'inventory' }, async (account) => {
      const levels = await account.seed({}, {})
      rewrite(account, 'responses', ([first, ...rest]) => [failed(first, 404, 25_702), ...rest])
      expect(await account.operations.levels(levels)).toHaveLength(1)
    }))

  test('offers that are not shown are not none', () =>
    withAccount({ listedWith: 'inventory' }, async (account) => {
      const levels = await account.seed({})
      rewrite(account, 'offers', () => [])
      await expect(account.operations.levels(levels)).rejects.toMatchObject({ kind: 'malformed' })
    }))
})

test('an item without offers, which eBay answers with 404, is no listing', () =>
  withAccount({ listedWith: 'inventory' }, async ({ operations, seed, simulator }) => {
    const levels = await seed({})
    const offer = { errors: [{ errorId: 25_713, message: 'This Offer is not available.' }] }
    await operations.listings(undefined)
    simulator.faults.answerNext(
      { status: 200, headers: json, body: JSON.stringify({ total: 1, inventoryItems: [{ sku: 'S-0' }] }) },
      { status: 404, headers: json, body: JSON.stringify(offer) },
    )
    expect((await operations.listings(undefined)).rows).toEqual([])
    expect(await operations.levels(levels)).toHaveLength(1)
    // A page of the same status, of something in between, says nothing of offers.
    const page = { status: 404, headers: { 'content-type': 'text/html' }, body: '<html></html>' }
    simulator.faults.answerNext(page, page)
    await expect(operations.levels(levels)).rejects.toMatchObject({ kind: 'not-found' })
  }))

const json = { 'content-type': 'application/json' }

test('a page of items or of orders without rows is not the end', () =>
  withAccount({ listedWith: 'inventory' }, async (account) => {
    await account.seed({ sku: 'TEA' })
    await account.buy('TEA')
    rewrite(account, 'inventoryItems', () => undefined)
    await expect(account.operations.listings(undefined)).rejects.toMatchObject({ kind: 'malformed' })
    rewrite(account, 'orders', () => [])
    await expect(account.operations.orders({ since, cursor: undefined })).rejects.toMatchObject({
      kind: 'malformed',
    })
    rewrite(account, 'orders', () => undefined)
    await expect(account.operations.orders({ since, cursor: undefined })).rejects.toMatchObject({
      kind: 'malformed',
    })
  }))

test('a page of the active list without rows is not the end', () =>
  withAccount({ listedWith: 'trading' }, async ({ operations, seed, simulator }) => {
    await seed({})
    simulator.faults.rewriteAnswers((body) => body.replace(/<Item>.*<\/Item>/, ''))
    const cursor = JSON.stringify({ world: 'item', page: 1 })
    await expect(operations.listings(cursor)).rejects.toMatchObject({ kind: 'malformed' })
  }))

test('one order that cannot be read is named, the others are told', () =>
  withAccount({}, async (account) => {
    await account.seed({ sku: 'TEA' })
    const ids = [await account.buy('TEA'), await account.buy('TEA')]
    rewrite(account, 'orders', ([first, ...rest]) => [{ ...first, lineItems: [] }, ...rest])
    const page = await account.operations.orders({ since, cursor: undefined })
    expect(page.unreadable?.map(({ externalId }) => externalId)).toEqual([ids[1]])
    expect(page.rows.map(({ externalId }) => externalId)).toEqual([ids[0]])
  }))

function failed(row: object | undefined, statusCode: number, errorId: number): object {
  return { ...row, statusCode, inventoryItem: undefined, errors: [{ errorId, message: 'no' }] }
}
