import { fromEnvironment } from '@plimsoll/database/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Circuit, type CircuitEvent, CLOSED, decideCircuit, mayCall } from './circuit.ts'

const closed: Circuit = { state: 'closed', failed: [false, true, true, true, true] }
const open: Circuit = { state: 'open', since: 1_000, failedProbes: 2, probeAt: 5_000 }
const halfOpen: Circuit = { state: 'half-open', since: 1_000, failedProbes: 2 }

/** Every state by every event: a missing cell does not compile. */
const table: Record<
  Circuit['state'],
  Record<CircuitEvent['kind'], { from: Circuit; at: number; to: Circuit }[]>
> = {
  closed: {
    succeeded: [
      { from: closed, at: 9, to: { state: 'closed', failed: [false, true, true, true, true, false] } },
    ],
    failed: [
      { from: CLOSED, at: 9, to: { state: 'closed', failed: [true] } },
      { from: closed, at: 9, to: { state: 'open', since: 9, failedProbes: 0, probeAt: 1_009 } },
      {
        from: { state: 'closed', failed: [true, true, false, true, false, true, false, true, false] },
        at: 9,
        to: { state: 'open', since: 9, failedProbes: 0, probeAt: 1_009 },
      },
    ],
    asked: [{ from: closed, at: 9, to: closed }],
  },
  open: {
    succeeded: [{ from: open, at: 2_000, to: CLOSED }],
    failed: [{ from: open, at: 2_000, to: open }],
    asked: [
      { from: open, at: 4_999, to: open },
      { from: open, at: 5_000, to: halfOpen },
    ],
  },
  'half-open': {
    succeeded: [{ from: halfOpen, at: 6_000, to: CLOSED }],
    failed: [
      { from: halfOpen, at: 6_000, to: { state: 'open', since: 1_000, failedProbes: 3, probeAt: 14_000 } },
    ],
    asked: [{ from: halfOpen, at: 6_000, to: halfOpen }],
  },
}

const cells = Object.entries(table).flatMap(([state, events]) =>
  Object.entries(events).flatMap(([kind, rows]) =>
    rows.map((row) => [state, kind as CircuitEvent['kind'], row] as const),
  ),
)
test.each(cells)('%s, %s', (_, kind, { from, at, to }) => {
  expect(decideCircuit(from, { kind, at })).toEqual(to)
})

test('however it goes: an open circuit is tried within a minute, and a platform that answers is called again', () => {
  const event = fc.record({ kind: fc.constantFrom('succeeded', 'failed', 'asked'), afterMs: fc.nat(90_000) })
  fc.assert(
    fc.property(fc.array(event, { maxLength: 100 }), (events) => {
      let circuit = CLOSED
      let at = 0
      for (const { kind, afterMs } of events) {
        at += afterMs
        // Nothing is called that may not be.
        if (kind !== 'asked' && !mayCall(circuit)) continue
        circuit = decideCircuit(circuit, { kind, at } as CircuitEvent)
        if (circuit.state === 'open') {
          expect(circuit.probeAt - at).toBeLessThanOrEqual(60_000)
          expect(circuit.since).toBeLessThanOrEqual(at)
        }
      }
      circuit = decideCircuit(circuit, { kind: 'asked', at: at + 60_000 })
      expect(mayCall(circuit)).toBe(true)
      circuit = decideCircuit(circuit, { kind: 'succeeded', at: at + 60_001 })
      expect(circuit.state).toBe('closed')
    }),
    fromEnvironment(),
  )
})
