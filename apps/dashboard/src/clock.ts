import { useEffect, useRef, useState, useSyncExternalStore } from 'react'

/**
 * The one place that reads the clock and sets timers. Ages are shown by the hub's clock, not the browser's:
 * the difference is learned from each overview, or a laptop that runs a minute late would show every order
 * as known in the future.
 */
let aheadMs = 0
let tickMs = Date.now()
const listeners = new Set<() => void>()
let timer: ReturnType<typeof setInterval> | undefined

export function learnHubClock(hubNow: string): void {
  aheadMs = Date.parse(hubNow) - Date.now()
}
/** The hub's time in ms since the epoch. */
export function hubNow(): number {
  return Date.now() + aheadMs
}
/** The same, moving once a second. */
export function useHubNow(): number {
  return useSyncExternalStore(subscribe, () => tickMs) + aheadMs
}
/** Ms since the page was opened: for how long something took, whatever is done to the clock meanwhile. */
export function steadyMs(): number {
  return performance.now()
}
/** @returns a function that cancels it */
export function later(run: () => void, delayMs: number): () => void {
  const waiting = setTimeout(run, delayMs)
  return () => clearTimeout(waiting)
}
/**
 * A value that follows another, at once after a rest and at most every `pauseMs` while that one keeps changing.
 * @param key says whether two values are the same
 */
export function useCalm<Value>(value: Value, key: string, pauseMs: number): Value {
  const [calm, setCalm] = useState(value)
  const latest = useRef(value)
  latest.current = value
  const changedAt = useRef(Number.NEGATIVE_INFINITY)
  useEffect(() => {
    const waitMs = Math.max(0, changedAt.current + pauseMs - performance.now())
    return later(() => {
      changedAt.current = performance.now()
      setCalm(latest.current)
    }, waitMs)
  }, [key, pauseMs])
  return calm
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  timer ??= setInterval(() => {
    tickMs = Date.now()
    for (const each of listeners) each()
  }, 1000)
  return () => {
    listeners.delete(listener)
    if (listeners.size > 0) return
    clearInterval(timer)
    timer = undefined
  }
}

/** How far the reader's clock is ahead of UTC: where days begin on a chart. */
export function readerOffsetMinutes(): number {
  return -new Date().getTimezoneOffset()
}
