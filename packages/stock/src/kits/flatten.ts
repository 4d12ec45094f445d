import type { KitKind } from '@plimsoll/database'
import { assert } from '../assert.ts'
import { type Refusal, refuse } from '../errors.ts'

/** An item as a kit sees it. What is no kit has no components. Quantities: base units in one base unit of the kit. */
export type KitNode = {
  itemId: string
  sku: string
  kind: KitKind
  components: readonly KitPart[]
}

export type KitPart = { itemId: string; quantity: number }

/** Kits within kits, a kit of plain items being 1. */
export const KIT_DEPTH_MAX = 10
/** Different items that one kit may come down to: each is looked at for every level that sells the kit. */
export const KIT_PARTS_MAX = 1_000

/**
 * Takes kits apart into what they come down to: virtual kits within are replaced by their own parts, plain items
 * and assembled kits stay. Quantities are multiplied along the way and added over the ways.
 * Cycles count over all kits: a kit assembled from itself could never be assembled for the first time.
 * @param graph every item that can be reached from `kitIds`, by id
 * @returns the parts of each of `kitIds`, in order of item id; or why they cannot be
 */
export function flattenKits(
  graph: ReadonlyMap<string, KitNode>,
  kitIds: readonly string[],
): { kind: 'flattened'; parts: Map<string, KitPart[]> } | Refusal {
  const known = new Map<string, Flat>()
  const parts = new Map<string, KitPart[]>()
  for (const kitId of kitIds) {
    const flat = flattenOne(graph, nodeOf(graph, kitId), [], known)
    if ('kind' in flat) return flat
    parts.set(
      kitId,
      [...flat.parts]
        .map(([itemId, quantity]) => ({ itemId, quantity }))
        .sort((a, b) => (a.itemId < b.itemId ? -1 : 1)),
    )
  }
  return { kind: 'flattened', parts }
}

type Flat = { depth: number; parts: ReadonlyMap<string, number> }

function flattenOne(
  graph: ReadonlyMap<string, KitNode>,
  kit: KitNode,
  above: readonly KitNode[],
  known: Map<string, Flat>,
): Flat | Refusal {
  const begun = above.indexOf(kit)
  if (begun >= 0) {
    const path = [...above.slice(begun), kit].map(({ sku }) => sku)
    return refuse('kit-cycle', 'components', `A kit cannot contain itself: ${path.join(' → ')}.`)
  }
  const earlier = known.get(kit.itemId)
  if (earlier !== undefined) return earlier

  const parts = new Map<string, number>()
  let depth = 0
  for (const component of kit.components) {
    const node = nodeOf(graph, component.itemId)
    const flat = flattenOne(graph, node, [...above, kit], known)
    if ('kind' in flat) return flat
    depth = Math.max(depth, flat.depth + 1)
    const added = node.kind === 'virtual' ? flat.parts : new Map([[node.itemId, 1]])
    for (const [itemId, quantity] of added) {
      const sum = (parts.get(itemId) ?? 0) + component.quantity * quantity
      if (!Number.isSafeInteger(sum)) return tooMany(graph, kit, itemId)
      parts.set(itemId, sum)
    }
  }
  if (depth > KIT_DEPTH_MAX) {
    const message = `Kits would be nested ${depth} deep in "${kit.sku}".`
    return refuse('kit-too-large', 'components', message)
  }
  if (parts.size > KIT_PARTS_MAX) {
    const message = `"${kit.sku}" would come down to ${parts.size} different items.`
    return refuse('kit-too-large', 'components', message)
  }
  const flat = { depth, parts }
  known.set(kit.itemId, flat)
  return flat
}

function tooMany(graph: ReadonlyMap<string, KitNode>, kit: KitNode, itemId: string): Refusal {
  const { sku } = nodeOf(graph, itemId)
  return refuse(
    'quantity-out-of-range',
    'components',
    `One "${kit.sku}" would need more units of "${sku}" than a stock count may be.`,
  )
}

function nodeOf(graph: ReadonlyMap<string, KitNode>, itemId: string): KitNode {
  const node = graph.get(itemId)
  assert(node !== undefined, 'every component of a kit is a known item')
  return node
}
