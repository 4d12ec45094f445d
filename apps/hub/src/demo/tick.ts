import type { Clock } from '@plimsoll/connector-kit'
import type { HubBase } from '../hub-base.ts'
import type { DemoShop } from './brand.ts'
import { findOutOfStep } from './judge.ts'

export type Tick = {
  seconds: number
  ordersPlaced: number
  unitsSold: number
  refusedUnits: number
  drift: number
  restarts: number
}

/** Looks at everything once a second, for whoever watches. */
export async function tick(world: {
  onTick: ((tick: Tick) => void) | undefined
  base: HubBase
  shops: readonly DemoShop[]
  clock: Clock
  signal: AbortSignal
  startedMs: number
  restarts(): number
}): Promise<void> {
  const { onTick, clock, signal } = world
  if (onTick === undefined) return
  while (!signal.aborted) {
    await clock.sleep(1_000, signal).catch(() => undefined) // the run is over
    const states = await Promise.all(
      world.shops.map(async (shop) => ({ ...shop, state: await shop.control.state() })),
    )
    const sum = (pick: (state: (typeof states)[number]['state']) => number) =>
      states.reduce((total, each) => total + pick(each.state), 0)
    onTick({
      seconds: Math.round((clock.monotonic() - world.startedMs) / 1_000),
      ordersPlaced: sum((state) => state.ordersPlaced),
      unitsSold: sum((state) => state.unitsSold),
      refusedUnits: sum((state) => state.refusedUnits),
      drift: (await findOutOfStep(world.base.context, states)).length,
      restarts: world.restarts(),
    })
  }
}
