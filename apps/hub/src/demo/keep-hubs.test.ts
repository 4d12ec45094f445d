import type { ChildProcess } from 'node:child_process'
import { manualClock } from '@plimsoll/connector-kit'
import { expect, test, vi } from 'vitest'
import type { Child, Ending } from './children.ts'
import { keepHubs } from './keep-hubs.ts'

function startFake(name: string): Child & { end(ending: Ending): void } {
  const { promise, resolve } = Promise.withResolvers<Ending>()
  const kill = () => resolve({ by: 'SIGKILL', lastLines: [] })
  return {
    name,
    process: { pid: 1, kill } as unknown as ChildProcess,
    ready: {},
    ended: promise,
    end: resolve,
  }
}

test('a hub that ends by itself is told and started again, one that was killed is only started again, and once stopped both are left', async () => {
  const clock = manualClock(0)
  const started: ReturnType<typeof startFake>[] = []
  const child = async (name: string) => {
    const made = startFake(name)
    started.push(made)
    return made
  }
  const said: string[] = []
  const hubs = await Promise.all(
    [1, 2].map(async (nth) => ({ child: await child(`hub ${nth}`), url: '', args: [] })),
  )
  const kept = keepHubs(hubs, { child, clock, say: (line) => said.push(line) })

  started[1]?.end({ by: 7, lastLines: ['Error: out of reach'] })
  await vi.waitFor(() => expect(kept.crashes).toHaveLength(1))
  await clock.advance(1_000)
  await vi.waitFor(() => expect(hubs[1]?.child).toBe(started[2]))
  expect(kept.crashes).toEqual([{ by: 7, lastLines: ['Error: out of reach'], hub: 'hub 2', atMs: 0 }])
  expect(said.join('\n')).toContain('Error: out of reach')

  const killing = kept.kill(0)
  await vi.waitFor(() => expect(clock.nextWake()).toBeDefined())
  await clock.advance(1_000)
  await killing
  expect(hubs[0]?.child).toBe(started[3])
  expect(kept.killedAtMs).toEqual([1_000])

  // The one in its place is watched as well.
  started[3]?.end({ by: 1, lastLines: [] })
  await vi.waitFor(() => expect(kept.crashes).toHaveLength(2))
  await clock.advance(1_000)
  await vi.waitFor(() => expect(started).toHaveLength(5))
  await kept.stop()
  started[4]?.end({ by: 1, lastLines: [] })
  await clock.advance(1_000)
  expect(started).toHaveLength(5)
  expect(kept.crashes).toHaveLength(2)
})
