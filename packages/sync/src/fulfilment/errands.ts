import type { ConnectorError } from '@plimsoll/connector-kit'

/** A call about something other than a quantity: to be made once, whatever happens to whoever makes it. */
export type ErrandKind =
  | 'request-shipment'
  | 'cancel-shipment'
  | 'tell-shipped'
  | 'announce-inbound'
  | 'cancel-order'
  | 'announce-return'
  | 'withdraw-return'

export type ErrandState = 'waiting' | 'sent' | 'unknown' | 'done' | 'refused' | 'dropped'

/** How it is made sure that a call whose answer is unknown acts once: made again under its key; looked for first. */
export type Proof = 'by-key' | 'by-read-back'

/**
 * Whether a call that was made before may have acted without anybody knowing: of one that is about to be refused, or need not be
 * made any more, its platform may know all the same. Pure.
 */
export function mayHaveActed({ state, inDoubt }: { state: ErrandState; inDoubt: boolean }): boolean {
  return inDoubt || state === 'sent' || state === 'unknown'
}

export type ErrandStep =
  /** Nothing may be done before then. */
  | { kind: 'wait'; until: Date }
  /** Looks for what became of it, where that can be looked for; only where it is not there, it is made. */
  | { kind: 'look' }
  | { kind: 'make' }

/**
 * What is done next about an errand. One that was sent and of which nobody knows what became is left alone until
 * `callsUntil`: made again before then, two calls could cross. Pure.
 */
export function decideErrand(
  errand: { state: ErrandState; notBefore: Date; callsUntil: Date | null },
  { now }: { now: Date },
): ErrandStep {
  if (errand.notBefore > now) return { kind: 'wait', until: errand.notBefore }
  if (errand.state === 'waiting') return { kind: 'make' }
  if (errand.callsUntil !== null && errand.callsUntil > now) return { kind: 'wait', until: errand.callsUntil }
  return { kind: 'look' }
}

/**
 * Until how long after sending a call of an errand may still act in a way that a second one would double: under a key no
 * longer than the call itself takes; where it must be looked for, as long as the platform says.
 */
export function mayActMs(proof: Proof, latestEffectMs: number): number {
  return proof === 'by-key' ? 0 : latestEffectMs
}

/** What a failed call means for its errand. */
export type FailedErrand =
  /** It surely did nothing: again at that moment. */
  | { kind: 'again'; at: Date }
  /** Nobody knows. */
  | { kind: 'unknown' }
  /** It will not be taken as it is: a person decides. */
  | { kind: 'refused' }

export function decideFailure(
  error: ConnectorError & { sent?: boolean; retryAfterMs?: number | undefined },
  { now, attempts }: { now: Date; attempts: number },
): FailedErrand {
  const again = (ms: number): FailedErrand => ({ kind: 'again', at: new Date(now.getTime() + ms) })
  switch (error.kind) {
    case 'rate-limited':
      return again(Math.max(1_000, error.retryAfterMs ?? 0))
    case 'unavailable':
    case 'malformed':
      return error.sent === false ? again(backOffMs(attempts)) : { kind: 'unknown' }
    case 'unauthorized':
    case 'forbidden':
      // The connection is paused, or lacks a right, until a person has seen to it; the errand keeps.
      return again(60_000)
    case 'conflict':
      return again(backOffMs(attempts))
    case 'invalid':
    case 'not-found':
      return { kind: 'refused' }
    default: {
      const never: never = error.kind
      return never
    }
  }
}

const BACK_OFF_MS_MAX = 10 * 60_000

function backOffMs(attempts: number): number {
  return Math.min(BACK_OFF_MS_MAX, 1_000 * 2 ** Math.min(attempts, 10))
}
