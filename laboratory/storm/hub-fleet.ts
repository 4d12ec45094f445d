import { type Child, startChild } from '../../apps/hub/src/demo/children.ts'
import { systemTiming } from '../../packages/database/src/clock.ts'

/** One hub process and its supervisor, who starts it again whenever it has ended. */
export type Hub = {
  number: number
  roles: string
  port: number
  args: readonly string[]
  child: Child | undefined
  isFrozen: boolean
  /** It serves and nobody has done anything to it since this moment; Infinity: it does not. */
  wellSinceMs: number
}

export type StopReport = { hub: number; ms: number; code: number | null }

const RESTART_MS = 500
/** A hub asked politely must have ended by then. Requests under way have 3 s, calls 2 s, and statements must not hang. */
const STOP_MS_MAX = 15_000

const sentence = /^plimsoll: [^\n]+$/

/** Mixtures of roles: of three processes one only works and one only answers. */
export function rolesOf(count: number): string[] {
  const mixture = ['api,worker', 'worker', 'api', 'api,worker']
  if (count === 1) return ['api,worker']
  if (count === 2) return ['api,worker', 'api,worker']
  return Array.from({ length: count }, (_, at) => mixture[at % mixture.length] ?? 'api,worker')
}

export class HubFleet {
  readonly hubs: Hub[]
  readonly #options: { environment: NodeJS.ProcessEnv; onLog(line: string): void; say(line: string): void }
  readonly #over = new AbortController()
  readonly #supervisors: Promise<void>[] = []
  /** Starts that failed, each by the sentence it ended with. */
  readonly failedStarts: string[] = []
  /** Starts that failed with anything but one plain sentence. */
  readonly unclearStarts: string[] = []
  readonly stops: StopReport[] = []
  starts = 0

  constructor(
    hubs: readonly Pick<Hub, 'roles' | 'port' | 'args'>[],
    options: { environment: NodeJS.ProcessEnv; onLog(line: string): void; say(line: string): void },
  ) {
    this.hubs = hubs.map((hub, at) => ({
      ...hub,
      number: at + 1,
      child: undefined,
      isFrozen: false,
      wellSinceMs: Number.POSITIVE_INFINITY,
    }))
    this.#options = options
  }

  /** Starts all and waits until each is ready. */
  async start(): Promise<void> {
    for (const hub of this.hubs) this.#supervisors.push(this.#supervise(hub))
    await this.untilAllServe()
  }

  async untilAllServe(): Promise<void> {
    while (this.hubs.some(({ child }) => child === undefined)) await systemTiming.sleep(50)
  }

  kill(at: number): boolean {
    const hub = this.hubs[at]
    if (hub?.child === undefined) return false
    this.#unwell(hub)
    hub.isFrozen = false
    return hub.child.process.kill('SIGKILL')
  }

  async freeze(at: number, forMs: number): Promise<boolean> {
    const hub = this.hubs[at]
    if (hub?.child === undefined || hub.isFrozen) return false
    const { child } = hub
    hub.isFrozen = true
    this.#unwell(hub)
    child.process.kill('SIGSTOP')
    await systemTiming.sleep(forMs)
    this.#thaw(hub, child)
    return true
  }

  /** SIGTERM, and the time until it has ended; one that hangs is killed and reported. */
  async stop(at: number): Promise<boolean> {
    const hub = this.hubs[at]
    if (hub?.child === undefined || hub.isFrozen) return false
    const { child } = hub
    this.#unwell(hub)
    const startedMs = performance.now()
    child.process.kill('SIGTERM')
    const late = setTimeout(() => child.process.kill('SIGKILL'), STOP_MS_MAX)
    await child.ended
    clearTimeout(late)
    const { exitCode, signalCode } = child.process
    // Killed or frozen by another trouble meanwhile: that says nothing about stopping.
    const ms = Math.round(performance.now() - startedMs)
    if (signalCode === null || ms >= STOP_MS_MAX) this.stops.push({ hub: hub.number, ms, code: exitCode })
    return true
  }

  /** Frozen ones go on. */
  thaw(): void {
    for (const hub of this.hubs) if (hub.child !== undefined && hub.isFrozen) this.#thaw(hub, hub.child)
  }

  async close(): Promise<void> {
    this.#over.abort()
    for (const { child } of this.hubs) {
      child?.process.kill('SIGKILL')
      await child?.ended
    }
    await Promise.all(this.#supervisors)
  }

  #thaw(hub: Hub, child: Child): void {
    if (hub.child !== child) return
    child.process.kill('SIGCONT')
    hub.isFrozen = false
    hub.wellSinceMs = performance.now()
  }

  #unwell(hub: Hub): void {
    hub.wellSinceMs = Number.POSITIVE_INFINITY
  }

  async #supervise(hub: Hub): Promise<void> {
    const { signal } = this.#over
    while (!signal.aborted) {
      const child = await this.#tryToStart(hub)
      if (child !== undefined) {
        hub.child = child
        hub.isFrozen = false
        hub.wellSinceMs = performance.now()
        if (signal.aborted) child.process.kill('SIGKILL')
        await child.ended
        hub.child = undefined
        this.#unwell(hub)
      }
      await systemTiming.sleep(RESTART_MS, signal)
    }
  }

  async #tryToStart(hub: Hub): Promise<Child | undefined> {
    const said: string[] = []
    const onLog = (line: string) => {
      said.push(line.replace(/^[^:]+: /, ''))
      this.#options.onLog(line)
    }
    try {
      this.starts += 1
      return await startChild(`hub ${hub.number}`, hub.args, { ...this.#options, onLog })
    } catch (error) {
      if (this.#over.signal.aborted) return undefined
      // What it logged as JSON is its log; the rest is what a person reads.
      const spoken = said.filter((line) => !line.startsWith('{'))
      const [only] = spoken
      if (spoken.length === 1 && only !== undefined && sentence.test(only)) this.failedStarts.push(only)
      else this.unclearStarts.push(spoken.join('\n') || String(error))
      return undefined
    }
  }
}
