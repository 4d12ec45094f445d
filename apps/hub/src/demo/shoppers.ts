import type { Clock } from '@plimsoll/connector-kit'
import type { ShopControl } from './control.ts'
import type { History } from './history.ts'

export type ShopperOptions = {
  history: History
  shops: readonly ShopControl[]
  ordersPerSecond: number
  /** Of orders that are refunded before they ship, some time after they were placed; 0 unless given. */
  refundedShare?: number
  /** Of orders that the shop's staff mark as shipped; a quarter unless given. */
  shippedShare?: number
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

/** Some orders are cancelled, shipped or refunded a while after; a run that ends first leaves them as they are. */
async function later(options: ShopperOptions, shop: ShopControl, externalId: string): Promise<void> {
  const { random, clock, signal, refundedShare = 0, shippedShare = SHIPPED_SHARE } = options
  const step = stepOf<'cancel' | 'fulfill' | 'refund'>(random(), [
    ['cancel', CANCELLED_SHARE],
    ['fulfill', shippedShare],
    ['refund', refundedShare],
  ])
  if (step === undefined) return
  await clock.sleep(LATER_MS * (0.5 + random()), signal).catch(() => undefined) // the run is over
  if (!signal.aborted) await shop.stepOrder(externalId, step)
}

/** Each step by its share of all chances from 0 to 1. */
function stepOf<Step>(chance: number, shares: readonly (readonly [Step, number])[]): Step | undefined {
  let from = 0
  for (const [step, share] of shares) {
    from += share
    if (chance < from) return step
  }
  return undefined
}
