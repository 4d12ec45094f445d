import { afterAll, beforeAll, expect, vi } from 'vitest'
import { lookAround } from './look-around.ts'

/**
 * Runs around each test file that shares its process with others: what it changed in the process, or left open in it, would
 * reach whichever file comes next. The file that left it fails, not the next one.
 */
let before: ReturnType<typeof lookAround>
beforeAll(() => {
  before = lookAround()
})
// The hooks of the file itself have run by now: those that were registered last run first.
afterAll(async () => {
  const leavesNothing = () =>
    expect(lookAround(), 'what this file leaves to the next one in its process').toEqual(before)
  // What was closed in the last hook is gone some turns of the event loop later.
  await vi.waitFor(leavesNothing, { timeout: 10_000 })
})
