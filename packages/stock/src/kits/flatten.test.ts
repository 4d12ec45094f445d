import type { KitKind } from '@plimsoll/database'
import { fromEnvironment } from '@plimsoll/database/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { flattenKits, KIT_DEPTH_MAX, KIT_PARTS_MAX, type KitNode } from './flatten.ts'

const node = (sku: string, kind: KitKind = 'none', components: Record<string, number> = {}): KitNode => ({
  itemId: sku,
  sku,
  kind,
  components: Object.entries(components).map(([itemId, quantity]) => ({ itemId, quantity })),
})
const graphOf = (...nodes: KitNode[]) => new Map(nodes.map((each) => [each.itemId, each]))
const kit = (sku: string, components: Record<string, number>) => node(sku, 'virtual', components)

test('quantities are multiplied along the way and added over the ways; an assembled kit stays whole', () => {
  const graph = graphOf(
    node('cup'),
    node('tin'),
    node('card'),
    node('hamper', 'assembled', { tin: 1, cup: 9 }),
    kit('pair', { cup: 2, card: 1 }),
    kit('party', { pair: 3, cup: 1, hamper: 2 }),
  )
  expect(flattenKits(graph, ['party', 'pair', 'hamper'])).toEqual({
    kind: 'flattened',
    parts: new Map([
      [
        'party',
        [
          { itemId: 'card', quantity: 3 },
          { itemId: 'cup', quantity: 7 },
          { itemId: 'hamper', quantity: 2 },
        ],
      ],
      [
        'pair',
        [
          { itemId: 'card', quantity: 1 },
          { itemId: 'cup', quantity: 2 },
        ],
      ],
      [
        'hamper',
        [
          { itemId: 'cup', quantity: 9 },
          { itemId: 'tin', quantity: 1 },
        ],
      ],
    ]),
  })
})

test.each<[string, KitNode[], string, { code: string; message: string }]>([
  [
    'a kit that contains itself',
    [kit('A', { A: 1 })],
    'A',
    { code: 'kit-cycle', message: 'A kit cannot contain itself: A → A.' },
  ],
  [
    'a longer way round, named from where it begins',
    [kit('START', { A: 1 }), kit('A', { B: 1 }), kit('B', { C: 2, D: 1 }), node('C'), kit('D', { A: 1 })],
    'START',
    { code: 'kit-cycle', message: 'A kit cannot contain itself: A → B → D → A.' },
  ],
  [
    'a kit assembled from itself by way of a virtual one',
    [node('A', 'assembled', { B: 1 }), kit('B', { A: 1 })],
    'B',
    { code: 'kit-cycle', message: 'A kit cannot contain itself: B → A → B.' },
  ],
  [
    'more units than a count may be',
    [kit('A', { B: 2 ** 31 }), kit('B', { C: 2 ** 31 }), node('C')],
    'A',
    {
      code: 'quantity-out-of-range',
      message: 'One "A" would need more units of "C" than a stock count may be.',
    },
  ],
  [
    'the same by adding up',
    [kit('A', { B: 1, C: 1 }), kit('B', { D: Number.MAX_SAFE_INTEGER - 1 }), kit('C', { D: 2 }), node('D')],
    'A',
    {
      code: 'quantity-out-of-range',
      message: 'One "A" would need more units of "D" than a stock count may be.',
    },
  ],
  [
    'too deep',
    [
      ...Array.from({ length: KIT_DEPTH_MAX + 1 }, (_, depth) => kit(`K${depth}`, { [`K${depth + 1}`]: 1 })),
      node(`K${KIT_DEPTH_MAX + 1}`),
    ],
    'K0',
    { code: 'kit-too-large', message: `Kits would be nested ${KIT_DEPTH_MAX + 1} deep in "K0".` },
  ],
])('refused: %s', (_, nodes, kitId, refusal) => {
  expect(flattenKits(graphOf(...nodes), [kitId])).toMatchObject({ kind: 'refused', ...refusal })
})

