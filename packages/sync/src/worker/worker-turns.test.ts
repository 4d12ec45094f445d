import { manualClock } from '@plimsoll/connector-kit'
import { expect, test } from 'vitest'
import type { WorkerContext } from './worker-context.ts'
import { WorkerTurns } from './worker-turns.ts'

/** As much of a context as failing turns touch. */
function turnsOf(random: () => number): WorkerTurns {
  const quiet = () => undefined
  const never = new AbortController().signal
  const context = {
    clock: manualClock(),
    connection: { name: 'Shop', problemCode: null },
    signal: never,
    ending: never,
    log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
    random,
  }
  return new WorkerTurns(context as unknown as WorkerContext, { onLost: quiet, onFailed: quiet })
}

const lostDatabase = () => Promise.reject(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }))

test('a database that is away is tried again within two seconds, however long it was away', async () => {
  const turns = turnsOf(() => 0.999)
  for (let failures = 0; failures < 30; failures += 1) {
    const waitMs = await turns.attempt(failures % 2 === 0 ? 'inbox' : 'lane', lostDatabase)
    expect(waitMs).toBeGreaterThan(0)
    expect(waitMs).toBeLessThanOrEqual(2_000)
  }
})

test('what fails for another reason is tried again after ever longer waits, which the database does not lengthen', async () => {
  const turns = turnsOf(() => 0.999)
  const bug = () => Promise.reject(new Error('a bug'))
  for (let failures = 0; failures < 10; failures += 1) await turns.attempt('inbox', lostDatabase)
  const waits: (number | undefined)[] = []
  for (let failures = 0; failures < 8; failures += 1) waits.push(await turns.attempt('lane', bug))
  expect(waits[0]).toBeLessThan(500)
  expect(waits.at(-1)).toBeGreaterThan(30_000)
})
