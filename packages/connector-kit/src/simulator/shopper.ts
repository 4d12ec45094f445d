import type { Recipient } from '../warehouse/shapes.ts'
import type { PlacedOrder } from './control.ts'
import type { ControlledPlatform, SimulatorServices } from './simulator.ts'

/** Buys on a simulated platform, by whichever door (storefront or control API), and keeps the books of it. */
export function createShopper({ control }: ControlledPlatform, { books, nextAddress }: SimulatorServices) {
  return {
    /** @param to whom it goes: unless given, somebody of the simulator's seed; null: the platform is not to say */
    async checkout(
      lines: readonly { sku: string; quantity: number }[],
      to?: Recipient | null,
    ): Promise<PlacedOrder> {
      // Stamped before: the platform may send the order's webhook before it returns.
      const atNs = books.nowNs()
      const placed = await control.placeOrder(lines, to === undefined ? nextAddress() : (to ?? undefined))
      if (placed.kind === 'placed') {
        books.orders.append({ externalId: placed.externalId, atNs, lines: placed.lines })
      } else {
        const refused = lines.filter((line) => placed.skus.includes(line.sku))
        for (const { sku, quantity } of refused) books.refusals.append({ atNs, sku, quantity })
      }
      return placed
    },
  }
}
