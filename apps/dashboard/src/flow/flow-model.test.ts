import type { OverviewFlow } from '@plimsoll/client'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decideFlowMap, decideStanding, type FlowNode, flowsOf, keepSame } from './flow-model.ts'

type Connection = OverviewFlow['connections'][number]

const connection: fc.Arbitrary<Omit<Connection, 'connectionId'>> = fc.record({
  connector: fc.constantFrom('shopify', 'amazon', 'woocommerce', 'shipbob', 'netsuite'),
  connectorName: fc.constant('A platform'),
  colour: fc.constant('#000000'),
  name: fc.string({ maxLength: 8 }),
  kind: fc.constantFrom('channel' as const, 'channel' as const, 'warehouse' as const, 'erp' as const),
  state: fc.constantFrom('draft' as const, 'shadow' as const, 'live' as const, 'paused' as const),
  isRefused: fc.boolean(),
  error: fc.option(fc.constant('It is away.')),
  ordersPerMinute: fc.nat(50),
  writesPerMinute: fc.nat(50),
  delayMs: fc.option(fc.nat(5000)),
  waiting: fc.nat(100),
  parked: fc.nat(3),
  shipmentsOpen: fc.nat(9),
  ordersKnownUntil: fc.constant(null),
})
const world = fc
  .tuple(
    fc.array(connection, { maxLength: 220 }),
    fc.array(fc.constantFrom('warehouse', 'store', '3pl'), { maxLength: 40 }),
    fc.array(fc.nat(300), { maxLength: 8 }),
  )
  .map(([connections, kinds, counters]): OverviewFlow => {
    const named = connections.map((each, number) => ({ ...each, connectionId: `connection-${number}` }))
    return {
      connections: named,
      locations: kinds.map((kind, number) => ({
        locationId: `location-${number}`,
        code: `L${number}`,
        name: '',
        kind,
        countedBy: named[counters[number] ?? -1]?.connectionId ?? null,
        onHand: number,
      })),
      now: '2026-11-26T00:00:00Z',
    }
  })

const overlap = (a: FlowNode, b: FlowNode) =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height

test('however many there are, no two cards overlap, no edge hangs loose, and nothing of what flows is lost', () => {
  fc.assert(
    fc.property(world, fc.boolean(), (flow, isOpen) => {
      const closed = decideFlowMap(flow, new Set())
      const open = isOpen ? new Set(closed.nodes.map(({ id }) => id)) : new Set<string>()
      const { nodes, edges } = decideFlowMap(flow, open)
      for (const [number, node] of nodes.entries()) {
        for (const other of nodes.slice(number + 1))
          expect(overlap(node, other), `${node.id} ${other.id}`).toBe(false)
      }
      const ids = new Set(nodes.map(({ id }) => id))
      expect(ids.size).toBe(nodes.length)
      for (const { from, to } of edges) expect([ids.has(from), ids.has(to)]).toEqual([true, true])
      // Few enough to read while every group is closed.
      expect(closed.nodes.length).toBeLessThanOrEqual(1 + 12 * 3)
      const drawn = edges.flatMap(({ flows }) => flows ?? [])
      const all = flowsOf(flow.connections)
      for (const name of [
        'ordersPerMinute',
        'writesPerMinute',
        'waiting',
        'parked',
        'shipmentsOpen',
      ] as const) {
        expect(drawn.reduce((sum, flows) => sum + flows[name], 0)).toBe(all[name])
      }
      // The worst is seen from outside a closed group, too.
      const isAnyRefused = flow.connections.some((each) => decideStanding(each) === 'refused')
      expect(closed.edges.some(({ standing }) => standing === 'refused')).toBe(isAnyRefused)
    }),
    { numRuns: 60 },
  )
})

test('only what changed is another object than before', () => {
  const before = new Map()
  const [a, b] = keepSame(before, [
    { id: 'a', n: 1 },
    { id: 'b', n: 1 },
  ])
  const next = keepSame(before, [
    { id: 'b', n: 2 },
    { id: 'a', n: 1 },
  ])
  expect(next[1]).toBe(a)
  expect(next[0]).not.toBe(b)
  keepSame(before, [])
  expect(before.size).toBe(0)
})
