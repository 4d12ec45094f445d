import type { ExternalCount } from '../canonical.ts'
import type { Capabilities } from '../capabilities.ts'
import type { ConformanceCase } from './conformance-case.ts'
import { expect } from './expect.ts'
import type { ConformanceWorld } from './world.ts'

/** Stock that the platform keeps, counts and sends itself: read, and never written. */
export function countCases({ counts }: Pick<Capabilities, 'counts'>): ConformanceCase[] {
  if (counts === undefined) {
    return [
      {
        title: 'counts: not declared, so not there',
        async story({ operations }) {
          expect(operations.counts).toBeUndefined()
          const kept = (await operations.locations()).filter((each) => each.countedByPlatform === true)
          expect(kept, 'a location that the platform counts is read by counts()').toEqual([])
        },
      },
    ]
  }
  const seedKept = async (world: ConformanceWorld, how: number) =>
    await world.seed(
      Array.from({ length: how }, (_, at) => ({
        sku: `KEPT-${at}`,
        title: `Kept by the platform ${at}`,
        price: 1,
        quantity: at,
        keptByPlatform: true,
      })),
    )
  return [
    {
      title: 'counts: read to the end, at a location that the platform counts; nought is nought (I12)',
      async story(world) {
        await seedKept(world, 45)
        const [own] = await world.addProducts(1, 7)
        const rows = await allCounts(world)
        expect(rows.map(({ available }) => available).sort((a, b) => a - b)).toEqual(
          Array.from({ length: 45 }, (_, at) => at),
        )
        expect(new Set(rows.map(({ stockUnitId }) => stockUnitId)).size).toBe(45)
        expect(rows.some(({ stockUnitId }) => stockUnitId === own?.stockUnitId)).toBe(false)
        const locations = await world.operations.locations()
        for (const { locationId, held, incoming } of rows) {
          expect(locations.find(({ externalId }) => externalId === locationId)?.countedByPlatform).toBe(true)
          expect(Math.min(held, incoming)).toBeGreaterThanOrEqual(0)
        }
      },
    },
    {
      title:
        'counts: what the platform keeps is listed as fulfilled by it, has no level and is never written',
      async story(world) {
        await seedKept(world, 3)
        const { rows } = await world.allListings()
        const kept = rows.filter(({ sku }) => sku?.startsWith('KEPT-'))
        expect(kept.map(({ fulfilledBy }) => fulfilledBy)).toEqual(['platform', 'platform', 'platform'])
        const counted = await allCounts(world)
        const keys = counted.map(({ stockUnitId, locationId }) => ({ stockUnitId, locationId }))
        expect(await world.operations.levels(keys)).toEqual([])
        const writes = keys.map((key) => ({ ...key, writeId: key.stockUnitId, quantity: 9, expected: 1 }))
        const outcomes = await world.operations.setLevels(writes)
        expect(outcomes.map(({ kind }) => kind)).toEqual(['refused', 'refused', 'refused'])
        expect(await allCounts(world)).toEqual(counted)
      },
    },
  ]
}

async function allCounts({ operations }: ConformanceWorld): Promise<ExternalCount[]> {
  if (operations.counts === undefined) throw new Error('counts are declared, yet counts() is missing')
  const rows: ExternalCount[] = []
  for (let cursor: string | undefined; ; ) {
    const page = await operations.counts(cursor)
    rows.push(...page.rows)
    if (page.next === undefined) return rows
    cursor = page.next
  }
}
