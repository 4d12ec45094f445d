import type { ActivityRow, ChangedEvent } from './shapes.ts'

/**
 * The live stream. States: connecting → open → waiting → connecting …, and closed for good.
 * `opened` moves connecting to open; `failed` moves connecting or open to waiting with a longer delay each
 * time; `due` moves waiting to connecting; `closed` ends it from anywhere. The browser's own reconnecting is
 * not relied on: it gives up for ever when the answer is an error page.
 */
export type StreamState =
  | { kind: 'connecting'; attempt: number }
  | { kind: 'open' }
  | { kind: 'waiting'; attempt: number; delayMs: number }
  | { kind: 'closed' }
export type StreamEvent = { kind: 'opened' } | { kind: 'failed' } | { kind: 'due' } | { kind: 'closed' }

const delayFirstMs = 500
const delayMaxMs = 15_000

/**
 * Decides the stream's next state. Events that make no sense in a state leave it as it is.
 * @param random between 0 and 1: spreads the reconnecting of many screens after a restart of the hub
 */
export function decideStream(state: StreamState, event: StreamEvent, random: number): StreamState {
  if (state.kind === 'closed' || event.kind === 'closed') return { kind: 'closed' }
  switch (event.kind) {
    case 'opened':
      return state.kind === 'connecting' ? { kind: 'open' } : state
    case 'failed': {
      if (state.kind === 'waiting') return state
      const attempt = state.kind === 'open' ? 1 : state.attempt + 1
      const whole = Math.min(delayMaxMs, delayFirstMs * 2 ** (attempt - 1))
      return { kind: 'waiting', attempt, delayMs: Math.round(whole * (0.5 + random / 2)) }
    }
    case 'due':
      return state.kind === 'waiting' ? { kind: 'connecting', attempt: state.attempt } : state
    default: {
      const never: never = event
      return never
    }
  }
}

export type StreamHandlers = {
  onChanged: (changed: ChangedEvent) => void
  onActivity: (rows: ActivityRow[]) => void
  /** Called with every new state, the first included. After a gap (open again) read everything anew. */
  onState: (state: StreamState) => void
}
/** The part of an EventSource that is used. */
export type StreamSource = {
  addEventListener: (name: string, listener: (event: MessageEvent<string>) => void) => void
  close: () => void
}
type StreamWorld = {
  connect: () => StreamSource
  schedule: (run: () => void, delayMs: number) => () => void
  random: () => number
}

/** Follows the stream with what it is handed; returns the function that ends it. */
export function openEventStream(options: StreamHandlers & StreamWorld): () => void {
  let state: StreamState = { kind: 'connecting', attempt: 0 }
  let source: StreamSource | undefined
  let cancelWait: (() => void) | undefined

  function step(event: StreamEvent) {
    const next = decideStream(state, event, options.random())
    if (next === state) return
    state = next
    options.onState(state)
    if (state.kind === 'waiting') {
      source?.close()
      cancelWait = options.schedule(() => step({ kind: 'due' }), state.delayMs)
    } else if (state.kind === 'connecting') {
      connect()
    } else if (state.kind === 'closed') {
      cancelWait?.()
      source?.close()
    }
  }
  function connect() {
    const opened = options.connect()
    source = opened
    // A source that was closed may still deliver what was on its way; only the newest one counts.
    const whenCurrent = (run: (event: MessageEvent<string>) => void) => (event: MessageEvent<string>) => {
      if (source === opened && state.kind !== 'closed') run(event)
    }
    opened.addEventListener(
      'open',
      whenCurrent(() => step({ kind: 'opened' })),
    )
    opened.addEventListener(
      'error',
      whenCurrent(() => step({ kind: 'failed' })),
    )
    opened.addEventListener(
      'changed',
      whenCurrent((event) => options.onChanged(JSON.parse(event.data) as ChangedEvent)),
    )
    opened.addEventListener(
      'activity',
      whenCurrent((event) => options.onActivity(JSON.parse(event.data) as ActivityRow[])),
    )
  }

  options.onState(state)
  connect()
  return () => step({ kind: 'closed' })
}
