import type { Clock } from '@plimsoll/connector-kit'
import type { ShopControl } from './control.ts'
import type { History } from './history.ts'

export type ShopperOptions = {
  history: History
  shops: readonly ShopControl[]
  ordersPerSecond: number
  clock: Clock
  random(): number
  signal: AbortSignal
}

/** Shares of orders that are cancelled, and shipped, some time after they were placed. */
const CANCELLED_SHARE = 0.04
const SHIPPED_SHARE = 0.25
const LATER_MS = 2_000

/**
 * Replays the history faster than life, each order in one of the shops by chance; the gaps between
 * orders keep their proportions. Starts over at the end. A shop that is short refuses, as for anyone.
 */
export async function replayShoppers(options: ShopperOptions): Promise<void> {
  const { history, shops, clock, random, signal } = options
  const span = Math.max(1, history.orders.at(-1)?.at ?? 1)
  const msPerSecond = (history.orders.length / span / options.ordersPerSecond) * 1_000
  const afterwards: Promise<void>[] = []
  const startedMs = clock.monotonic()
  for (let round = 0; !signal.aborted; round += 1) {
    for (const order of history.orders) {
      const dueMs = startedMs + (round * span + order.at) * msPerSecond
      await clock.sleep(dueMs - clock.monotonic(), signal).catch(() => undefined) // the run is over
      if (signal.aborted) break
      const shop = shops[Math.floor(random() * shops.length)]
      if (shop === undefined) continue
      const lines = order.lines.flatMap(([index, quantity]) => {
        const item = history.items[index]
        return item === undefined ? [] : [{ sku: item.sku, quantity }]
      })
      const externalId = await shop.buy(lines)
      if (externalId !== undefined) afterwards.push(later(options, shop, externalId))
    }
  }
  await Promise.all(afterwards)
}

/** Some orders are cancelled and some shipped a while after; a run that ends first leaves them as they are. */
async function later(options: ShopperOptions, shop: ShopControl, externalId: string): Promise<void> {
  const { random, clock, signal } = options
  const chance = random()
  const step =
    chance < CANCELLED_SHARE ? 'cancel' : chance < CANCELLED_SHARE + SHIPPED_SHARE ? 'fulfill' : undefined
  if (step === undefined) return
  await clock.sleep(LATER_MS * (0.5 + random()), signal).catch(() => undefined) // the run is over
  if (!signal.aborted) await shop.stepOrder(externalId, step)
}
