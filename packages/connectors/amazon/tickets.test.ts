import { fromEnvironment } from '@plimsoll/connector-kit/conformance'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decideProof, fromTicket, SETTLES_MS, type Shown, type Ticket, toTicket } from './tickets.ts'

const text = fc.string({ minLength: 1, maxLength: 60, unit: 'binary' })
const common = {
  sku: text,
  quantity: fc.nat(999_999),
  before: fc.option(fc.integer({ min: -5, max: 999_999 })),
  sentAt: fc.nat(2 ** 42),
}
const anyTicket: fc.Arbitrary<Ticket> = fc.oneof(
  fc.record({ kind: fc.constant('patch' as const), submissionId: text, ...common }),
  fc.record({ kind: fc.constant('feed' as const), feedId: text, messageId: fc.nat(25_000), ...common }),
)

test('I3: a ticket says all that it was made of, whatever the SKU; two tickets are never one', () => {
  fc.assert(
    fc.property(anyTicket, anyTicket, (one, other) => {
      expect(fromTicket(toTicket(one))).toEqual(one)
      expect(toTicket(one) === toTicket(other)).toBe(JSON.stringify(one) === JSON.stringify(other))
    }),
    fromEnvironment(),
  )
})

test('whatever else is taken for a ticket is none', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (strange) => {
      const read = fromTicket(strange)
      if (read !== undefined) expect(fromTicket(toTicket(read))).toEqual(read)
    }),
    fromEnvironment(),
  )
  expect(fromTicket('["patch","s",1,"sku",-1,null]')).toBeUndefined()
  expect(fromTicket('["feed","f",1,"sku",1,null]')).toBeUndefined()
  expect(fromTicket('')).toBeUndefined()
})

const anyShown: fc.Arbitrary<Shown> = fc.oneof(
  fc.record({ kind: fc.constant('number' as const), quantity: fc.nat(30) }),
  fc.constant<Shown>({ kind: 'not-counted' }),
  fc.constant<Shown>({ kind: 'gone' }),
)

test('I12: as long as it may still come only the very number proves a write, and nothing is waited for for ever', () => {
  fc.assert(
    fc.property(
      fc.record({ quantity: fc.nat(30), before: fc.option(fc.nat(30)) }),
      anyShown,
      fc.nat(3 * SETTLES_MS),
      (sent, shown, elapsed) => {
        const proof = decideProof(sent, shown, { from: 1_000, now: 1_000 + elapsed })
        const isOver = elapsed >= SETTLES_MS
        expect(proof === 'gone').toBe(shown.kind === 'gone')
        if (shown.kind === 'number' && shown.quantity === sent.quantity) expect(proof).toBe('applied')
        if (isOver) expect(proof).not.toBe('waiting')
        else expect(['applied', 'waiting', 'gone']).toContain(proof)
        if (proof !== 'applied' || shown.kind !== 'number' || shown.quantity === sent.quantity) return
        // Some of it was sold: never more than was sent, and never what the former number may be as well.
        expect(isOver).toBe(true)
        expect(shown.quantity).toBeLessThan(sent.quantity)
        const isFormer =
          sent.before === null || (sent.before < sent.quantity && shown.quantity <= sent.before)
        expect(isFormer).toBe(false)
      },
    ),
    fromEnvironment(),
  )
})
