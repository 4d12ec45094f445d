import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { Pool } from 'pg'
import { type Clock, manualClock } from '../../packages/connector-kit/src/index.ts'

/**
 * A clock that moves on to the next sleeper once nothing else is under way in this process: no HTTP request, no statement.
 * Hub and simulated platforms share it, so that limits, feeds and lags take their whole time, and computing takes none.
 */
export type EventClock = Clock & {
  /** From now on it moves by itself. */
  start(pool: Pick<Pool, 'idleCount' | 'totalCount' | 'waitingCount'>): void
  stop(): void
}

/** Rounds of the event loop without anything under way, before the clock moves: promises settle in them. */
const QUIET_ROUNDS = 4
/** A request of which nothing has been heard for so long waits for the clock itself: a platform that takes its time. */
const WAITS_FOR_CLOCK_MS = 25

export function eventClock(): EventClock {
  const clock = manualClock(Date.UTC(2026, 0, 1))
  let underWay = 0
  let isRunning = false
  let heardAt = performance.now()
  const begun = () => {
    underWay += 1
    heardAt = performance.now()
  }
  const ended = () => {
    underWay -= 1
    heardAt = performance.now()
  }
  const channels = [
    ['undici:request:create', begun],
    ['undici:request:trailers', ended],
    ['undici:request:error', ended],
  ] as const
  const run = async (pool: Pick<Pool, 'idleCount' | 'totalCount' | 'waitingCount'>) => {
    for (let quiet = 0; isRunning; ) {
      await new Promise((resolve) => setImmediate(resolve))
      const isAnswering = underWay > 0 && performance.now() - heardAt < WAITS_FOR_CLOCK_MS
      const isAsking = pool.waitingCount > 0 || pool.idleCount < pool.totalCount
      if (isAsking) heardAt = performance.now()
      const isBusy = isAnswering || isAsking
      quiet = isBusy ? 0 : quiet + 1
      const next = clock.nextWake()
      if (quiet < QUIET_ROUNDS || next === undefined) continue
      quiet = 0
      heardAt = performance.now()
      await clock.advance(Math.max(0, next - clock.monotonic()))
    }
  }
  return {
    ...clock,
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
