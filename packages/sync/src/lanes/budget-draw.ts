import {
  type BudgetSpec,
  type Drawn,
  type DrawRequest,
  lastResetBefore,
  nextResetAfter,
} from '@plimsoll/connector-kit'

/** A shared bucket as it is kept: `level` was right at `levelAt`. */
export type SharedBucket = {
  /** As the platform says they are; null: as the connector declares. */
  capacity: number | null
  refillPerSecond: number | null
  level: number
  levelAt: Date
  pace: number
  blockedUntil: Date | null
}

const DAY_SECONDS = 86_400
/** Each draw that is granted gives so much of the declared pace back, each throttle takes a fifth of it. */
const PACE_BACK = 0.01
const SLOWED_TO = 0.8
const PACE_MIN = 0.1
/** A place among concurrent calls is free again when some call ends; nobody knows when. */
const PLACE_AGAIN_MS = 50
const AGAIN_MS_MAX = 60_000

/**
 * What a process gets of a bucket that several spend from. The promise, whatever they do and whenever they die: what
 * all of them have drawn and still hold is, with what the bucket has left, never more than its capacity, and it fills
 * no faster than declared. So calls in any stretch of time are at most the capacity and what refills in it.
 * @param othersHeld what other processes have drawn and not yet spent and had answered
 */
export function decideDraw(
  bucket: SharedBucket,
  othersHeld: number,
  request: DrawRequest,
  now: Date,
): { drawn: Drawn; bucket: SharedBucket } {
  const terms = termsOf(request.spec, bucket)
  const full = Math.max(0, terms.capacity - othersHeld - request.held)
  const filled = fill(bucket, request.spec, terms, full, now)
  const blockedForMs = (bucket.blockedUntil?.getTime() ?? 0) - now.getTime()
  const kept = request.reserve * terms.capacity
  const usable = filled - keptOf(request.spec, kept, terms.capacity)
  const need = Math.min(request.need, terms.capacity)
  // A hair less is enough: filling in steps loses a little each time.
  const granted =
    blockedForMs > 0 || usable + 1e-6 < need
      ? 0
      : Math.min(filled, Math.min(Math.max(need, request.want), Math.max(need, usable)))
  const pace = granted > 0 ? Math.min(1, bucket.pace + PACE_BACK) : bucket.pace
  return {
    bucket: { ...bucket, pace, level: filled - granted, levelAt: latest(bucket.levelAt, now) },
    drawn: {
      granted,
      againAfterMs: blockedForMs > 0 ? blockedForMs : againAfter(request.spec, terms, need - usable, now),
      left: filled - granted,
      capacity: terms.capacity,
      pace,
    },
  }
}

/** The bucket after a process has given back what it did not spend. */
export function decideGiveBack(
  bucket: SharedBucket,
  heldByAll: number,
  back: { spec: BudgetSpec; unspent: number },
  now: Date,
): SharedBucket {
  const terms = termsOf(back.spec, bucket)
  const full = Math.max(0, terms.capacity - heldByAll)
  const filled = fill(bucket, back.spec, terms, full, now)
  return { ...bucket, level: Math.min(full, filled + back.unspent), levelAt: latest(bucket.levelAt, now) }
}

/**
 * The bucket after the platform has throttled: nobody calls for a while, and all go more slowly. What is left of a day is
 * not gone by it: that was a burst, or the platform says so again each time it is asked.
 */
export function decideThrottled(
  spec: BudgetSpec,
  bucket: SharedBucket,
  blockedForMs: number,
  now: Date,
): SharedBucket {
  const until = new Date(now.getTime() + blockedForMs)
  // The rest of one burst says nothing new.
  if (bucket.blockedUntil !== null && bucket.blockedUntil > now) {
    return { ...bucket, blockedUntil: latest(bucket.blockedUntil, until) }
  }
  if (spec.kind === 'daily') return { ...bucket, blockedUntil: until }
  return {
    ...bucket,
    level: Math.min(0, bucket.level),
    levelAt: latest(bucket.levelAt, now),
    pace: Math.max(PACE_MIN, bucket.pace * SLOWED_TO),
    blockedUntil: until,
  }
}

type Terms = { capacity: number; perSecond: number }

function termsOf(spec: BudgetSpec, bucket: SharedBucket): Terms {
  switch (spec.kind) {
    case 'concurrency': {
      const max = bucket.capacity ?? spec.max
      return { capacity: Math.max(1, Math.floor(max * bucket.pace)), perSecond: Number.POSITIVE_INFINITY }
    }
    case 'daily': {
      const max = bucket.capacity ?? spec.max
      if (spec.resets !== undefined) return { capacity: max, perSecond: 0 }
      // Half to begin with and half as the day goes: never more than all of it in any 24 hours.
      return { capacity: max / 2, perSecond: max / 2 / DAY_SECONDS }
    }
    case 'token-bucket':
    case 'cost-bucket':
      return {
        capacity: bucket.capacity ?? spec.capacity,
        perSecond: (bucket.refillPerSecond ?? spec.refillPerSecond) * bucket.pace,
      }
    default: {
      const never: never = spec
      return never
    }
  }
}

function fill(bucket: SharedBucket, spec: BudgetSpec, terms: Terms, full: number, now: Date): number {
  if (spec.kind === 'concurrency') return full
  if (spec.kind === 'daily' && spec.resets !== undefined) {
    return bucket.levelAt.getTime() < lastResetBefore(now.getTime(), spec.resets)
      ? full
      : Math.min(full, bucket.level)
  }
  // Clocks of several machines differ: time that has passed for one is not counted again for another.
  const seconds = Math.max(0, now.getTime() - bucket.levelAt.getTime()) / 1_000
  return Math.min(full, bucket.level + seconds * terms.perSecond)
}

/** Places and calls are whole. */
function keptOf(spec: BudgetSpec, kept: number, capacity: number): number {
  if (spec.kind === 'concurrency') return kept / capacity >= 0.15 && capacity > 1 ? 1 : 0
  return kept
}

function againAfter(spec: BudgetSpec, terms: Terms, lacking: number, now: Date): number {
  if (spec.kind === 'concurrency') return PLACE_AGAIN_MS
  if (spec.kind === 'daily' && spec.resets !== undefined) {
    return Math.min(AGAIN_MS_MAX, nextResetAfter(now.getTime(), spec.resets) - now.getTime())
  }
  return Math.min(AGAIN_MS_MAX, Math.ceil((Math.max(0, lacking) / terms.perSecond) * 1_000))
}

function latest(one: Date, other: Date): Date {
  return one > other ? one : other
}
