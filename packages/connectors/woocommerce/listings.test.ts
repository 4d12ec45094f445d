import { fromEnvironment } from '@plimsoll/connector-kit/conformance'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { connect } from './simulator/connect.ts'
import { createWooCommerceSimulator } from './simulator/index.ts'

test('variations of many parents are read some at a time, and none is missed while products are deleted', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom('simple', 'variable', 'variable'), { minLength: 60, maxLength: 130 }),
      fc.array(fc.nat({ max: 129 }), { maxLength: 4 }),
      async (types, deletions) => {
        const simulator = await createWooCommerceSimulator({ variationsRoute: false })
        try {
          const { catalogue } = simulator.shop
          const products = types.map((type, at) =>
            catalogue.add({
              name: `P${at}`,
              type: type === 'simple' ? 'simple' : 'variable',
              manageStock: false,
            }),
          )
          for (const { id, type } of products) {
            if (type === 'variable') catalogue.add({ name: 'S', parentId: id, option: 'S', stock: 1 })
          }
          const connection = connect(simulator)
          const told = new Set<string>()
          const gone = new Set<number>()
          for (let cursor: string | undefined, pages = 0; ; pages += 1) {
            expect(pages).toBeLessThan(80)
            const before = connection.calls.length
            const page = await connection.operations.listings(cursor)
            // The page, the route that is not there, and a request for each of ten parents.
            expect(connection.calls.length - before).toBeLessThanOrEqual(12)
            for (const row of page.rows) told.add(row.title.split(' – ')[0] ?? '')
            const deleted = products[deletions[pages] ?? -1]
            if (deleted !== undefined && !gone.has(deleted.id)) {
              gone.add(deleted.id)
              catalogue.trash(deleted)
            }
            if (page.next === undefined) break
            cursor = page.next
          }
          const missed = products.filter(({ id, name }) => !gone.has(id) && !told.has(name))
          expect(missed.map(({ name }) => name)).toEqual([])
        } finally {
          await simulator.close()
        }
      },
    ),
    fromEnvironment({ numRuns: 15 }),
  )
}, 60_000)
