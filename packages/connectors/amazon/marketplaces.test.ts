import type { ExternalListing, LevelWrite } from '@plimsoll/connector-kit'
import { expect, test } from 'vitest'
import { FEED_FROM } from './feeds.ts'
import { OWN_STOCK } from './ids.ts'
import { atOnce, type ConnectedAccount, withAccount } from './testing/connected-account.ts'

/** An account that sells in two marketplaces of one region: Amazon answers for one at a time. */

const HOME = 'A1PA6795UKMFR9'
const AWAY = 'A13V1IB3VIYZZH'
const both = { ...atOnce, burstFactor: 50, marketplaces: [HOME, AWAY] }

function listIn({ simulator }: ConnectedAccount, sku: string, ...marketplaces: string[]): void {
  const listing = simulator.account.listings.get(sku)
  if (listing === undefined) throw new Error(`${sku} is listed`)
  listing.marketplaces = marketplaces
}
const write = (sku: string, quantity: number): LevelWrite => ({
  writeId: `w-${sku}`,
  stockUnitId: sku,
  locationId: OWN_STOCK,
  quantity,
  expected: undefined,
})
async function allListings({ operations }: ConnectedAccount): Promise<ExternalListing[]> {
  const rows: ExternalListing[] = []
  for (let cursor: string | undefined; ; ) {
    const page = await operations.listings(cursor)
    rows.push(...page.rows)
    if (page.next === undefined) return rows
    cursor = page.next
    if (page.againInMs !== undefined) await new Promise((resolve) => setTimeout(resolve, 60))
  }
}

test('many increases go as one feed of the home marketplace, whatever else the account sells in', () =>
  withAccount(both, async (account) => {
    const skus = Array.from({ length: 300 }, (_, at) => `S-${at}`)
    await account.seed(...skus.map((sku) => ({ sku, quantity: 1 })))
    listIn(account, 'S-299', AWAY)
    const outcomes = await account.operations.setLevels(
      skus.map((sku) => write(sku, 7)),
      { urgency: 'increase' },
    )
    expect(skus.length).toBeGreaterThan(FEED_FROM)
    const tickets = outcomes.flatMap((each) => (each.kind === 'accepted' ? [each.ticket] : []))
    expect(tickets).toHaveLength(300)
    const kinds = async (some: readonly string[]) =>
      new Set((await account.operations.outcomes?.(some))?.map(({ kind }) => kind))
    await expect
      .poll(() => kinds([...tickets.slice(0, 5), ...tickets.slice(-5)]), { timeout: 20_000 })
      .toEqual(new Set(['applied']))
    expect(skus.map((sku) => account.simulator.account.listings.get(sku)?.quantity)).toEqual(
      skus.map(() => 7),
    )
  }))

test('what is listed in the other marketplace alone is listed, read and written; what none has is gone', () =>
  withAccount(both, async (account) => {
    const { operations, simulator } = account
    await account.seed({ sku: 'BOTH' }, { sku: 'HERE' }, { sku: 'THERE' }, { sku: 'THERE,TOO' })
    listIn(account, 'HERE', HOME)
    listIn(account, 'THERE', AWAY)
    listIn(account, 'THERE,TOO', AWAY)
    const skus = ['BOTH', 'HERE', 'THERE', 'THERE,TOO']
    const listed = await allListings(account)
    expect(listed.map(({ externalId }) => externalId).toSorted()).toEqual(skus)
    for (const sku of skus) expect((await operations.listing(sku)).externalId).toBe(sku)
    await expect(operations.listing('NOWHERE')).rejects.toMatchObject({ kind: 'not-found' })
    const keys = [...skus, 'NOWHERE'].map((stockUnitId) => ({ stockUnitId, locationId: OWN_STOCK }))
    const levels = await operations.levels(keys)
    expect(levels.map(({ stockUnitId }) => stockUnitId).toSorted()).toEqual(skus)
    expect(await operations.setLevels(skus.map((sku) => write(sku, 3)))).toMatchObject(
      skus.map(() => ({ kind: 'applied', quantity: 3 })),
    )
    expect(await operations.setLevels([write('NOWHERE', 3)])).toMatchObject([
      { kind: 'refused', error: { kind: 'not-found' } },
    ])
    expect(skus.map((sku) => simulator.account.listings.get(sku)?.quantity)).toEqual([3, 3, 3, 3])
  }))

test('sold in one marketplace it is sold, and told once, whatever another says of it', () =>
  withAccount(both, async (account) => {
    await account.seed({ sku: 'OFF-HERE' }, { sku: 'OFF-THERE' })
    const answer = (marketplace: string, sku: string) => (body: string) => {
      if (!body.includes(`"marketplaceId":"${marketplace}"`)) return body
      const parsed = JSON.parse(body) as { items?: { sku: string; summaries: { status: string[] }[] }[] }
      for (const item of parsed.items ?? [])
        if (item.sku === sku) for (const summary of item.summaries) summary.status = []
      return JSON.stringify(parsed)
    }
    const rewrites = [answer(HOME, 'OFF-HERE'), answer(AWAY, 'OFF-THERE')]
    account.simulator.faults.rewriteAnswers((body) => rewrites.reduce((text, each) => each(text), body))
    // A page that is read again, since it could not be stored, is the same.
    const first = await account.operations.listings(undefined)
    const page = await account.operations.listings(first.next)
    expect(page.rows).toHaveLength(1)
    expect(await account.operations.listings(first.next)).toMatchObject({ rows: page.rows })
    const told = (await allListings(account)).map(({ externalId, state }) => [externalId, state])
    expect(told).toEqual([
      ['OFF-HERE', 'inactive'],
      ['OFF-THERE', 'active'],
      ['OFF-HERE', 'active'],
    ])
  }))

test('a large account of two marketplaces is read from a report of each', () =>
  withAccount(both, async (account) => {
    const skus = Array.from({ length: 1_050 }, (_, at) => `S-${at}`)
    await account.seed(...skus.map((sku) => ({ sku, quantity: 1 })))
    listIn(account, 'S-7', AWAY)
    const listed = await allListings(account)
    expect(listed.map(({ externalId }) => externalId).toSorted()).toEqual(skus.toSorted())
  }))
