/**
 * The circuit breaker of one connection. While its platform keeps failing, calling it on helps nobody: after several
 * failures in a row, or when most calls of late have failed, the circuit *opens* and no call is made but one at a time
 * to try, at growing intervals (*half-open*). The first that succeeds *closes* it. Apart from a pause: nobody opens it
 * and nobody need close it.
 */
export type Circuit =
  | {
      state: 'closed' /** Of the last calls, the newest last; true where one failed. */
      failed: readonly boolean[]
    }
  | ({ state: 'open'; probeAt: number } & Opened)
  | ({ state: 'half-open' } & Opened)

/** `since`: milliseconds since the epoch; `failedProbes`: tries since then that failed. */
type Opened = { since: number; failedProbes: number }

export type CircuitEvent =
  /** The platform answered: also a refusal is an answer. */
  | { kind: 'succeeded'; at: number }
  /** No answer, or one that cannot be read. */
  | { kind: 'failed'; at: number }
  /** Somebody would like to call. */
  | { kind: 'asked'; at: number }

export const CLOSED: Circuit = { state: 'closed', failed: [] }

const FAILED_IN_A_ROW = 5
const LOOKED_BACK = 20
const LOOKED_BACK_MIN = 10
const FAILED_SHARE = 0.5
const PROBE_FIRST_MS = 1_000
const PROBE_MS_MAX = 60_000

export function decideCircuit(circuit: Circuit, event: CircuitEvent): Circuit {
  switch (circuit.state) {
    case 'closed':
      return decideClosed(circuit, event)
    case 'open':
      return decideOpen(circuit, event)
    case 'half-open':
      return decideHalfOpen(circuit, event)
    default: {
      const never: never = circuit
      return never
    }
  }
}

/** Whether a call may be made; half-open: one, whose outcome decides. */
export function mayCall(circuit: Circuit): boolean {
  return circuit.state !== 'open'
}

function decideClosed(circuit: Circuit & { state: 'closed' }, event: CircuitEvent): Circuit {
  if (event.kind === 'asked') return circuit
  const failed = [...circuit.failed, event.kind === 'failed'].slice(-LOOKED_BACK)
  if (event.kind === 'succeeded') return { state: 'closed', failed }
  const isRow = failed.length >= FAILED_IN_A_ROW && failed.slice(-FAILED_IN_A_ROW).every(Boolean)
  const share = failed.filter(Boolean).length / failed.length
  const isMost = failed.length >= LOOKED_BACK_MIN && share >= FAILED_SHARE
  return isRow || isMost ? open(event.at, { since: event.at, failedProbes: 0 }) : { state: 'closed', failed }
}

function decideOpen(circuit: Circuit & { state: 'open' }, event: CircuitEvent): Circuit {
  switch (event.kind) {
    case 'asked':
      if (event.at < circuit.probeAt) return circuit
      return { state: 'half-open', since: circuit.since, failedProbes: circuit.failedProbes }
    // What left before it opened and is answered now: the platform is there again.
    case 'succeeded':
      return CLOSED
    case 'failed':
      return circuit
    default: {
      const never: never = event
      return never
    }
  }
}

function decideHalfOpen(circuit: Circuit & { state: 'half-open' }, event: CircuitEvent): Circuit {
  switch (event.kind) {
    case 'asked':
      return circuit
    case 'succeeded':
      return CLOSED
    case 'failed':
      return open(event.at, { since: circuit.since, failedProbes: circuit.failedProbes + 1 })
    default: {
      const never: never = event
      return never
    }
  }
}

function open(at: number, { since, failedProbes }: Opened): Circuit {
  const waitMs = Math.min(PROBE_MS_MAX, PROBE_FIRST_MS * 2 ** Math.min(failedProbes, 16))
  return { state: 'open', since, failedProbes, probeAt: at + waitMs }
}
