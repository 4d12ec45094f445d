import { ALL_FAULTS, NO_FAULTS, toFaultSettings } from '../../apps/hub/src/demo/fault-switches.ts'
import { systemTiming } from '../../packages/database/src/clock.ts'
import type { LeaseWatch } from './lease-watch.ts'
import type { ProxyTrouble } from './proxy.ts'
import type { Trouble } from './troubles.ts'
import type { StormWorld } from './world.ts'

/** Brings troubles about as they fall due, and ends them. Counts those that found somebody to trouble. */
export class Weather {
  readonly #world: StormWorld
  readonly #leases: LeaseWatch
  readonly #counts: Record<string, number> = {}
  /** Of each link, the newest trouble: an older one that ends must not end it. */
  readonly #onLink = new Map<string, object>()
  readonly #say: (line: string) => void

  constructor(world: StormWorld, leases: LeaseWatch, say: (line: string) => void) {
    this.#world = world
    this.#leases = leases
    this.#say = say
  }

  get counts(): Readonly<Record<string, number>> {
    return this.#counts
  }

  get ailsDatabaseLink(): boolean {
    return [...this.#onLink.keys()].some((name) => name.startsWith('database'))
  }

  /** Until all are over, or told to stop; then the caller calls `calm`. */
  async blow(troubles: readonly Trouble[], signal: AbortSignal): Promise<void> {
    const startedMs = performance.now()
    const going: Promise<void>[] = []
    for (const trouble of troubles) {
      await systemTiming.sleep(startedMs + trouble.atMs - performance.now(), signal)
      if (signal.aborted) break
      this.#say(`  ${(trouble.atMs / 1_000).toFixed(1)} s  ${wordsOf(trouble)}`)
      going.push(this.#bring(trouble))
    }
    if (signal.aborted) this.#endLasting()
    await Promise.all(going)
  }

  /** Everything that ails is mended and everybody who is frozen goes on; it comes back by itself or not at all. */
  async calm(): Promise<void> {
    this.#endLasting()
    await this.#world.server.untilReady()
    await Promise.all(
      this.#world.platforms.map(({ control }) => control.setFaults(toFaultSettings(NO_FAULTS))),
    )
    await this.#world.fleet.untilAllServe()
  }

  #endLasting(): void {
    this.#onLink.clear()
    for (const proxy of this.#world.links.values()) proxy.set(undefined)
    this.#world.fleet.thaw()
    this.#world.server.thaw()
  }

  async #bring(trouble: Trouble): Promise<void> {
    if (await this.#act(trouble)) this.#counts[trouble.kind] = (this.#counts[trouble.kind] ?? 0) + 1
  }

  /** @returns whether there was anybody to trouble */
  async #act(trouble: Trouble): Promise<boolean> {
    const { server, fleet, links, platforms } = this.#world
    switch (trouble.kind) {
      case 'hub-kill':
        this.#taken(trouble.hub)
        return fleet.kill(trouble.hub)
      case 'hub-stop':
        return await fleet.stop(trouble.hub)
      case 'hub-freeze': {
        const pid = fleet.hubs[trouble.hub]?.child?.process.pid
        this.#taken(trouble.hub)
        const isDone = await fleet.freeze(trouble.hub, trouble.forMs)
        if (isDone && pid !== undefined) this.#leases.returned(pid)
        return isDone
      }
      case 'server-kill':
        await server.killAndRestart(trouble.forMs)
        return true
      case 'backend-kill':
        return await server.killBackend(trouble.pick)
      case 'backend-freeze':
        return await server.freezeBackend(trouble.pick, trouble.forMs)
      case 'link-cut':
        return (links.get(trouble.link)?.cut() ?? 0) > 0
      case 'link-delay': {
        const { leastMs, mostMs } = trouble
        return await this.#ail(trouble, { kind: 'delay', leastMs, mostMs })
      }
      case 'link-held':
        return await this.#ail(trouble, { kind: 'held' })
      case 'link-silent':
        return await this.#ail(trouble, { kind: 'silent' })
      case 'platform-faults': {
        const control = platforms[trouble.platform]?.control
        if (control === undefined) return false
        await control.setFaults(toFaultSettings(ALL_FAULTS))
        await systemTiming.sleep(trouble.forMs)
        await control.setFaults(toFaultSettings(NO_FAULTS))
        return true
      }
      default: {
        const never: never = trouble
        throw new Error(`unknown trouble ${JSON.stringify(never)}`)
      }
    }
  }

  #taken(at: number): void {
    const hub = this.#world.fleet.hubs[at]
    const pid = hub?.child?.process.pid
    if (hub !== undefined && pid !== undefined && !hub.isFrozen)
      this.#leases.taken(`hub ${hub.number}`, pid, performance.now())
  }

  async #ail({ link, forMs }: { link: string; forMs: number }, ailment: ProxyTrouble): Promise<boolean> {
    const proxy = this.#world.links.get(link)
    if (proxy === undefined) return false
    this.#onLink.set(link, ailment)
    proxy.set(ailment)
    await systemTiming.sleep(forMs)
    if (this.#onLink.get(link) === ailment) {
      this.#onLink.delete(link)
      proxy.set(undefined)
    }
    return true
  }
}

function wordsOf({ atMs: _, kind, ...rest }: Trouble): string {
  const details = Object.entries(rest).map(
    ([name, value]) => `${name} ${typeof value === 'number' ? Math.round(value * 100) / 100 : value}`,
  )
  return [kind, ...details].join(', ')
}
