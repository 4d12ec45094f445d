import { fromEnvironment } from '@plimsoll/connector-kit/conformance'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { order } from './answers.ts'
import { decideCancellation } from './cancelling.ts'
import { orderShape } from './testing/orders.ts'

const units = fc.record({ open: fc.nat(3), cancelled: fc.nat(3), shipped: fc.nat(3) })
const toOrder = (lines: readonly { open: number; cancelled: number; shipped: number }[]) =>
  order.parse(
    orderShape(
      lines.map(({ open, cancelled, shipped }, at) => ({
        number: String(at),
        ordered: open + cancelled + shipped,
        statuses: [
          ['Acknowledged', open],
          ['Cancelled', cancelled],
          ['Shipped', shipped],
        ],
      })),
    ),
  )

test('I11: never more units than are open, and what is cancelled already is left', () => {
  const lines = fc.array(units, { minLength: 1, maxLength: 3 })
  const asked = fc.option(fc.array(fc.tuple(fc.nat(3), fc.integer({ min: -1, max: 4 })), { maxLength: 3 }), {
    nil: undefined,
  })
  fc.assert(
    fc.property(lines, asked, (states, wanted) => {
      const given = wanted?.map(([line, quantity]) => ({ lineExternalId: String(line), quantity }))
      let decided: ReturnType<typeof decideCancellation>
      try {
        decided = decideCancellation(given, toOrder(states))
      } catch (error) {
        expect(error).toMatchObject({ kind: 'invalid' })
        return
      }
      for (const { lineNumber, quantity } of decided) {
        expect(quantity).toBeGreaterThan(0)
        expect(quantity).toBeLessThanOrEqual(states[Number(lineNumber)]?.open ?? 0)
      }
      if (given === undefined) {
        const open = states.reduce((sum, state) => sum + state.open, 0)
        expect(decided.reduce((sum, { quantity }) => sum + quantity, 0)).toBe(open)
      }
    }),
    fromEnvironment({ numRuns: 300 }),
  )
})
