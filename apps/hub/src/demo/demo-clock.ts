import { type Clock, scaledClock } from '@plimsoll/connector-kit'
import { DEFAULT_PACE, type Pace } from '@plimsoll/sync'

/** How much faster than life the demo's hub and platforms live, and since when. */
export type TimeScale = { factor: number; originMs: number }

/** The slowest platform's delays should not take longer to watch than this, */
const WATCHED_MS = 90_000
/** and those after a lost answer not longer than this. */
const WATCHED_AT_WORST_MS = 300_000
/** Faster, and an answer that takes a moment on a busy machine would count as lost. */
const FACTOR_MAX = 10

/** As fast as the slowest of the channels needs; 1 where none is slow. */
export function timeScaleFor(
  channels: readonly { usualMs: number; delayMs: number }[],
  originMs: number,
): TimeScale {
  const wanted = channels.flatMap(({ usualMs, delayMs }) => [
    usualMs / WATCHED_MS,
    delayMs / WATCHED_AT_WORST_MS,
  ])
  return { factor: Math.min(FACTOR_MAX, Math.max(1, ...wanted.map(Math.ceil))), originMs }
}

export function toDemoClock({ factor, originMs }: TimeScale): Clock {
  return scaledClock(factor, originMs)
}

/** What bounds our own processes, not the platforms, stays as long as it is by the machine's clock. */
export function paceAt({ factor }: Pick<TimeScale, 'factor'>): Partial<Pace> {
  return {
    leaseMs: DEFAULT_PACE.leaseMs * factor,
    decreaseReadBudgetMs: DEFAULT_PACE.decreaseReadBudgetMs * factor,
  }
}

/** How a child process of the demo is told of it. */
export const clockOption = ({ factor, originMs }: TimeScale): string[] => [
  '--demo-clock',
  `${factor}@${originMs}`,
]

/** @throws Error where the text is not a factor and an origin */
export function readClockOption(text: string): TimeScale {
  const [factor, originMs] = text.split('@').map(Number)
  if (!(factor !== undefined && factor >= 1) || !(originMs !== undefined && originMs > 0)) {
    throw new Error(`--demo-clock takes factor@origin, not "${text}".`)
  }
  return { factor, originMs }
}
