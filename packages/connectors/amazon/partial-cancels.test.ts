import { expectSoundOrder, fromEnvironment } from '@plimsoll/connector-kit/conformance'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { atOnce, withAccount } from './testing/connected-account.ts'
import { openWithoutLimits } from './testing/without-limits.ts'

/** Units of an item are cancelled by buyer or seller while the rest of the order stands. */

test.each(['2026-01-01', 'v0'] as const)(
  'I11: whatever is cancelled of an order and shipped of it, in any order, the %s API tells what is left',
  (ordersApi) =>
    withAccount({ ...atOnce, burstFactor: 1_000_000 }, async ({ seed, buy, simulator }) => {
      const operations = openWithoutLimits(simulator, { ordersApi })
      await seed({ sku: 'MUG', quantity: 10_000 })
      const { account } = simulator
      const step = fc.record({
        what: fc.constantFrom('cancel' as const, 'ship' as const),
        units: fc.integer({ min: 1, max: 3 }),
        by: fc.constantFrom('BUYER' as const, 'MERCHANT' as const),
      })
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 4 }), async (steps) => {
          const id = await buy('MUG', 5)
          const order = account.orders.get(id)
          const [item] = order?.items ?? []
          if (order === undefined || item === undefined) throw new Error('it was bought')
          const [line] = (await operations.order(id)).lines
          const before = account.listings.get('MUG')?.quantity ?? 0
          let cancelled = 0
          let shipped = 0
          for (const [at, { what, units, by }] of steps.entries()) {
            if (units > 5 - cancelled - shipped) continue
            if (what === 'cancel') {
              account.cancelUnits(order, { itemId: item.id, units, by })
              cancelled += units
            } else {
              await operations.ship({
                shipmentId: `${id}-${at}`,
                orderExternalId: id,
                lines: [{ lineExternalId: line?.externalId ?? '', quantity: units }],
                tracking: { carrier: 'UPS', number: `1Z${id}${at}`, url: undefined },
                notifyCustomer: false,
              })
              shipped += units
            }
          }
          const read = await operations.order(id)
          expectSoundOrder(read)
          expect(read.lines).toMatchObject([{ current: 5 - cancelled, shipped }])
          const isDone = cancelled + shipped === 5
          expect(read.state).toBe(!isDone ? 'open' : shipped > 0 ? 'closed' : 'cancelled')
          expect(account.listings.get('MUG')?.quantity).toBe(before + cancelled)
        }),
        fromEnvironment({ numRuns: 12 }),
      )
    }),
)
