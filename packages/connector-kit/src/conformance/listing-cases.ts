import { type ConformanceCase, refusalOf } from './conformance-case.ts'
import { expect } from './expect.ts'
import type { ConformanceWorld } from './world.ts'

/** Characters that shops put into SKUs and that break careless escaping. */
export const awkwardSkus = [
  'with space',
  'double"quote',
  "single'quote",
  'slash/and\\backslash',
  'percent%20&amp;',
  'plus+and?question#hash',
  'comma,semicolon;',
  '<b>angle</b>',
  'ünïcödé',
  '中文货号',
  'emoji🧦',
  'curly{brace}$dollar',
]

/** What the platform sells. */
export function listingCases(): ConformanceCase[] {
  return [
    {
      title: 'listings: paging reaches the end while products are added, and misses none that were there',
      async story(world) {
        const seeded = await seedPages(world)
        const seen: string[] = []
        let cursor: string | undefined
        let pages = 0
        do {
          const page = await world.operations.listings(cursor)
          pages += 1
          for (const row of page.rows) if (row.sku !== undefined) seen.push(row.sku)
          cursor = page.next
          // Fewer than a page holds, or no reader could ever reach the end.
          if (cursor !== undefined && pages <= 3) await world.addProducts(2)
          expect(pages, 'paging ends').toBeLessThan(1_000)
        } while (cursor !== undefined)
        // A platform that hands out everything at once has one.
        if (pages > 1) expect(pages).toBeGreaterThan(2)
        const missed = seeded.filter((sku) => !seen.includes(sku))
        expect(missed).toEqual([])
      },
    },
    {
      title: 'listings: awkward SKUs come back as they are',
      async story({ seed, allListings }) {
        await seed(awkwardSkus.map((sku) => ({ sku, title: `Title of ${sku}`, price: 1, quantity: 5 })))
        const { rows } = await allListings()
        expect(rows.map((row) => row.sku)).toEqual(expect.arrayContaining(awkwardSkus))
      },
    },
    {
      title: 'listings: barcode, title and tracking are read',
      async story({ seed, allListings, countsEverything }) {
        await seed([
          { sku: 'TRACKED', title: 'Grey socks', barcode: '4006381333931', price: 9, quantity: 5 },
          { sku: 'UNTRACKED', title: 'Gift card', price: 9, quantity: 0, unitsTracked: false },
        ])
        const { rows } = await allListings()
        const tracked = rows.find((row) => row.sku === 'TRACKED')
        expect(tracked).toMatchObject({ tracked: true, state: 'active', fulfilledBy: 'merchant' })
        expect(tracked?.title).toContain('Grey socks')
        // Older platform versions have no barcode; a wrong one is never right.
        expect([undefined, '4006381333931']).toContain(tracked?.barcode)
        const untracked = rows.find((row) => row.sku === 'UNTRACKED')
        if (countsEverything) expect(untracked).toBe(undefined)
        else expect(untracked).toMatchObject({ tracked: false })
      },
    },
    {
      title: 'listing: one is read as in the list; one that is gone is NotFound',
      async story({ addProducts, allListings, operations, unknown }) {
        await addProducts(3)
        const { rows } = await allListings()
        const [first] = rows
        if (first === undefined) throw new Error('no listing came')
        expect(await operations.listing(first.externalId)).toEqual(first)
        await refusalOf(operations.listing(unknown.listingExternalId), 'not-found')
      },
    },
  ]
}

/** Adds products until the platform needs more than two pages, if it has pages at all; returns their SKUs. */
async function seedPages({ addProducts, operations }: ConformanceWorld): Promise<string[]> {
  const skus: string[] = []
  let isPaged = false
  // Few and large steps: reading costs budget, and pages hold 20 to 250.
  for (let count = 600; count <= 10_000; count *= 4) {
    skus.push(...(await addProducts(count)).map((level) => level.sku))
    const first = await operations.listings(undefined)
    isPaged = first.next !== undefined
    if (isPaged && first.rows.length * 2 < skus.length) return [...new Set(skus)]
  }
  // Whether that was all of them, the case finds out.
  if (!isPaged) return [...new Set(skus)]
  throw new Error('the platform still answers in two pages or less with more than 5,000 products')
}
