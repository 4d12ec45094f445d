import type { Clock } from '@plimsoll/connector-kit'
import type { HubBase } from '../hub-base.ts'
import type { DemoShop } from './brand.ts'
import type { DemoChannel } from './channels.ts'
import { judge } from './judge.ts'

/** What the hub and a busy machine may take beside the platforms' own delays, by the machine's clock. */
const OURS_MS = 30_000
/** Patience beyond that, so that what comes late is told apart from what never comes. */
const BEYOND_MS = 60_000
const LOOK_MS = 300
/** So many looks in a row: a write on its way must not be mistaken for peace. */
const CALM_LOOKS = 3

export type Settled = {
  /** Until all was calm, by the machine's clock. */
  ms: number
  /** When each shop fell into step for good, by the machine's clock; undefined: it did not. */
  shopMs: Map<string, number | undefined>
}

/**
 * Until every platform shows what the hub desires and every order has arrived; or until patience ends.
 * @param world.slowestMs the slowest platform's delays, by its own clock, which runs `factor` times as fast
 */
export async function settle(world: {
  base: HubBase
  shops: readonly DemoShop[]
  clock: Clock
  factor: number
  slowestMs: number
  signal: AbortSignal
}): Promise<Settled> {
  const { clock, base, shops, signal } = world
  const patienceMs = OURS_MS + world.slowestMs / world.factor + BEYOND_MS
  const startedMs = clock.monotonic()
  const calmSince = new Map<string, number | undefined>()
  for (let calm = 0; calm < CALM_LOOKS && !signal.aborted; ) {
    const atMs = clock.monotonic() - startedMs
    let isCalm = true
    for (const shop of shops) {
      const state = await shop.control.state()
      const orders = await shop.control.orders()
      const verdict = await judge(base.context, [{ ...shop, state, orders }], new Map())
      const isShopCalm = verdict.drift === 0 && verdict.ordersApplied === verdict.ordersPlaced
      calmSince.set(shop.connectionId, isShopCalm ? (calmSince.get(shop.connectionId) ?? atMs) : undefined)
      isCalm &&= isShopCalm
    }
    calm = isCalm ? calm + 1 : 0
    if (atMs > patienceMs) break
    await clock.sleep(LOOK_MS)
  }
  return {
    ms: clock.monotonic() - startedMs,
    shopMs: new Map(shops.map(({ connector, connectionId }) => [connector, calmSince.get(connectionId)])),
  }
}

export type PlatformVerdict = {
  /** From the last order until it was in step for good, by the platform's clock, milliseconds; null: it never was. */
  convergedAfterMs: number | null
  /** What its manifest declares that it may take, and ours beside it. */
  delayMs: number
  converged: boolean
}

/** Each platform against the delays that it declares (its own clock) and what we are allowed beside them. */
export function toPlatforms(
  channels: readonly DemoChannel[],
  { shopMs }: Settled,
  factor: number,
): Record<string, PlatformVerdict> {
  // A sale on the slowest must be heard of before any other can show what is left.
  const heardMs = Math.max(0, ...channels.map(({ delayMs }) => delayMs))
  return Object.fromEntries(
    channels.map(({ connector }) => {
      const ms = shopMs.get(connector)
      const delayMs = heardMs + OURS_MS * factor
      const convergedAfterMs = ms === undefined ? null : Math.round(ms * factor)
      return [
        connector,
        { convergedAfterMs, delayMs, converged: convergedAfterMs !== null && convergedAfterMs <= delayMs },
      ]
    }),
  )
}
