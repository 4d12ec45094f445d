import type { KitKind } from '@plimsoll/database'
import { type Refusal, refuse } from '../errors.ts'
import type { KitNode } from './flatten.ts'

/** What a person says of a kit. Quantities: base units in one base unit of the kit. */
export type KitRequest = {
  sku: string
  kind: KitKind
  components: readonly { sku: string; quantity: number }[]
  actor: string
  reason: string | null
  /** The version that the person saw; undefined: whatever it is. 0: not defined yet. */
  expectedVersion: number | undefined
}

export const KIT_COMPONENTS_MAX = 500

/** Refuses what no state of the database could accept, naming the row. */
export function findBadKit({ sku, kind, components }: KitRequest): Refusal | undefined {
  if (kind === 'none' && components.length > 0) {
    return refuse('kit-components', 'components', `"${sku}" is to be no kit, but components are given.`)
  }
  if (kind !== 'none' && components.length === 0) {
    return refuse('kit-components', 'components', `The kit "${sku}" would have no components.`)
  }
  if (components.length > KIT_COMPONENTS_MAX) {
    return refuse(
      'kit-components',
      'components',
      `The kit "${sku}" would have ${components.length} components.`,
    )
  }
  const rowOf = new Map<string, number>()
  for (const [row, component] of components.entries()) {
    const bad = findBadComponent(component, row)
    if (bad !== undefined) return bad
    const earlier = rowOf.get(component.sku)
    if (earlier !== undefined) {
      const message = `"${component.sku}" is named twice, in components ${earlier + 1} and ${row + 1}.`
      return refuse('kit-components', `components.${row}.sku`, message)
    }
    rowOf.set(component.sku, row)
  }
  return undefined
}

function findBadComponent({ sku, quantity }: { sku: string; quantity: number }, row: number) {
  const field = `components.${row}.quantity`
  const of = `of "${sku}"`
  if (!Number.isInteger(quantity)) {
    return refuse('quantity-not-whole', field, `${quantity} ${of} is not a whole number of base units.`)
  }
  if (!Number.isSafeInteger(quantity)) {
    return refuse('quantity-out-of-range', field, `${quantity} ${of} is larger than a stock count may be.`)
  }
  if (quantity < 1) {
    return refuse('quantity-not-positive', field, `A kit cannot contain ${quantity} units ${of}.`)
  }
  return undefined
}

/** An item of the organization, as far as kits need to know it. */
export type KitItem = { itemId: string; sku: string; name: string; kind: KitKind }

/**
 * Puts SKUs in their place, before anything is changed.
 * @param items all items that have one of the SKUs named
 * @param version of the kit as it stands; 0 where it was never defined
 */
export function resolveKit(
  request: KitRequest,
  items: readonly KitItem[],
  version: number,
): { kind: 'resolved'; kit: KitNode } | Refusal {
  const bySku = new Map(items.map((item) => [item.sku, item]))
  const item = bySku.get(request.sku)
  if (item === undefined) {
    return refuse('unknown-sku', 'sku', `There is no item with the SKU "${request.sku}".`)
  }
  if (request.expectedVersion !== undefined && request.expectedVersion !== version) {
    const message = `"${request.sku}" is at version ${version}, and the change was made for version ${request.expectedVersion}.`
    return refuse('version-changed', 'version', message)
  }
  const components = []
  for (const [row, { sku, quantity }] of request.components.entries()) {
    const component = bySku.get(sku)
    if (component === undefined) {
      const message = `Component ${row + 1}: there is no item with the SKU "${sku}".`
      return refuse('unknown-component', `components.${row}.sku`, message)
    }
    components.push({ itemId: component.itemId, quantity })
  }
  return { kind: 'resolved', kit: { itemId: item.itemId, sku: item.sku, kind: request.kind, components } }
}

/**
 * Stock of a virtual kit is that of its components, so nothing can be received, counted or held on the kit itself.
 * Asked of every item that movements are about to be written for, with its kind as it was when the balances were
 * locked: `defineKit` locks those of the item before it becomes virtual.
 */
export function refuseStockOfKit(sku: string, kind: KitKind): Refusal | undefined {
  if (kind !== 'virtual') return undefined
  return refuse(
    'kit-has-no-stock',
    'sku',
    `"${sku}" is a virtual kit: its stock is that of its components, and it has none of its own.`,
  )
}

/** An item that has stock cannot become a virtual kit: the units would be counted nowhere. */
export function refuseKitOfStock(
  sku: string,
  figures: { onHand: number; reserved: number; held: number; incoming: number } | undefined,
): Refusal | undefined {
  if (figures === undefined) return undefined
  const { onHand, reserved, held, incoming } = figures
  return refuse(
    'kit-item-has-stock',
    'kind',
    `"${sku}" has stock of its own (on hand ${onHand}, reserved ${reserved}, held ${held}, incoming ${incoming}), so it cannot be a virtual kit.`,
  )
}
