import { useSyncExternalStore } from 'react'

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
/** The hub's time in ms since the epoch, moving once a second. */
export function useHubNow(): number {
  return useSyncExternalStore(subscribe, () => tickMs) + aheadMs
}
/** @returns a function that cancels it */
export function later(run: () => void, delayMs: number): () => void {
  const waiting = setTimeout(run, delayMs)
  return () => clearTimeout(waiting)
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
