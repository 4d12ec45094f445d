import { afterAll, beforeAll, expect, vi } from 'vitest'

/**
 * Runs around each test file that shares its process with others: what it changed in the process itself, or left open in it,
 * would reach whichever file comes next. It is the file that left it that fails, not the next one.
 */
let before: ReturnType<typeof lookAround>
beforeAll(() => {
  before = lookAround()
})
// The hooks of the file itself have run by now: those that were registered last run first.
afterAll(async () => {
  // What was closed in the last hook is gone some turns of the event loop later.
  const leavesNothing = () =>
    expect(lookAround(), 'what this file leaves to the next one in its process').toEqual(before)
  await vi.waitFor(leavesNothing, { timeout: 10_000 })
})

function lookAround() {
  const open = process.getActiveResourcesInfo()
  const count = (kind: string) => open.filter((each) => each === kind).length
  return {
    environment: { ...process.env },
    folder: process.cwd(),
    exitCode: process.exitCode,
    signals: process.eventNames().filter((name) => typeof name === 'string' && name.startsWith('SIG')),
    prints: [process.stdout.write, process.stderr.write, console.log],
    clock: [Date, setTimeout, setInterval, performance.now],
    servers: count('TCPServerWrap'),
    children: count('ProcessWrap'),
  }
}
