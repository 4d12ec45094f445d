import type { BookedOrder, BookedWrite, ShopControl, ShopState } from '../../apps/hub/src/demo/control.ts'
import type { BookEvent } from '../../apps/hub/src/demo/oversells.ts'

/** What happened to an order after it was placed, as its platform answered it. */
export type BookedStep = { externalId: string; step: 'cancel' | 'refund' | 'fulfill'; atNs: bigint }

/** One platform's books at the end of a storm, and what its staff did. */
export type PlatformBooks = {
  connectionId: string
  name: string
  state: ShopState
  orders: readonly BookedOrder[]
  writes: readonly BookedWrite[]
  steps: readonly BookedStep[]
}

/** A change of stock that the hub has confirmed over its API. */
export type BookedStock = { sku: string; units: number; atNs: bigint }

/** The platform's controls, with a note of every step that it took. Its control API is past every proxy. */
export function noteSteps(control: ShopControl): ShopControl & { steps: BookedStep[] } {
  const steps: BookedStep[] = []
  return {
    ...control,
    steps,
    stepOrder: async (externalId, step) => {
      // Before: units that a cancellation sets free may be sold again before it is answered.
      const atNs = process.hrtime.bigint()
      const isDone = await control.stepOrder(externalId, step)
      if (isDone) steps.push({ externalId, step, atNs })
      return isDone
    },
  }
}

/** Steps by which nothing of an order is kept; those of ours come before anything has shipped. */
export function givesBack({ step }: Pick<BookedStep, 'step'>): boolean {
  return step === 'cancel' || step === 'refund'
}

/** What must be available of each SKU: what came in less what was sold and kept. */
export function availableOf(
  platforms: readonly Pick<PlatformBooks, 'orders' | 'steps'>[],
  received: ReadonlyMap<string, number>,
): Map<string, number> {
  const available = new Map(received)
  for (const { orders, steps } of platforms) {
    const givenBack = new Set(steps.filter(givesBack).map(({ externalId }) => externalId))
    for (const { externalId, lines } of orders) {
      if (givenBack.has(externalId)) continue
      for (const { sku, quantity } of lines) available.set(sku, (available.get(sku) ?? 0) - quantity)
    }
  }
  return available
}

/** Everything that moved stock or a platform's number, for `attributeOversells`; what was given back counts as never sold. */
export function toEvents(platforms: readonly PlatformBooks[], stock: readonly BookedStock[]): BookEvent[] {
  const ofPlatforms = platforms.flatMap(({ name: shop, state, orders, writes, steps }) => {
    const skus = new Map(state.levels.map(({ stockUnitId, sku }) => [stockUnitId, sku]))
    const givenBack = new Set(steps.filter(givesBack).map(({ externalId }) => externalId))
    const sold = orders
      .filter(({ externalId }) => !givenBack.has(externalId))
      .flatMap(({ atNs, lines }) =>
        lines.map(
          ({ sku, quantity }): BookEvent => ({
            kind: 'order',
            atNs: BigInt(atNs),
            sku,
            shop,
            units: quantity,
          }),
        ),
      )
    const written = writes.map(
      ({ atNs, stockUnitId, quantity }): BookEvent => ({
        kind: 'write',
        atNs: BigInt(atNs),
        sku: skus.get(stockUnitId) ?? '',
        shop,
        quantity,
      }),
    )
    return [...sold, ...written]
  })
  return [
    ...ofPlatforms,
    ...stock.map(({ atNs, sku, units }): BookEvent => ({ kind: 'stock', atNs, sku, units })),
  ]
}

export type Beyond = { sku: string; shop: string; externalId: string; units: number; atNs: bigint }

/**
 * Units sold of these SKUs beyond what there was at that moment, each sale and each return at its own time: what
 * guaranteed protection must never let happen.
 */
export function findSoldBeyond(
  platforms: readonly Pick<PlatformBooks, 'name' | 'orders' | 'steps'>[],
  stock: readonly BookedStock[],
  opening: ReadonlyMap<string, number>,
): Beyond[] {
  type Move = { atNs: bigint; sku: string; units: number; sale?: { shop: string; externalId: string } }
  const moves: Move[] = stock.map(({ sku, units, atNs }) => ({ sku, units, atNs }))
  for (const { name: shop, orders, steps } of platforms) {
    const back = new Map(steps.filter(givesBack).map(({ externalId, atNs }) => [externalId, atNs]))
    for (const { externalId, atNs, lines } of orders) {
      for (const { sku, quantity } of lines) {
        moves.push({ sku, units: -quantity, atNs: BigInt(atNs), sale: { shop, externalId } })
        const backAtNs = back.get(externalId)
        if (backAtNs !== undefined) moves.push({ sku, units: quantity, atNs: backAtNs })
      }
    }
  }
  const left = new Map(opening)
  const beyond: Beyond[] = []
  for (const { sku, units, atNs, sale } of moves.sort((a, b) => (a.atNs < b.atNs ? -1 : 1))) {
    const before = left.get(sku)
    if (before === undefined) continue
    left.set(sku, before + units)
    const excess = Math.min(-units, -(before + units))
    if (sale !== undefined && excess > 0) beyond.push({ sku, ...sale, units: excess, atNs })
  }
  return beyond
}
