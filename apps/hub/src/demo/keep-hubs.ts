import type { Clock } from '@plimsoll/connector-kit'
import type { Child, Ending } from './children.ts'

export type HubProcess = { child: Child; url: string; args: readonly string[] }

/** A hub that ended although nobody ended it. */
export type Crash = Ending & { hub: string; atMs: number }

export type KeptHubs = {
  /** Kills one without warning, and starts it again a while later. */
  kill(index: number): Promise<void>
  killedAtMs: number[]
  crashes: Crash[]
  /** From now on whatever ends is left so. */
  stop(): Promise<void>
}

const RESTART_MS = 1_000

/** Starts hubs again that end: killed on purpose, or by themselves, which is told. As a supervisor would. */
export function keepHubs(
  hubs: HubProcess[],
  world: {
    child(name: string, args: readonly string[]): Promise<Child>
    clock: Clock
    say(line: string): void
  },
): KeptHubs {
  const { clock, say } = world
  const startedMs = clock.monotonic()
  const stopped = new AbortController()
  const over = new Promise<undefined>((resolve) =>
    stopped.signal.addEventListener('abort', () => resolve(undefined)),
  )
  const killedAtMs: number[] = []
  const crashes: Crash[] = []
  /** Those that were killed, each until another runs in its place. */
  const replaced = new Map<Child, Promise<void>>()
  const passedMs = () => Math.round(clock.monotonic() - startedMs)

  const startAgain = async (index: number, hub: HubProcess) => {
    await clock.sleep(RESTART_MS)
    hubs[index] = { ...hub, child: await world.child(hub.child.name, hub.args) }
  }
  const watch = async (index: number) => {
    for (;;) {
      const hub = hubs[index]
      if (hub === undefined) return
      const ending = await Promise.race([hub.child.ended, over])
      if (ending === undefined || stopped.signal.aborted) return
      const replacement = replaced.get(hub.child)
      if (replacement !== undefined) await replacement
      else {
        crashes.push({ ...ending, hub: hub.child.name, atMs: passedMs() })
        say(`  ${hub.child.name} ended by itself (${ending.by}); it is started again. It said last:`)
        for (const line of ending.lastLines) say(`    ${line}`)
        await startAgain(index, hub)
      }
    }
  }
  const watching = Promise.all(hubs.map((_, index) => watch(index)))
  // Whoever stops it hears of what failed; until then nobody waits for it.
  watching.catch(() => undefined)

  return {
    killedAtMs,
    crashes,
    async kill(index) {
      const hub = hubs[index]
      if (hub === undefined) return
      say(`  kill -9 of ${hub.child.name}, worked on by ${hub.child.process.pid}`)
      killedAtMs.push(passedMs())
      const replacement = (async () => {
        hub.child.process.kill('SIGKILL')
        await hub.child.ended
        await startAgain(index, hub)
      })()
      replaced.set(hub.child, replacement)
      await replacement
    },
    async stop() {
      stopped.abort()
      await watching
    },
  }
}