test('as deep and as many as may be is taken, and not one more', () => {
  const chain = Array.from({ length: KIT_DEPTH_MAX }, (_, depth) =>
    kit(`K${depth}`, { [`K${depth + 1}`]: 1 }),
  )
  expect(flattenKits(graphOf(...chain, node(`K${KIT_DEPTH_MAX}`)), ['K0']).kind).toBe('flattened')
  const plain = Array.from({ length: KIT_PARTS_MAX + 1 }, (_, nth) => `P${nth}`)
  const ofAll = (skus: string[]) => Object.fromEntries(skus.map((sku) => [sku, 1]))
  const nodes = [...plain.map((sku) => node(sku)), kit('A', ofAll(plain.slice(0, 900)))]
  const within = graphOf(...nodes, kit('ALL', { A: 1, ...ofAll(plain.slice(900, KIT_PARTS_MAX)) }))
  expect(flattenKits(within, ['ALL']).kind).toBe('flattened')
  const beyond = graphOf(...nodes, kit('ALL', { A: 1, ...ofAll(plain.slice(900)) }))
  expect(flattenKits(beyond, ['ALL'])).toMatchObject({ kind: 'refused', code: 'kit-too-large' })
})

/** Few items, so that ways meet again; any may name any, so that some close a cycle. */
const anyGraph = (may: 'cycle' | 'no cycle') =>
  fc
    .array(
      fc.record({
        kind: fc.constantFrom<KitKind>('none', 'virtual', 'virtual', 'virtual', 'assembled'),
        named: fc.array(fc.tuple(fc.nat(8), fc.integer({ min: 1, max: 5 })), { minLength: 1, maxLength: 3 }),
      }),
      { minLength: 2, maxLength: 9 },
    )
    .map((drawn) =>
      graphOf(
        ...drawn.map(({ kind, named }, nth) => {
          const components = named.flatMap(([other, quantity]): [string, number][] => {
            const target = may === 'cycle' ? other % drawn.length : nth + 1 + other
            return target < drawn.length ? [[`I${target}`, quantity]] : []
          })
          return kind === 'none' || components.length === 0
            ? node(`I${nth}`)
            : node(`I${nth}`, kind, Object.fromEntries(components))
        }),
      ),
    )

/** Every way down, one unit of the kit at a time: what flattening must equal. */
function expand(graph: ReadonlyMap<string, KitNode>, kitId: string): Record<string, number> {
  const counted: Record<string, number> = {}
  const walk = (itemId: string, times: number) => {
    for (const component of graph.get(itemId)?.components ?? []) {
      const units = times * component.quantity
      if (graph.get(component.itemId)?.kind === 'virtual') walk(component.itemId, units)
      else counted[component.itemId] = (counted[component.itemId] ?? 0) + units
    }
  }
  walk(kitId, 1)
  return counted
}

test('flattening equals a naive expansion of every way', () => {
  fc.assert(
    fc.property(anyGraph('no cycle'), (graph) => {
      const flat = flattenKits(graph, [...graph.keys()])
      if (flat.kind === 'refused') throw new Error(flat.message)
      for (const [kitId, parts] of flat.parts) {
        expect(Object.fromEntries(parts.map((part) => [part.itemId, part.quantity]))).toEqual(
          expand(graph, kitId),
        )
      }
    }),
    fromEnvironment(300),
  )
})

/** Which items can be reached from one by at least one step. */
function reach(graph: ReadonlyMap<string, KitNode>, from: string): Set<string> {
  const reached = new Set<string>()
  const waiting = [from]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    for (const { itemId } of graph.get(next)?.components ?? []) {
      if (!reached.has(itemId)) waiting.push(itemId)
      reached.add(itemId)
    }
  }
  return reached
}

test('a cycle is always found and named in its order, and nothing else is refused as one', () => {
  let cycles = 0
  let others = 0
  fc.assert(
    fc.property(anyGraph('cycle'), (graph) => {
      for (const kitId of graph.keys()) {
        const below = [kitId, ...reach(graph, kitId)]
        const isCyclic = below.some((each) => reach(graph, each).has(each))
        const flat = flattenKits(graph, [kitId])
        expect(flat.kind === 'refused' && flat.code === 'kit-cycle').toBe(isCyclic)
        if (flat.kind !== 'refused') {
          others += 1
          continue
        }
        cycles += 1
        const [, named = ''] = flat.message.match(/: (.+)\.$/) ?? []
        const path = named.split(' → ')
        expect(path.length).toBeGreaterThan(1)
        expect(path[0]).toBe(path.at(-1))
        for (const [nth, sku] of path.slice(0, -1).entries()) {
          expect(graph.get(sku)?.components.map(({ itemId }) => itemId)).toContain(path[nth + 1])
        }
      }
    }),
    fromEnvironment(300),
  )
  // Else this test would not have looked at both.
  expect(cycles).toBeGreaterThan(0)
  expect(others).toBeGreaterThan(0)
})
