import type { ConnectionState } from '@plimsoll/database'

/**
 * The life of a connection: draft → shadow (reads, writes nothing) → live ⇄ paused.
 * A pause keeps the set of its reasons, so that one cure cannot undo another's pause; when the last
 * reason is gone the connection returns to the state it was paused in.
 */
export type ConnectionStatus = {
  state: ConnectionState
  pauseReasons: readonly string[]
  resumeState: 'shadow' | 'live' | undefined
}

export type ConnectionEvent =
  | { kind: 'imported' }
  | { kind: 'go-live' }
  | { kind: 'pause'; reason: string }
  | { kind: 'resume'; reason: string | 'all' }

export type ConnectionStep =
  | { kind: 'moved'; status: ConnectionStatus }
  | { kind: 'unchanged' }
  | { kind: 'refused'; message: string }

export function decideConnectionStep(status: ConnectionStatus, event: ConnectionEvent): ConnectionStep {
  switch (event.kind) {
    case 'imported':
      return status.state === 'draft' ? moved({ ...status, state: 'shadow' }) : { kind: 'unchanged' }
    case 'go-live':
      return decideGoLive(status)
    case 'pause':
      return decidePause(status, event.reason)
    case 'resume':
      return decideResume(status, event.reason)
    default: {
      const never: never = event
      return never
    }
  }
}

function decideGoLive(status: ConnectionStatus): ConnectionStep {
  switch (status.state) {
    case 'draft':
      return {
        kind: 'refused',
        message: 'Import its listings first; a connection goes live from shadow mode.',
      }
    case 'shadow':
      return moved({ ...status, state: 'live' })
    case 'live':
      return { kind: 'unchanged' }
    case 'paused':
      return {
        kind: 'refused',
        message: `It is paused (${status.pauseReasons.join(', ')}); resume it first.`,
      }
    default: {
      const never: never = status.state
      return never
    }
  }
}

function decidePause(status: ConnectionStatus, reason: string): ConnectionStep {
  switch (status.state) {
    case 'draft':
      return {
        kind: 'refused',
        message: 'A draft connection does nothing yet, so there is nothing to pause.',
      }
    case 'paused':
      if (status.pauseReasons.includes(reason)) return { kind: 'unchanged' }
      return moved({ ...status, pauseReasons: [...status.pauseReasons, reason] })
    case 'shadow':
    case 'live':
      return moved({ state: 'paused', pauseReasons: [reason], resumeState: status.state })
    default: {
      const never: never = status.state
      return never
    }
  }
}

function decideResume(status: ConnectionStatus, reason: string | 'all'): ConnectionStep {
  if (status.state !== 'paused') return { kind: 'unchanged' }
  const left = reason === 'all' ? [] : status.pauseReasons.filter((each) => each !== reason)
  if (left.length === status.pauseReasons.length) return { kind: 'unchanged' }
  if (left.length > 0) return moved({ ...status, pauseReasons: left })
  return moved({ state: status.resumeState ?? 'shadow', pauseReasons: [], resumeState: undefined })
}

function moved(status: ConnectionStatus): ConnectionStep {
  return { kind: 'moved', status }
}
