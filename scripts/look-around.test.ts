import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { expect, test, vi } from 'vitest'
import { lookAround } from './look-around.ts'

/** Each does one thing to the process and gives what undoes it. */
const deeds: [
  what: string,
  shows: keyof ReturnType<typeof lookAround>,
  does: () => Promise<() => unknown>,
][] = [
  [
    'a variable',
    'environment',
    async () => {
      vi.stubEnv('PLIMSOLL_LEFT', 'here')
      return () => vi.unstubAllEnvs()
    },
  ],
  [
    'a folder',
    'folder',
    async () => {
      const from = process.cwd()
      process.chdir('..')
      return () => process.chdir(from)
    },
  ],
  [
    'an ear for a signal',
    'signals',
    async () => {
      const hear = () => undefined
      process.on('SIGUSR2', hear)
      return () => process.off('SIGUSR2', hear)
    },
  ],
  [
    'another way to print',
    'prints',
    async () => {
      const { write } = process.stderr
      process.stderr.write = () => true
      return () => {
        process.stderr.write = write
      }
    },
  ],
  [
    'another clock',
    'clock',
    async () => {
      vi.useFakeTimers()
      return () => vi.useRealTimers()
    },
  ],
  [
    'a server',
    'servers',
    async () => {
      const server = createServer().listen(0, '127.0.0.1')
      await once(server, 'listening')
      return () => new Promise((resolve) => server.close(resolve))
    },
  ],
  [
    'a process',
    'children',
    async () => {
      const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
      await once(child, 'spawn')
      return async () => {
        child.kill()
        await once(child, 'close')
      }
    },
  ],
]

test.each(deeds)(
  '%s that was left is seen, and nothing else; once it is gone, nothing is',
  async (_what, shows, does) => {
    const before = lookAround()
    const undo = await does()
    const { [shows]: found, ...others } = lookAround()
    await undo()
    const { [shows]: wanted, ...othersBefore } = before
    expect(found).not.toEqual(wanted)
    expect(others).toEqual(othersBefore)
    // A server that was closed is gone some turns of the event loop later.
    await vi.waitFor(() => expect(lookAround()).toEqual(before), { timeout: 10_000 })
  },
)
