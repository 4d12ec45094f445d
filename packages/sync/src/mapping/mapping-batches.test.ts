import fc from 'fast-check'
import { expect, test } from 'vitest'
import { mappingBatches } from './mapping-batches.ts'

const id = (of: string, max: number) => fc.integer({ min: 0, max }).map((nth) => `${of}${nth}`)
const listing = fc.record({
  connectionId: id('c', 1),
  stockUnitId: id('u', 30),
  itemBefore: fc.option(id('i', 30)),
  itemAfter: fc.option(id('i', 30)),
})

test('each listing is in one part, with all that it shares a stock unit or an item with; a part is larger than asked for only where it is one group', () => {
  fc.assert(
    fc.property(fc.array(listing, { maxLength: 40 }), fc.integer({ min: 1, max: 10 }), (listings, max) => {
      const batches = mappingBatches(listings, max)
      const found = batches.flat()
      expect(found.length).toBe(listings.length)
      expect(new Set(found)).toEqual(new Set(listings))
      const partOf = (one: (typeof listings)[number]) => batches.findIndex((batch) => batch.includes(one))
      const share = (a: (typeof listings)[number], b: (typeof listings)[number]) =>
        (a.connectionId === b.connectionId && a.stockUnitId === b.stockUnitId) ||
        [a.itemBefore, a.itemAfter].some((x) => x !== null && [b.itemBefore, b.itemAfter].includes(x))
      for (const a of listings) for (const b of listings) if (share(a, b)) expect(partOf(a)).toBe(partOf(b))
      for (const batch of batches.filter(({ length }) => length > max)) {
        // Reached from the first over what is shared, step by step.
        const reached = new Set(batch.slice(0, 1))
        for (let size = 0; size !== reached.size; ) {
          size = reached.size
          for (const each of batch) if ([...reached].some((one) => share(one, each))) reached.add(each)
        }
        expect(reached.size).toBe(batch.length)
      }
    }),
  )
})
