import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { Pool } from 'pg'
import { EXPRESSION_JOBS } from '../../packages/connector-kit/src/expressions/index.ts'
import { type Clock, manualClock } from '../../packages/connector-kit/src/index.ts'

type Asked = Pick<Pool, 'idleCount' | 'totalCount' | 'waitingCount'>

/**
 * A clock that moves on to the next sleeper once nothing else is under way in this process: no HTTP request, no statement,
 * no expression.
 * Hub and simulated platforms share it, so that limits, feeds and lags take their whole time, and computing takes none.
 */
export type EventClock = Clock & {
  /** The platform's: who sleeps on it without a signal holds an answer back, and its request waits for the clock itself. */
  platform: Clock
  /** From now on it moves by itself. */
  start(pool: Asked): void
  stop(): void
}

/** Rounds of the event loop without anything under way, before the clock moves: promises settle in them. */
const QUIET_ROUNDS = 4
/** Before a move that could end a call's time-out by mistake: what threads do (signing, files) is not seen from here. */
const FAR_MS = 1_000
const REST_BEFORE_FAR_MS = 2
/** Longer than any call or statement takes on a busy machine: after that one is lost, and the measurement with it. */
const STUCK_MS = 300_000

export function eventClock(): EventClock {
  const clock = manualClock(Date.UTC(2026, 0, 1))
  const underWay = new Set<unknown>()
  let heldBack = 0
  let isRunning = false
  let stirredAt = performance.now()
  const stirred = () => {
    stirredAt = performance.now()
  }
  const begun = (message: unknown) => {
    underWay.add((message as { request: unknown }).request)
    stirred()
  }
  const ended = (message: unknown) => {
    underWay.delete((message as { request: unknown }).request)
    stirred()
  }
  const computing = (message: unknown) => {
    const { id, isDone } = message as { id: number; isDone: boolean }
    if (isDone) underWay.delete(id)
    else underWay.add(id)
    stirred()
  }
  const channels = [
    ['undici:request:create', begun],
    ['undici:request:trailers', ended],
    ['undici:request:error', ended],
    // In a thread of its own: nothing else shows that it is under way.
    [EXPRESSION_JOBS, computing],
  ] as const

  const run = async (pool: Asked) => {
    for (let quiet = 0; isRunning; ) {
      await new Promise((resolve) => setImmediate(resolve))
      const isAsking = pool.waitingCount > 0 || pool.idleCount < pool.totalCount
      if (isAsking || underWay.size > heldBack) {
        quiet = 0
        if (performance.now() - stirredAt > STUCK_MS)
          throw new Error(
            `The clock stands: ${underWay.size} requests, ${pool.totalCount - pool.idleCount} connections in use.`,
          )
        continue
      }
      quiet += 1
      const next = clock.nextWake()
      if (quiet < QUIET_ROUNDS || next === undefined) continue
      const byMs = Math.max(0, next - clock.monotonic())
      if (byMs >= FAR_MS && performance.now() - stirredAt < REST_BEFORE_FAR_MS) continue
      quiet = 0
      stirred()
      await clock.advance(byMs)
    }
  }
  return {
    ...clock,
    platform: {
      ...clock,
      async sleep(ms, signal) {
        if (signal !== undefined) return clock.sleep(ms, signal)
        heldBack += 1
        try {
          await clock.sleep(ms)
        } finally {
          heldBack -= 1
        }
      },
    },
    start(pool) {
      isRunning = true
      for (const [name, listener] of channels) subscribe(name, listener)
      void run(pool)
    },
    stop() {
      isRunning = false
      for (const [name, listener] of channels) unsubscribe(name, listener)
    },
  }
}
