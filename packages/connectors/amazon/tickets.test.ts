import { fromEnvironment } from '@plimsoll/connector-kit/conformance'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decideProof, fromTicket, SETTLES_MS, type Shown, type Ticket, toTicket } from './tickets.ts'

const text = fc.string({ minLength: 1, maxLength: 60, unit: 'binary' })
const common = { sku: text, quantity: fc.nat(999_999), sentAt: fc.nat(2 ** 42) }
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
  expect(fromTicket('["patch","s",1,"sku",-1]')).toBeUndefined()
  expect(fromTicket('["feed","f",1,"sku",1]')).toBeUndefined()
  expect(fromTicket('')).toBeUndefined()
})

const anyShown: fc.Arbitrary<Shown> = fc.oneof(
  fc.record({ kind: fc.constant('number' as const), quantity: fc.nat(30) }),
  fc.constant<Shown>({ kind: 'not-counted' }),
  fc.constant<Shown>({ kind: 'gone' }),
)

test('I12: only the very number that was sent proves a write, and nothing is waited for for ever', () => {
  fc.assert(
    fc.property(fc.nat(30), anyShown, fc.nat(3 * SETTLES_MS), (sent, shown, elapsed) => {
      const proof = decideProof(sent, shown, { from: 1_000, now: 1_000 + elapsed })
      expect(proof === 'applied').toBe(shown.kind === 'number' && shown.quantity === sent)
      expect(proof === 'gone').toBe(shown.kind === 'gone')
      if (elapsed >= SETTLES_MS) expect(proof).not.toBe('waiting')
      if (proof === 'unknown') expect(elapsed).toBeGreaterThanOrEqual(SETTLES_MS)
    }),
    fromEnvironment(),
  )
})
